"""A bell that wakes everyone who waits for a change; it does not know what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Rung after each change. Pages that wait for news sleep on it; once closed, nobody waits any more."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._closed = False

    @property
    def awaited(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    def ring(self) -> None:
        """Wake all who wait."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def open(self) -> None:
        """Let people wait (again)."""
        self._closed = False

    def close(self) -> None:
        """Wake all who wait and let nobody wait again (the server stops)."""
        self._closed = True
        self.ring()

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until ``true()``, at most ``seconds``; return what ``true()`` says in the end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not true() and not self._closed and (left := end - loop.time()) > 0:
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait([future], timeout=left)
            finally:
                self._waiting.discard(future)
        return true()
