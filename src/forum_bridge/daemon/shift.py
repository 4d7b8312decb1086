"""What works under one configuration, from its start until the next one takes over: desk, forums, what stands behind
the webhook's door, dispatcher. The ledger and the door are lent to it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites
from forum_bridge.daemon.desk_check import DeskCheck
from forum_bridge.daemon.door import behind
from forum_bridge.daemon.identity_check import IdentityCheck
from forum_bridge.daemon.progress import Progress
from forum_bridge.daemon.register import refuse_changed_keys, register
from forum_bridge.daemon.roads import roads
from forum_bridge.daemon.status_line import status_line
from forum_bridge.dispatch import Dispatcher
from forum_bridge.errors import Retry
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import agent_notes, answers, forums, links, posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, WorkKind
from forum_bridge.web.pacer import Pacer

SWEEP = timedelta(minutes=1)
PATIENCE = timedelta(seconds=20)


class Shift:
    """``work`` wakes all that the ledger says is due, ``end`` lets what is in flight finish or be recorded; answers
    that come before or after are taken in all the same. Forums in ``eager`` are read at once, whatever pause they are
    in."""

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        desk: Desk,
        sites: Mapping[str, Site],
        progress: Progress,
        eager: frozenset[str] = frozenset(),
    ) -> None:
        self.config = config
        self.progress = progress
        self._ledger = ledger
        self._sites = sites
        self._clock = progress.now
        self._began = self._clock()
        self._desk = desk
        self._eager = set(eager)
        self._check = DeskCheck(config, desk, self._clock)
        self._identities = IdentityCheck(sites, ledger, desk)
        receive = Receive(ledger, desk.name, sites, self._wake, self._clock)
        self._roads = roads(ledger, desk, sites, receive, self._wake, self._clock, random.random)
        self._unread: set[str] | None = None
        self.settled = asyncio.Event()
        """Set once every watch was asked for the first time since the start."""
        own = {WorkKind.POLL: self._poll, WorkKind.MEET: self._meet_desk, WorkKind.SWEEP: self._sweep}
        handlers = {kind: progress.watched(kind, handler) for kind, handler in {**self._roads, **own}.items()}
        self._dispatcher = Dispatcher(handlers, self._clock)
        self.behind = behind(config.webhook, receive, self._channels(), ledger, self._check, desk.files)

    async def check(self) -> None:
        """Raise ConfigurationRefused if the ledger forbids this configuration."""
        async with self._ledger.reading() as db:
            refuse_changed_keys(self._sites.values(), await forums.everyone(db))

    def work(self) -> None:
        """Let the dispatcher run."""
        self._dispatcher.start()
        self._wake(WorkKind.MEET, self._desk.name)
        self._wake(WorkKind.SWEEP, self._desk.name)
        self._wake(WorkKind.RECONCILE, self._desk.name)

    def look_for_work(self) -> None:
        """Wake what the ledger says is due, without waiting for the next sweep."""
        self._wake(WorkKind.SWEEP, self._desk.name)

    async def end(self) -> None:
        """Finish what runs, start nothing new."""
        await self._dispatcher.stop(patience=PATIENCE)

    async def status(self) -> str:
        """Return in one line how things stand."""
        return await status_line(self.config, self._ledger, await self._check.trouble())

    def _wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        self.progress.woken(kind, key, at)
        self._dispatcher.wake(kind, key, at)

    def _channels(self) -> frozenset[str]:
        return frozenset(site.channel for site in self._sites.values())

    async def _meet_desk(self, _: str) -> datetime | None:
        """Ask Deskie for its channels, and register the forums, which for new ones needs the answer."""
        again = await self._check.run()
        watched: set[str] = set()
        for site in self._sites.values():
            try:
                for watch_id in await register(site, self._ledger, self._desk, self._clock, began=self._began):
                    watched.add(str(watch_id))
                    at = None if site.name in self._eager else await self._due(watch_id)
                    self._wake(WorkKind.POLL, str(watch_id), at)
                self._eager.discard(site.name)
            except Retry as waits:
                structlog.get_logger().warning("forum_waits", forum=site.name, reason=str(waits))
        await self._identities.run()
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
            notes = await agent_notes.due(db, self._desk.name)
            link = await links.first(db, self._desk.name)
        for conversation_id, at in conversations:
            self._wake(WorkKind.DELIVER, str(conversation_id), at)
        for forum, at in waiting:
            self._wake(WorkKind.PUBLISH, forum, at)
        if link is not None:
            self._wake(WorkKind.LINK, self._desk.name, link.due_at)
        if notes is not None:
            self._wake(WorkKind.TELL, self._desk.name, notes)
        return self._clock() + SWEEP


@asynccontextmanager
async def open_shift(
    config: Config,
    registry: Registry,
    ledger: Ledger,
    pacer: Pacer,
    clock: Clock,
    eager: frozenset[str] = frozenset(),
) -> AsyncIterator[Shift]:
    """Open sessions to the desk and to every forum, asking none of them anything yet; they close with the context."""
    progress = Progress(clock, time.monotonic)
    async with (
        open_desk(config, progress.now) as desk,
        open_sites(config, registry, ledger, pacer, progress.now) as sites,
    ):
        yield Shift(config, ledger, desk, sites, progress, eager)
