"""Says again and again how the daemon is, and feeds the service manager's watchdog only while everything goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from forum_bridge.daemon.alongside import alongside
from forum_bridge.daemon.notify import Notifier
from forum_bridge.errors import BridgeError

EVERY = 30.0  # seconds, where no watchdog asks for more
Sleep = Callable[[float], Awaitable[object]]  # seconds


def interval(watchdog: float | None) -> float:
    """Return the seconds between two beats: four within the watchdog's time, so that one late beat is no death."""
    return min(EVERY, watchdog / 4) if watchdog else EVERY


class Heartbeat:
    """``look`` writes into the ledger, reads from it and returns the status; ``stalled`` names work that does not go
    on. A look that failed is an answer: a restart does not free a full disk. One that never returns is none."""

    def __init__(self, notify: Notifier, look: Callable[[], Awaitable[str]], stalled: Callable[[], str | None]) -> None:
        self._notify = notify
        self._look = look
        self._stalled = stalled
        self._looking: asyncio.Task[None] | None = None
        self._said: str | None = None

    async def run(self, every: float, sleep: Sleep) -> None:
        """Beat every so many seconds until cancelled."""
        try:
            while True:
                self.beat()
                await sleep(every)
        finally:
            await self._end_look()

    def beat(self) -> None:
        """Feed the watchdog if work goes on and the last look has returned; then look again."""
        trouble = self._stalled()
        if self._looking is not None and not self._looking.done():
            trouble = trouble or "the ledger does not answer"
        if trouble != self._said:
            log = structlog.get_logger()
            log.info("going_on") if trouble is None else log.error("stalled", what=trouble)
            self._said = trouble
        if trouble is not None:
            self._notify.status(f"Stalled: {trouble}")
            return
        self._notify.alive()
        self._looking = asyncio.create_task(self._try(), name="look")

    async def _try(self) -> None:
        try:
            status = await self._look()
        except BridgeError as error:
            status = f"Ledger: {error}"
        except Exception as error:  # noqa: BLE001 -- whatever the ledger answers, it answers
            structlog.get_logger().exception("look_failed")
            status = f"Ledger: {type(error).__name__}, see the log"
        self._notify.status(status)

    async def _end_look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking


@asynccontextmanager
async def beating(heartbeat: Heartbeat, every: float, sleep: Sleep = asyncio.sleep) -> AsyncIterator[None]:
    """Let it beat while the context is open."""
    async with alongside(heartbeat.run(every, sleep), "heartbeat"):
        yield


@asynccontextmanager
async def patience(notify: Notifier, status: str, sleep: Sleep = asyncio.sleep) -> AsyncIterator[None]:
    """While the context is open, keep asking the service manager for more time to start: the migration of a large
    ledger may take minutes."""

    async def ask() -> None:
        while True:
            notify.extend(4 * EVERY, status)
            await sleep(EVERY)

    async with alongside(ask(), "patience"):
        yield
