"""Watches that work goes on: that each handler under way shows signs of life, and that what is due is begun. Keeps its
own account of what is due, so that it also notices when the dispatcher forgets. Knows not what the work is."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta

from forum_bridge.dispatch import Handler
from forum_bridge.model import Clock, WorkKind

PATIENCE = timedelta(hours=1)
"""Longer than the longest honest silence: as many handlers as run side by side (32), all on one host that answers each
request after 30 seconds and asks in robots.txt for a minute between two."""

Key = tuple[WorkKind, str]

_under_way: ContextVar[Key | None] = ContextVar("under_way", default=None)


class Progress:
    """One per shift. Counts in the seconds of a clock that nobody sets, or a corrected time would look like a stall."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._due: dict[Key, float] = {}
        self._seen: dict[Key, float] = {}
        self._begun = monotonic()

    def now(self) -> datetime:
        """Return the present moment; a handler that asks for it shows that it lives. Every request to a forum or to the
        desk and every step of a road asks."""
        name = _under_way.get()
        if name in self._seen:
            self._seen[name] = self._monotonic()
        return self._clock()

    def woken(self, kind: WorkKind, key: str, at: datetime | None) -> None:
        """Note that this work was asked for, at the latest for ``at`` (None: now)."""
        wait = max((at - self._clock()).total_seconds(), 0.0) if at is not None else 0.0
        when = self._monotonic() + wait
        self._due[kind, key] = min(when, self._due.get((kind, key), when))

    def watched(self, kind: WorkKind, handler: Handler) -> Handler:
        """Return the handler, its runs watched."""

        async def run(key: str) -> datetime | None:
            name = (kind, key)
            self._due.pop(name, None)
            self._begun = self._seen[name] = self._monotonic()
            token = _under_way.set(name)
            try:
                again = await handler(key)
            finally:
                del self._seen[name]
                _under_way.reset(token)
            if again is not None:
                self.woken(kind, key, again)
            return again

        return run

    def stalled(self) -> str | None:
        """Return what does not go on, in one line; None if all does."""
        longest, now = PATIENCE.total_seconds(), self._monotonic()
        for (kind, key), seen in self._seen.items():
            if now - seen > longest:
                return f"{kind.value} {key} has shown no sign of life for {(now - seen) / 60:.0f} minutes"
        overdue = sum(now - when > longest for when in self._due.values())
        if overdue and now - self._begun > longest:
            return f"overdue: {overdue}; nothing was begun for {(now - self._begun) / 60:.0f} minutes"
        return None
