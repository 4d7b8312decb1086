"""Runs the bridge's work as its dispatcher does, side by side and never two at once for one key, but by a clock that
stands still until it is moved. Knows no kind of work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from forum_bridge.dispatch import Handler
from forum_bridge.model import Clock, WorkKind

Key = tuple[WorkKind, str]
AT_ONCE = 32
ENDLESS = 5_000  # pieces of work at one moment


class Clockwork:
    """``wake`` as the roads know it; ``begin`` starts what is due, ``step`` waits for a piece of it."""

    def __init__(self, clock: Clock, late: Mapping[WorkKind, timedelta]) -> None:
        """``late``: work of these kinds begins so long after it was due, as on a machine that is busy."""
        self._clock = clock
        self._late = late
        self._handlers: Mapping[WorkKind, Handler] = {}
        self._due: dict[Key, datetime] = {}
        self._rung: dict[Key, datetime] = {}
        self._running: dict[Key, asyncio.Task[datetime | None]] = {}
        self._moment, self._at_this_moment = clock(), 0
        self._ending = False
        self.pieces = 0

    def lead_to(self, handlers: Mapping[WorkKind, Handler]) -> None:
        """Run these from now on."""
        self._handlers = handlers

    def wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        """Run ``kind`` for ``key`` at ``at`` (None: at once); a running key is rung again."""
        name, when = (kind, key), at or self._clock()
        book = self._rung if name in self._running else self._due
        book[name] = min(when, book.get(name, when))

    @property
    def next_due(self) -> datetime | None:
        """When there is work next."""
        return min((self._begins(name) for name in self._due), default=None)

    @property
    def running(self) -> bool:
        """Whether work is under way."""
        return bool(self._running)

    def begin(self) -> None:
        """Start what is due."""
        now = self._clock()
        for name in sorted(name for name in self._due if self._begins(name) <= now):
            if self._ending or len(self._running) >= AT_ONCE:
                return
            del self._due[name]
            self._running[name] = asyncio.create_task(self._run(name), name=f"{name[0]} {name[1]}")
            self._count(now)

    async def step(self, patience: float | None = None) -> None:
        """Wait until a piece of work ends, at most ``patience`` seconds; raises what it raised."""
        done, _ = await asyncio.wait(self._running.values(), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def finish(self) -> None:
        """Let what is under way end and begin nothing new, as the dispatcher does when it stops."""
        self._ending = True
        while self._running:
            await self.step()

    async def cancel(self) -> None:
        """Break off whatever is under way, wherever it is."""
        self._ending = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, name: Key) -> datetime | None:
        again = None
        try:
            again = await self._handlers[name[0]](name[1])
        finally:
            del self._running[name]
            wishes = [when for when in (again, self._rung.pop(name, None)) if when is not None]
            if wishes:
                self.wake(*name, min(wishes))
        return again

    def _begins(self, name: Key) -> datetime:
        return self._due[name] + self._late.get(name[0], timedelta())

    def _count(self, now: datetime) -> None:
        self.pieces += 1
        if now - self._moment > timedelta():
            self._moment, self._at_this_moment = now, 0
        self._at_this_moment += 1
        assert self._at_this_moment < ENDLESS, f"work without end: {sorted(self._due)}"
