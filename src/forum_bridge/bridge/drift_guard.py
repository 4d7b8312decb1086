"""Notices that a forum looks otherwise than its adapter knows it: keeps the page, says so once, and says when it is
over. It decides nothing about posts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.quarantine import Quarantine
from forum_bridge.bridge.site import Site
from forum_bridge.command import command
from forum_bridge.errors import Blocked, BridgeError, Unreadable
from forum_bridge.ledger import drift
from forum_bridge.ledger.drift import DriftRow, Sight
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, Reading, Trait
from forum_bridge.web.address import shown

UNREADABLE, LOGIN, CHALLENGE = "unreadable", "login page", "challenge"
KNOWN = timedelta(days=14)  # by then a change that nobody mended is how the forum looks


@dataclass(slots=True)
class News:
    """What is to be told once the transaction is committed."""

    begun: list[Sight] = field(default_factory=list)
    over: list[DriftRow] = field(default_factory=list)
    suspected: bool | None = None


class DriftGuard:
    """Used by the poll: ``keep`` before its transaction, ``hard`` or ``read`` within, ``tell`` after it."""

    def __init__(self, quarantine: Quarantine, clock: Clock) -> None:
        self._quarantine = quarantine
        self._clock = clock

    async def keep(self, watch: WatchRow, error: Exception, place: str | None = None) -> Sight | None:
        """Put the page behind an error into quarantine; None where the error is no sign of drift."""
        evidence = error.evidence if isinstance(error, BridgeError) else None
        what = _what(error)
        if what is None:
            return None
        page = await self._quarantine.keep(watch.forum, watch.id, evidence) if evidence is not None else None
        url = shown(evidence.url) if evidence is not None else None
        return Sight(place or watch.watch.shown, what, str(error), hard=True, page=page, url=url)

    async def hard(self, db: AsyncConnection, watch: WatchRow, sight: Sight, news: News) -> None:
        """Write a hard drift down."""
        before = await self.suspected(db, watch.forum)
        times = await drift.seen(db, watch.forum, watch.id, sight, now=self._clock())
        if times == drift.SURE:
            news.begun.append(sight)
        if not before and await self.suspected(db, watch.forum):
            news.suspected = True

    async def read(self, db: AsyncConnection, watch: WatchRow, reading: Reading, broken: Sequence[Sight]) -> News:
        """Compare a reading with what is known, note what is new and what is over; ``broken`` are the board's threads
        that could not be read."""
        news = News()
        known = await drift.of_watch(db, watch.id)
        if not known and not broken and not any(look.lacks for look in reading.looks):
            return news
        before = await self.suspected(db, watch.forum)
        for each in broken:
            await self.hard(db, watch, each, news)
        for look in reading.looks:
            for trait in sorted(look.lacks):
                sight = Sight(look.thread, trait.value, f"{shown(look.thread)} no longer shows {trait.value}")
                if await drift.seen(db, watch.forum, watch.id, sight, now=self._clock()) == 1:
                    news.begun.append(sight)
        gone = [row for row in known if _over(row, watch, reading, broken)]
        await drift.over(db, [row.id for row in gone])
        news.over = [row for row in gone if row.sure]
        if before and not await self.suspected(db, watch.forum):
            news.suspected = False
        return news

    async def suspected(self, db: AsyncConnection, forum: str) -> bool:
        """Return whether so many threads cannot be read that the preset itself must be wrong."""
        return await drift.broken(db, forum, UNREADABLE) >= drift.SUSPECT

    async def tidy(self, ledger: Ledger, watched: Mapping[str, Collection[int]]) -> None:
        """Forget what is old, and what was seen by watches (of these forums) that are watched no longer; delete pages
        that are old."""

        async def work(db: AsyncConnection) -> None:
            await drift.forget(db, self._clock() - KNOWN)
            for forum, ids in watched.items():
                await drift.forget_others(db, forum, ids)

        await ledger.commit(work)
        await self._quarantine.tidy()

    def tell(self, watch: WatchRow, site: Site, news: News) -> None:
        """Tell the log."""
        log = structlog.get_logger().bind(forum=watch.forum)
        for each in news.begun:
            here = log.bind(place=shown(each.place))
            if each.hard:
                page = self._quarantine.folder / each.page if each.page else None
                todo = how_to_try(page, site.config.adapter, each.url or each.place)
                here.error("drift", what=each.what, page=str(page), now="nothing is read there", todo=todo)
            else:
                here.warning("drift", missing=each.what, now="posts are read all the same")
        for row in news.over:
            log.info("drift_over", place=shown(row.place), what=row.what, since=row.since.isoformat())
        if news.suspected:
            log.error("preset_suspected", adapter=site.config.adapter, now="the forum's watches are read less often")
        elif news.suspected is False:
            log.info("preset_trusted", adapter=site.config.adapter)


def how_to_try(page: Path | None, adapter: str, url: str) -> str:
    """Return the command that reads a page in quarantine, or else the thread itself."""
    if page is None:
        return command("preview", shown(url))
    return command("preview", "--file", str(page), "--adapter", adapter, "--url", shown(url))


def _what(error: Exception) -> str | None:
    if isinstance(error, Unreadable):
        return UNREADABLE
    if isinstance(error, Blocked):
        return CHALLENGE
    return LOGIN if isinstance(error, BridgeError) and error.evidence is not None else None


def _over(row: DriftRow, watch: WatchRow, reading: Reading, broken: Sequence[Sight]) -> bool:
    """Return whether a reading shows that a drift is over. Where a board's threads still wait, only those that were
    read tell of themselves."""
    if not row.hard:
        return any(look.thread == row.place and Trait(row.what) in look.shows for look in reading.looks)
    if row.place in {each.place for each in broken}:
        return False
    read = row.place == watch.watch.shown or any(look.thread == row.place for look in reading.looks)
    return read or not reading.gap
