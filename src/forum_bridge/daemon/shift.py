"""What works under one configuration, from its start until the next one takes over: desk, forums, what stands behind
the webhook's door, dispatcher. The ledger and the door are lent to it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta

import structlog

from forum_bridge.alerts.conditions import Conditions
from forum_bridge.alerts.opening import channels
from forum_bridge.alerts.rounds import Rounds
from forum_bridge.bridge.backfill import Filled
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.drift_guard import DriftGuard
from forum_bridge.bridge.poll import Polled
from forum_bridge.bridge.quarantine import Quarantine
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.replay import Replay
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_push import TakePush
from forum_bridge.bridge.tell_change import TellChange
from forum_bridge.config import Config
from forum_bridge.daemon.attendance import Attendance
from forum_bridge.daemon.care import Care
from forum_bridge.daemon.compose import open_desk, open_sites, rules_for
from forum_bridge.daemon.desk_check import DeskCheck
from forum_bridge.daemon.door import behind
from forum_bridge.daemon.filling import backfill
from forum_bridge.daemon.identity_check import IdentityCheck
from forum_bridge.daemon.news import WatchNews
from forum_bridge.daemon.progress import Progress
from forum_bridge.daemon.register import refuse_changed_keys, register
from forum_bridge.daemon.roads import roads
from forum_bridge.daemon.round import Round, Tell
from forum_bridge.daemon.status_line import status_line
from forum_bridge.dispatch import Dispatcher, Handler
from forum_bridge.errors import Retry
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import agent_notes, answers, forums, links, posts, put_back, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, WorkKind
from forum_bridge.web.pacer import Pacer

SWEEP = timedelta(minutes=1)
FIRST_CARE = timedelta(minutes=1)  # what waited while the bridge was down goes first
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
        self.sites = sites
        self._clock = progress.now
        self._began = self._clock()
        self.desk = desk
        self._eager = set(eager)
        self._check = DeskCheck(config, desk, self._clock)
        self._identities = IdentityCheck(sites, ledger, desk)
        receive = Receive(ledger, desk.name, sites, self._wake, self._clock)
        self._polled: dict[int, Polled] = {}
        heard, keep = self._polled.__setitem__, config.ledger.keep_pages
        self._guard = DriftGuard(Quarantine(ledger.path, keep, self._clock), self._clock)
        lent = (ledger, desk, sites, receive, self._wake, self._clock, random.random, heard)
        self._roads = roads(*lent, keep_pages=keep)
        self._unread: set[str] | None = None
        self.settled = asyncio.Event()
        """Set once every watch was asked for the first time since the start."""
        look = Conditions(config, ledger, desk.name, self._check.trouble, self._clock, self._began)
        own: dict[WorkKind, Handler] = {
            WorkKind.POLL: self._poll,
            WorkKind.MEET: self._meet_desk,
            WorkKind.SWEEP: self._sweep,
            WorkKind.CARE: Care(ledger, config.ledger, self._clock),
            WorkKind.ALERT: Rounds(ledger, [*channels(config, desk.client, self._clock)], look, self._clock),
        }
        self._attendance = Attendance(self._wake)
        self._handlers = {
            kind: self._attendance.watched(kind, progress.watched(kind, handler))
            for kind, handler in {**self._roads, **own}.items()
        }
        self.dispatcher = Dispatcher(self._handlers, self._clock)
        pushes = TakePush(ledger, sites, rules_for, self._wake, self._clock)
        self.behind = behind(config.webhook, receive, self._channels(), ledger, self._check, desk.files, pushes)

    async def check(self) -> None:
        """Raise ConfigurationRefused if the ledger forbids this configuration."""
        async with self._ledger.reading() as db:
            refuse_changed_keys(self.sites.values(), await forums.everyone(db))

    def work(self) -> None:
        """Let the dispatcher run."""
        self.dispatcher.start()
        self._wake(WorkKind.MEET, self.desk.name)
        self._wake(WorkKind.SWEEP, self.desk.name)
        self._wake(WorkKind.RECONCILE, self.desk.name)
        self._wake(WorkKind.CARE, self.desk.name, self._clock() + FIRST_CARE)
        self._wake(WorkKind.ALERT, self.desk.name)

    def look_for_work(self) -> None:
        """Wake what the ledger says is due, without waiting for the next sweep."""
        self._wake(WorkKind.SWEEP, self.desk.name)

    async def replay(self, item: str) -> str:
        """Send an item again that counts as sent; see ``replay.py``."""
        return await Replay(self._ledger, self.desk, self.sites, self._clock)(item)

    async def tell(self, item: str) -> str:
        """Tell agents what became of a post that they have; see ``tell_change.py``."""
        return await TellChange(self._ledger, self.sites, self._clock)(item)

    def backfill(self, name: str, since: datetime | None, limit: int | None) -> AsyncGenerator[Filled]:
        """Take in what was old at a place; see ``filling.py``."""
        return backfill(self._ledger, self.sites, self._wake, self._clock, name, since, limit)

    def round(self, names: Sequence[str]) -> AsyncGenerator[WatchNews]:
        """Read watches now, beside all other work and never two at once for one; see ``round.py``."""
        return Round(self.config, self._ledger, self._attendance.run, self._polled).go(names)

    async def alone(self, names: Sequence[str], tell: Tell | None = None) -> AsyncGenerator[WatchNews]:
        """Read watches while no work is done: ``work`` was not called. Delivers what came and what waited before, but
        nothing where it is only to be told of by ``tell``."""
        await self._meet_desk("")
        at_once = Round(self.config, self._ledger, lambda kind, key: self._handlers[kind](key), self._polled)
        async with aclosing(at_once.go(names, tell)) as brought:
            async for each in brought:
                yield each
        if tell is None:
            await self._deliver_due()

    async def _deliver_due(self) -> None:
        async with self._ledger.reading() as db:
            due = await posts.due_conversations(db)
        for conversation_id, at in due:
            if at is None or at <= self._clock():
                await self._handlers[WorkKind.DELIVER](str(conversation_id))
        await self._handlers[WorkKind.LINK](self.desk.name)

    async def end(self) -> None:
        """Finish what runs, start nothing new."""
        await self.dispatcher.stop(patience=PATIENCE)
        self._attendance.close()

    async def status(self) -> str:
        """Return in one line how things stand."""
        return await status_line(self.config, self._ledger, await self._check.trouble())

    def _wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        self.progress.woken(kind, key, at)
        self.dispatcher.wake(kind, key, at)

    def _channels(self) -> frozenset[str]:
        return frozenset(site.channel for site in self.sites.values())

    async def _meet_desk(self, _: str) -> datetime | None:
        """Ask Deskie for its channels, and register the forums, which for new ones needs the answer."""
        again = await self._check.run()
        watched, waits_for = set[str](), len(self.sites)
        of_forums: dict[str, list[int]] = {}
        for site in self.sites.values():
            try:
                of_forums[site.name] = await register(site, self._ledger, self.desk, self._clock, began=self._began)
                for watch_id in of_forums[site.name]:
                    watched.add(str(watch_id))
                    at = None if site.name in self._eager else await self._due(watch_id)
                    self._wake(WorkKind.POLL, str(watch_id), at)
                self._eager.discard(site.name)
                waits_for -= 1
            except Retry as waits:
                structlog.get_logger().warning("forum_waits", forum=site.name, reason=str(waits))
        await self._guard.tidy(self._ledger, of_forums)
        await self._identities.run()
        if self._unread is None and watched:
            self._unread = watched
        if not watched and not waits_for:
            self.settled.set()  # every forum sends by itself
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
            notes = await agent_notes.due(db, self.desk.name)
            link = await links.first(db, self.desk.name)
            unheard = await put_back.to_compare(db, self.desk.name)
        for conversation_id, at in conversations:
            self._wake(WorkKind.DELIVER, str(conversation_id), at)
        for forum, at in waiting:
            self._wake(WorkKind.PUBLISH, forum, at)
        if link is not None:
            self._wake(WorkKind.LINK, self.desk.name, link.due_at)
        if notes is not None:
            self._wake(WorkKind.TELL, self.desk.name, notes)
        if unheard:
            self._wake(WorkKind.RECONCILE, self.desk.name)
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
