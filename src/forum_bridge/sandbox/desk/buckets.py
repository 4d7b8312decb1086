"""An index: which ids stand under a key, in the order they came. Knows no record."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Buckets(Generic[K]):
    """Ids by key; adding, taking away and looking up cost the same however many there are."""

    def __init__(self) -> None:
        self._ids: dict[K, dict[int, None]] = {}

    def add(self, key: K, item: int) -> None:
        """Put an id under a key; twice is once."""
        self._ids.setdefault(key, {})[item] = None

    def drop(self, key: K, item: int) -> None:
        """Take an id away from a key, if it is there."""
        bucket = self._ids.get(key, {})
        bucket.pop(item, None)
        if not bucket:
            self._ids.pop(key, None)

    def of(self, key: K) -> list[int]:
        """Return the ids under a key, oldest entry first."""
        return list(self._ids.get(key, ()))
