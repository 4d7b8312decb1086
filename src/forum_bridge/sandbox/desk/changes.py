"""Tells waiting pages and tests that something on the desk changed, so that nobody has to poll or sleep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """A counter that grows with every change, and the means to wait for it. A change is announced synchronously, so the
    desk's acts need no await; that is why this is an event renewed at each change and not an ``asyncio.Condition``."""

    def __init__(self) -> None:
        self.version = 0
        self._next = asyncio.Event()

    def touch(self) -> None:
        """Announce a change: wake everyone who waits."""
        self.version += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait_past(self, version: int, timeout: float) -> int:  # noqa: ASYNC109 - a page waits as long as it says
        """Return the version as soon as it is past ``version``, at the latest after ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self.version <= version:
                    await self._next.wait()
        except TimeoutError:
            pass
        return self.version

    async def wait_for(self, predicate: Callable[[], bool], timeout: float) -> None:  # noqa: ASYNC109 - as above
        """Return once ``predicate`` holds; asked now and after each change. ``TimeoutError`` after ``timeout`` s."""
        async with asyncio.timeout(timeout):
            while not predicate():
                await self._next.wait()
