"""Cutting a list of keys or rows into pieces that one statement can name (SQLite allows 32,766 variables, older builds
999), and that are made without anybody having to wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
SIZE = 500


def batched(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the keys in their order, at most ``SIZE`` at a time."""
    return (keys[at : at + SIZE] for at in range(0, len(keys), SIZE))
