"""Who may ask which host when: one request at a time, a pause between two, silence while a host asked for it.
Knows hosts and time, nothing of HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from forum_bridge.errors import Retry
from forum_bridge.model import Clock

Sleep = Callable[[float], Awaitable[object]]  # seconds

PATIENCE = timedelta(minutes=1)


class Pacer:
    """Shared by all sessions, so that two watches on one host keep the pace together. A host that closed itself for up
    to ``patience`` is waited for; for longer the caller is sent away, to keep a worker free."""

    def __init__(self, clock: Clock, sleep: Sleep = asyncio.sleep, patience: timedelta = PATIENCE) -> None:
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._turns: dict[str, asyncio.Lock] = {}
        self._started: dict[str, datetime] = {}
        self._ended: dict[str, datetime] = {}
        self._closed: dict[str, tuple[datetime, timedelta]] = {}  # until when, and how long that was

    @asynccontextmanager
    async def turn(self, host: str, pace: timedelta, rest: timedelta = timedelta()) -> AsyncIterator[None]:
        """Hold the host for one request, at least ``pace`` after the last one began and ``rest`` after it ended.

        Raises Retry, with the time to wait, while the host is closed for longer than our patience."""
        async with self._turns.setdefault(host, asyncio.Lock()):
            shut = self._shut(host)
            if shut > self._patience:
                raise Retry(f"{host} asked us to wait.", after=shut)
            wait = max(shut, self._left(self._started, host, pace), self._left(self._ended, host, rest))
            if wait > timedelta():
                await self._sleep(wait.total_seconds())
            self._started[host] = self._clock()
            try:
                yield
            finally:
                self._ended[host] = self._clock()

    def close(self, host: str, until: datetime) -> None:
        """Ask nothing of the host before ``until`` (aware UTC)."""
        closed = until, until - self._clock()
        self._closed[host] = max(closed, self._closed.get(host, closed))

    def _shut(self, host: str) -> timedelta:
        now = self._clock()
        until, longest = self._closed.get(host, (now, timedelta()))
        if until - now > longest:  # the clock was set back: the host asked for no more than that
            self._closed[host] = (until := now + longest), longest
        return until - now

    def _left(self, since: Mapping[str, datetime], host: str, pause: timedelta) -> timedelta:
        last = since.get(host)
        # A clock set back must not make us wait longer than the pause.
        return min(last + pause - self._clock(), pause) if last else timedelta()
