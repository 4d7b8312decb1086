"""The first step of the post road: read one watch, store what is new with its cursor in one transaction, wake
delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.drift_guard import DriftGuard, News
from forum_bridge.bridge.policy import Rules
from forum_bridge.bridge.retry import BLOCKED_PAUSE, backoff, describe
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_in import Brought, digested, pass_on, take_in
from forum_bridge.errors import Blocked, BridgeError, Retry
from forum_bridge.ledger import posts, watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, PostId, Reading, Wake, WatchKind

SLOWER = 1.5
MORE_IS_THERE = timedelta(seconds=1)

RulesFor = Callable[[Site, WatchKind], Rules]


@dataclass(frozen=True, slots=True)
class Polled:
    """What one reading of a watch brought: the posts that are new or changed, the conversations with work by it,
    whether ``more`` is there than one reading may take; or the ``trouble`` that it failed with."""

    posts: tuple[PostId, ...] = ()
    conversations: tuple[int, ...] = ()
    more: bool = False
    trouble: str | None = None


Heard = Callable[[int, Polled], None]
"""Is told of each reading of a watch (by its id)."""


def unheard(_: int, __: Polled) -> None:
    """For a bridge in which nobody waits for readings."""


class Poll:
    """Handler of ``poll(watch id)``. Returns when the watch is due again."""

    def __init__(
        self,
        ledger: Ledger,
        sites: Mapping[str, Site],
        rules_for: RulesFor,
        wake: Wake,
        clock: Clock,
        random: Callable[[], float],
        guard: DriftGuard,
        heard: Heard = unheard,
    ) -> None:
        self._ledger = ledger
        self._sites = sites
        self._rules_for = rules_for
        self._wake = wake
        self._clock = clock
        self._random = random
        self._guard = guard
        self._heard = heard

    async def __call__(self, key: str) -> datetime | None:
        async with self._ledger.reading() as db:
            watch = await watches.get(db, int(key))
        site = self._sites.get(watch.forum)
        if site is None:
            return None
        try:
            return await self._store(site, *await _read(site, watch))
        except BridgeError as error:
            return await self._troubled(site, watch, error)
        except Exception as error:  # noqa: BLE001 -- an adapter is anybody's code; the operator must see that it fails
            structlog.get_logger().exception("watch_failed", forum=watch.forum, watch=watch.watch.shown)
            return await self._troubled(site, watch, error)

    async def _store(self, site: Site, watch: WatchRow, reading: Reading) -> datetime:
        contents = await digested(reading)
        found = [await self._guard.keep(watch, error, place) for place, error in reading.unreadable.items()]
        broken = [kept for kept in found if kept is not None]
        now = self._clock()
        rules = self._rules_for(site, watch.watch.kind)

        async def work(db: AsyncConnection) -> tuple[Brought, News, datetime]:
            brought = await take_in(db, site, watch, rules, reading, contents, now=now)
            news = await self._guard.read(db, watch, reading, broken)
            interval = self._interval(site, watch, busy=watch.first or bool(brought.new or brought.woken))
            if await self._guard.suspected(db, watch.forum):
                interval = site.config.every.max
            due = now + (MORE_IS_THERE if reading.gap else interval)
            private = watch.watch.kind is WatchKind.INBOX
            highest = await posts.highest_number(db, watch.forum, private=private) if watch.first else None
            await watches.advance(db, watch, reading.cursor, due_at=due, interval=interval, now=now, highest=highest)
            return brought, news, due

        brought, news, due = await self._ledger.commit(work)
        self._heard(watch.id, Polled(tuple(each.item.post.id for each in brought.new), brought.woken, reading.gap))
        pass_on(brought, site, watch, self._wake)
        self._guard.tell(watch, site, news)
        if watch.trouble:
            structlog.get_logger().info("watch_recovered", forum=site.name, watch=watch.watch.shown)
        return due

    def _interval(self, site: Site, watch: WatchRow, *, busy: bool) -> timedelta:
        """Busy threads are asked often, quiet ones ever less."""
        every = site.config.every
        if busy:
            return every.min
        return min(max(watch.interval, every.min) * SLOWER, every.max)

    async def _troubled(self, site: Site, watch: WatchRow, error: Exception) -> datetime:
        longest = site.config.every.max
        pause = backoff(watch.failures + 1, self._random())
        if isinstance(error, Retry):
            pause = max(pause, error.after or timedelta(0))
        if isinstance(error, Blocked):
            pause = max(BLOCKED_PAUSE, min(pause, longest))
        kept, news = await self._guard.keep(watch, error), News()
        text, due = describe(error), self._clock() + pause
        cursor = error.cursor if isinstance(error, BridgeError) else None
        slower = max(due, self._clock() + longest)
        told = structlog.get_logger().warning if text != watch.trouble else structlog.get_logger().debug

        async def work(db: AsyncConnection) -> datetime:
            if kept is not None:
                await self._guard.hard(db, watch, kept, news)
            again = slower if await self._guard.suspected(db, watch.forum) else due
            await watches.trouble(db, watch.id, text, due_at=again, cursor=cursor)
            return again

        due = await self._ledger.commit(work)
        told("watch_troubled", forum=watch.forum, watch=watch.watch.shown, trouble=text, again_at=due.isoformat())
        self._guard.tell(watch, site, news)
        self._heard(watch.id, Polled(trouble=text))
        return due


async def _read(site: Site, watch: WatchRow) -> tuple[WatchRow, Reading]:
    """Return what is new, and the watch by which it was read: at the first reading of a forum whose clock is another
    than ours, ``since`` is moved into the forum's time, which is what its posts show."""
    reading = await _reading(site, watch)
    ahead = site.ahead()
    if not watch.first or watch.watch.since is None or not ahead:
        return watch, reading
    theirs = replace(watch, watch=replace(watch.watch, since=watch.watch.since + ahead))
    structlog.get_logger().warning("forum_clock_differs", forum=site.name, seconds_ahead=round(ahead.total_seconds()))
    return theirs, await _reading(site, theirs)


async def _reading(site: Site, watch: WatchRow) -> Reading:
    return await site.account.doing(lambda: site.adapter.read(watch.watch, watch.cursor))
