"""Walks a queue of ledger rows, head first: what is due is done, what is in retry keeps its followers back for an
hour, those that belong behind it for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from forum_bridge.bridge.retry import HEAD_BLOCKS


class Row(Protocol):
    """What the walk must know of a post or an answer."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def first_tried_at(self) -> datetime | None: ...


R = TypeVar("R", bound=Row)


def head(
    rows: Sequence[R],
    now: datetime,
    aside: Callable[[R], bool] = lambda _: False,
    together: Callable[[R, R], bool] = lambda _before, _after: False,
) -> R | datetime | None:
    """Return the row to work on now, or when one will be due, or None if there is none.

    Rows come oldest first. A row that is not due blocks those behind it until an hour after its first try, and those
    that belong ``together`` with it until it is done; one that stands ``aside`` blocks none.
    """
    soonest: datetime | None = None
    passed: list[R] = []
    for row in rows:
        if any(together(before, row) for before in passed):
            continue
        if row.due_at is None or row.due_at <= now:
            return row
        soonest = row.due_at if soonest is None else min(soonest, row.due_at)
        if aside(row):
            continue
        if row.first_tried_at is None or now - row.first_tried_at < HEAD_BLOCKS:
            return soonest
        passed.append(row)
    return soonest
