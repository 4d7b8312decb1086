"""One piece of work that waits for its batch, and how its caller learns what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

Work = Callable[[AsyncConnection], Awaitable[object]]


class Entry:
    """``error`` is what the work itself raised; ``awaited`` tells whether anybody waits on ``done``."""

    __slots__ = ("awaited", "done", "error", "work")

    def __init__(self, work: Work, awaited: bool) -> None:
        self.work = work
        self.awaited = awaited
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.error: BaseException | None = None

    def settle(self, error: BaseException | None) -> None:
        """Tell the caller; where nobody waits (any more), a failure is logged instead."""
        if self.awaited and not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
        elif error is not None:
            structlog.get_logger().warning("ledger_write_failed", error=str(error), kind=type(error).__name__)
