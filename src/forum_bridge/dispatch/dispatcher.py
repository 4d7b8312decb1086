"""Runs handlers when they are due, never two at once for one key. What is due stands in the ledger; a wake-up lost here
only delays. Refuses to know what a poll or a delivery is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from forum_bridge.model import Clock, WorkKind

Handler = Callable[[str], Awaitable[datetime | None]]
"""Does the work of one key and returns when there is more to do (None: when woken)."""

Key = tuple[WorkKind, str]

AFTER_A_FAULT = timedelta(minutes=1)


class Dispatcher:
    """One per daemon. ``wake`` may come at any time, from any task of the loop."""

    def __init__(self, handlers: Mapping[WorkKind, Handler], clock: Clock, *, at_once: int = 32) -> None:
        """``at_once`` bounds how many handlers of one kind run side by side: polls of a forum that hangs must not hold
        up deliveries."""
        self._handlers = handlers
        self._clock = clock
        self._slots = {kind: asyncio.Semaphore(at_once) for kind in handlers}
        self._due: dict[Key, datetime] = {}
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._rung: dict[Key, datetime] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin to run what is due."""
        self._scheduler.start()

    async def stop(self, *, patience: timedelta) -> None:
        """Start nothing new, let what runs finish within ``patience``, then cancel it: its rows say how far it got."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._due.clear()
        running = set(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    @property
    def next_due(self) -> datetime | None:
        """When there is work next; now while work is under way, None if nothing was asked for."""
        return self._clock() if self._running else min(self._due.values(), default=None)

    def catch_up(self) -> None:
        """Begin at once what has become due by a clock that does not go by itself."""
        for name, when in list(self._due.items()):
            if when <= self._clock():
                self._schedule(name, when)

    def wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        """Run ``kind`` for ``key`` at ``at`` (None: at once); an earlier wish stands, a running key is rung again."""
        name, when = (kind, key), at or self._clock()
        if name in self._running:
            self._rung[name] = min(when, self._rung.get(name, when))
        elif name not in self._due or when < self._due[name]:
            self._schedule(name, when)

    def _schedule(self, name: Key, when: datetime) -> None:
        self._due[name] = when
        delay = max(when - self._clock(), timedelta(0))
        self._scheduler.add_job(
            self._begin,
            DateTrigger(datetime.now(UTC) + delay),
            args=(name,),
            id=f"{name[0]}:{name[1]}",
            replace_existing=True,
        )

    async def _begin(self, name: Key) -> None:
        if self._due.pop(name, None) is not None and name not in self._running:
            self._running[name] = asyncio.create_task(self._run(name), name=f"{name[0]} {name[1]}")

    async def _run(self, name: Key) -> None:
        again: datetime | None = None
        try:
            async with self._slots[name[0]]:
                again = await self._handlers[name[0]](name[1])
        except Exception:  # noqa: BLE001 -- a fault in one key must not end the others; it is logged whole
            structlog.get_logger().exception("work_failed", kind=name[0].value, key=name[1])
            again = self._clock() + AFTER_A_FAULT
        finally:
            del self._running[name]
            rung = self._rung.pop(name, None)
            wishes = [when for when in (again, rung) if when is not None]
            if wishes and self._scheduler.running:
                self._schedule(name, min(wishes))
