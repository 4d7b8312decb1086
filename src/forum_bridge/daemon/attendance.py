"""Lets a command wait for work that others do: for a run of a key that begins after it was asked for. Knows not what
the work is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from forum_bridge.dispatch import Handler
from forum_bridge.errors import BridgeError
from forum_bridge.model import WorkKind

Key = tuple[WorkKind, str]


class Attendance:
    """One per shift."""

    def __init__(self, wake: Callable[[WorkKind, str], None]) -> None:
        self._wake = wake
        self._waiting: dict[Key, list[asyncio.Future[None]]] = {}
        self._closed = False

    def watched(self, kind: WorkKind, handler: Handler) -> Handler:
        """Return the handler, its runs attended."""

        async def run(key: str) -> datetime | None:
            asked = self._waiting.pop((kind, key), [])
            try:
                return await handler(key)
            finally:
                for each in asked:
                    if not each.done():
                        each.set_result(None)

        return run

    async def run(self, kind: WorkKind, key: str) -> None:
        """Ask for this work and wait until it was done once from now on. Raises BridgeError if nothing is begun any
        more."""
        if self._closed:
            raise _over()
        waits = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((kind, key), []).append(waits)
        self._wake(kind, key)
        await waits

    def close(self) -> None:
        """Tell all who still wait that nothing is begun any more."""
        self._closed = True
        for each in [waits for asked in self._waiting.values() for waits in asked]:
            if not each.done():
                each.set_exception(_over())
        self._waiting.clear()


def _over() -> BridgeError:
    return BridgeError(
        "The bridge stopped, or took over another configuration, before it was done.",
        explanation="Give the command again.",
    )
