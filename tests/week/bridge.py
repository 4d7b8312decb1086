"""A bridge that is started and ended again and again on one ledger, behind one door, by a clock that is moved."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web
from sqlalchemy import Row, select
from tests.week.clockwork import Clockwork

from forum_bridge.bridge import webhook
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.guard import Guard
from forum_bridge.bridge.knock import Proxies
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites
from forum_bridge.daemon.register import register
from forum_bridge.daemon.roads import roads
from forum_bridge.errors import Retry
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import agent_notes, answers, links, posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import metadata
from forum_bridge.model import Clock, WorkKind
from forum_bridge.web.pacer import Pacer

SWEEP = timedelta(minutes=30)  # the daemon does so every minute; a wake-up that was lost may be found late here


class Bridge:
    """``up`` starts it; ``end`` stops it in good order, ``die`` breaks it off. ``work`` does what is due."""

    def __init__(self, config: Config, clock: Clock, dice: random.Random, idle: timedelta) -> None:
        """``idle``: so much later than need be answers are compared, since that mostly finds nothing."""
        self._config = config
        self._clock = clock
        self._dice = dice
        self._late = {WorkKind.RECONCILE: idle}
        self._registry = Registry.load(None)
        self._parts = AsyncExitStack()
        self._swept: datetime | None = None
        self.ledger: Ledger
        self.clockwork = Clockwork(clock, self._late)
        self.is_up = False
        self.commits = self.pieces = 0

    async def up(self) -> None:
        """Open everything, on the port of the last time, and wake what the ledger says is work."""
        parts = self._parts = AsyncExitStack()
        clockwork = self.clockwork = Clockwork(self._clock, self._late)
        config = self._config
        ledger = self.ledger = await parts.enter_async_context(Ledger.open(config.ledger.path, self._clock))
        desk = await parts.enter_async_context(open_desk(config, self._clock))
        pacer = Pacer(self._clock, _no_pause)
        sites = await parts.enter_async_context(open_sites(config, self._registry, ledger, pacer, self._clock))
        receive = Receive(ledger, desk.name, sites, clockwork.wake, self._clock)
        every = roads(ledger, desk, sites, receive, clockwork.wake, self._clock, self._dice.random)
        clockwork.lead_to({**every, WorkKind.MEET: partial(self._meet, desk, sites)})
        app = web.Application()
        door = config.webhook
        channels = frozenset({config.deskie.channel})
        guard = Guard(self._clock, Proxies(door.trusted_proxies), door.allow)
        webhook.add_routes(app, receive, channels, door.secret.get_secret_value(), guard)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        parts.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, door.host, door.port).start()
        clockwork.wake(WorkKind.MEET, desk.name)
        clockwork.wake(WorkKind.RECONCILE, desk.name)
        self._swept = None
        self.is_up = True

    async def end(self) -> None:
        """Let what is under way end, then close."""
        await self.clockwork.finish()
        await self._close()

    async def die(self) -> None:
        """Break off what is under way; what the ledger did not hear of is forgotten."""
        await self.clockwork.cancel()
        await self._close()

    async def begin(self) -> None:
        """Start what is due now, and what the ledger says is due."""
        if self._swept is None or self._clock() - self._swept >= SWEEP:
            self._swept = self._clock()
            await self._sweep()
        self.clockwork.begin()

    async def rows(self, table: str) -> list[Row[tuple[object, ...]]]:
        """Return a table of the ledger."""
        found = metadata.tables[table]
        async with self.ledger.reading() as db:
            return list(await db.execute(select(found).order_by(found.c.id)))

    async def _meet(self, desk: Desk, sites: Mapping[str, Site], _: str) -> datetime | None:
        """Learn the desk's channels and register the forums, when the desk can be asked."""
        try:
            desk.learn(await desk.client.custom_channels())
        except Retry as waits:
            return self._clock() + (waits.after or timedelta(seconds=15))
        for site in sites.values():
            for watch_id in await register(site, self.ledger, desk, self._clock):
                async with self.ledger.reading() as db:
                    due = (await watches.get(db, watch_id)).due_at
                self.clockwork.wake(WorkKind.POLL, str(watch_id), due)
        return None

    async def _close(self) -> None:
        self.is_up = False
        self.commits += self.ledger.batches
        self.pieces += self.clockwork.pieces
        await self._parts.aclose()

    async def _sweep(self) -> None:
        wake, desk = self.clockwork.wake, "default"
        async with self.ledger.reading() as db:
            for conversation_id, at in await posts.due_conversations(db):
                wake(WorkKind.DELIVER, str(conversation_id), at)
            for forum, at in await answers.due_forums(db):
                wake(WorkKind.PUBLISH, forum, at)
            if (notes := await agent_notes.due(db, desk)) is not None:
                wake(WorkKind.TELL, desk, notes)
            if (link := await links.first(db, desk)) is not None:
                wake(WorkKind.LINK, desk, link.due_at)


async def _no_pause(_: float) -> None:
    await asyncio.sleep(0)
