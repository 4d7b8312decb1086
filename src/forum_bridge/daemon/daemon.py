"""The running bridge: ledger, desk, forums, webhook door and dispatcher, started and stopped in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites
from forum_bridge.daemon.desk_check import DeskCheck
from forum_bridge.daemon.door import Door
from forum_bridge.daemon.register import refuse_changed_keys, register
from forum_bridge.daemon.roads import roads
from forum_bridge.dispatch import Dispatcher
from forum_bridge.errors import Retry
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import answers, forums, posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, WorkKind
from forum_bridge.web.pacer import Pacer

SWEEP = timedelta(minutes=1)
PATIENCE = timedelta(seconds=20)


class Daemon:
    """One bridge. ``start`` wakes all that the ledger says is due; ``stop`` lets what is in flight finish or be
    recorded."""

    def __init__(self, config: Config, ledger: Ledger, desk: Desk, sites: Mapping[str, Site], clock: Clock) -> None:
        self._ledger = ledger
        self._sites = sites
        self._clock = clock
        self._desk = desk
        self._check = DeskCheck(config, desk, clock)
        self._roads = roads(ledger, desk, sites, self._wake, clock, random.random)
        self._unread: set[str] | None = None
        self.settled = asyncio.Event()
        """Set once every watch was asked for the first time since the start."""
        daemons = {
            WorkKind.POLL: self._poll,
            WorkKind.RECONCILE: self._meet_desk,
            WorkKind.SWEEP: self._sweep,
        }
        self._dispatcher = Dispatcher({**self._roads, **daemons}, clock)
        receive = Receive(ledger, desk.name, sites, self._wake, clock)
        self.door = Door(config.webhook, receive, self._channels(), ledger, self._check)

    async def start(self) -> None:
        """Open the webhook's door, then let the dispatcher run."""
        async with self._ledger.reading() as db:
            refuse_changed_keys(self._sites.values(), await forums.everyone(db))
        await self.door.open()
        self._dispatcher.start()
        self._wake(WorkKind.RECONCILE, self._desk.name)
        self._wake(WorkKind.SWEEP, self._desk.name)

    async def stop(self) -> None:
        """Close the door, finish what runs, start nothing new."""
        await self.door.close()
        await self._dispatcher.stop(patience=PATIENCE)

    def _wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        self._dispatcher.wake(kind, key, at)

    def _channels(self) -> frozenset[str]:
        return frozenset(site.channel for site in self._sites.values())

    async def _meet_desk(self, _: str) -> datetime | None:
        """Ask Deskie for its channels, and register the forums, which for new ones needs the answer."""
        again = await self._check.run()
        watched: set[str] = set()
        for site in self._sites.values():
            try:
                for watch_id in await register(site, self._ledger, self._desk, self._clock):
                    watched.add(str(watch_id))
                    self._wake(WorkKind.POLL, str(watch_id), await self._due(watch_id))
            except Retry as waits:
                structlog.get_logger().warning("forum_waits", forum=site.name, reason=str(waits))
        if self._unread is None and watched:
            self._unread = watched
        return again

    async def _poll(self, key: str) -> datetime | None:
        again = await self._roads[WorkKind.POLL](key)
        if self._unread is not None:
            self._unread.discard(key)
            if not self._unread:
                self.settled.set()
        return again

    async def _due(self, watch_id: int) -> datetime:
        async with self._ledger.reading() as db:
            return (await watches.get(db, watch_id)).due_at

    async def _sweep(self, _: str) -> datetime:
        """Wake whatever the ledger says is work: after a start, and in case a wake-up was lost."""
        async with self._ledger.reading() as db:
            conversations = await posts.due_conversations(db)
            waiting = await answers.due_forums(db)
        for conversation_id, at in conversations:
            self._wake(WorkKind.DELIVER, str(conversation_id), at)
        for forum, at in waiting:
            self._wake(WorkKind.PUBLISH, forum, at)
        return self._clock() + SWEEP


@asynccontextmanager
async def running(config: Config, registry: Registry, clock: Clock) -> AsyncIterator[Daemon]:
    """Run the bridge while the context is open. Raises LedgerRefused, ConfigurationRefused, or OSError for the door."""
    async with (
        Ledger.open(Path(config.ledger.path), clock) as ledger,
        open_desk(config, clock) as desk,
        open_sites(config, registry, ledger, Pacer(clock, asyncio.sleep), clock) as sites,
    ):
        daemon = Daemon(config, ledger, desk, sites, clock)
        try:
            await daemon.start()
            yield daemon
        finally:
            await daemon.stop()
