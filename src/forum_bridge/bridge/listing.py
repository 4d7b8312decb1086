"""Lists the cases that changed on the desk, channel by channel and page by page, and notes those that are ours for
comparing. What was listed stands in the ledger after each page. Counts by the desk's clock; compares nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, Page
from forum_bridge.ledger import changes, put_back, reconciling
from forum_bridge.ledger.changes import Seen
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.put_back import READ_AGAIN
from forum_bridge.model import Clock

EVERY = timedelta(minutes=5)
ON_ITS_WAY = timedelta(minutes=2)  # so long a webhook may take; what is younger is left to it
OVERLAP = timedelta(minutes=10)  # so much before the newest change the next walk begins, should one show up late
SECOND = timedelta(seconds=1)  # whether Deskie means "from" or "after" is not documented
FIRST_EVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the walk through a channel's changes is: at this page of those since a moment, of which ``seen`` stood on
    the pages before. ``newest`` is the last change met on the walk. Where the desk does not list them in order, pages
    are counted to the end (``by_page``)."""

    since: datetime
    page: int = 1
    seen: int = 0
    newest: datetime | None = None
    by_page: bool = False


def further(at: Cursor, page: Page[Case], now: datetime) -> tuple[Cursor, bool]:
    """Return where the walk goes on after a page, and whether it has come to the end; then that is where the next one
    begins.

    What lies behind a full page is asked for by the last change on it, never by the number of a page: cases that change
    meanwhile leave the page, and others would be passed over. Only where all on a page changed in one second, which
    tells neither how far it is nor in which order they are listed, pages are counted. ``now`` bounds a moment of the
    desk's that is in the future.
    """
    stamps = [case.updated_at for case in page.records if case.updated_at is not None]
    newest = max([*stamps, *([at.newest] if at.newest else [])], default=None)
    seen = at.seen + len(page.records)
    if not page.goes_on(seen):
        return Cursor(at.since if newest is None else min(newest, now) - OVERLAP), True
    met = [at.newest, *stamps] if at.page > 1 and at.newest else stamps
    in_order = met == sorted(met) and (not stamps or stamps[0] >= _second(at.since) - SECOND)
    by_page = at.by_page or not in_order
    if stamps and not by_page and met[0] < stamps[-1] and _second(at.since) < _second(stamps[-1]):
        return Cursor(stamps[-1], newest=newest), False
    return replace(at, page=at.page + 1, seen=seen, newest=newest, by_page=by_page), False


class Listing:
    """``channels`` are the forums' own, by forum; channels in which a forum was before are listed as well, since its
    cases stay there."""

    def __init__(self, ledger: Ledger, desk: Desk, channels: Mapping[str, str], clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._channels = channels
        self._forums = list(channels)
        self._clock = clock
        self._cursors: dict[str, Cursor] = {}
        self._due: dict[str, datetime] = {}
        self._failed: set[str] = set()

    async def due(self) -> str | None:
        """Return the channel that waits longest to be listed, None if none does."""
        now = self._clock()
        waiting = [channel for channel in await self._known() if not now < self._turn(channel, now) <= now + EVERY]
        return min(waiting, key=lambda channel: self._turn(channel, now), default=None)

    def next_due(self) -> datetime:
        """Return when the next channel is due."""
        return min(self._due.values(), default=self._clock())

    def failed(self, channel: str) -> None:
        """Do not ask for this channel for a while."""
        self._failed.add(channel)
        self._due[channel] = self._clock() + EVERY

    @property
    def scope(self) -> str:
        """What is listed, in a word that is another for other forums or channels."""
        return " ".join(f"{forum}={channel}" for forum, channel in sorted(self._channels.items()))

    def listed(self) -> datetime | None:
        """Return up to when every channel was listed to its end, None while one could not be."""
        return None if self._failed or self._cursors else self.next_due() - EVERY

    async def page(self, channel: str) -> None:
        """List the next page of a channel's changes; the others go first then. Raises what the client does."""
        now = self._clock()
        at = self._cursors.get(channel) or await self._begin(channel)
        page = await self._desk.client.changed_cases(channel, at.since - SECOND, at.page)
        on, ended = further(at, page, now)
        await self._listed(channel, at, page, on)
        self._failed.discard(channel)
        if ended:
            self._cursors.pop(channel, None)
        else:
            self._cursors[channel] = on
        self._due[channel] = now + EVERY if ended else now

    def _turn(self, channel: str, now: datetime) -> datetime:
        return self._due.get(channel, now - EVERY)

    async def _known(self) -> list[str]:
        async with self._ledger.reading() as db:
            known = await changes.listed_since(db, self._desk.name, self._forums)
        return sorted({*known, *self._channels.values()})

    async def _begin(self, channel: str) -> Cursor:
        """Return where a walk begins. For a forum that is new in the channel it begins with the last change: what was
        answered before there was a case of it was never meant for it."""
        name, now = self._desk.name, self._clock()
        async with self._ledger.reading() as db:
            since = (await changes.listed_since(db, name, self._forums)).get(channel)
            new = (await changes.strangers(db, name, self._channels)).get(channel, [])
        if since is not None and not new:
            return Cursor(since)
        last = await self._desk.client.last_change(channel) or FIRST_EVER

        async def work(db: AsyncConnection) -> datetime:
            await changes.take_over(db, name, self._channels, now=now)
            strangers = (await changes.strangers(db, name, self._channels)).get(channel, [])
            await changes.list_from(db, name, channel, strangers, min(last, now))
            return (await changes.listed_since(db, name, self._forums))[channel]

        return Cursor(await self._ledger.commit(work))

    async def _listed(self, channel: str, at: Cursor, page: Page[Case], on: Cursor) -> None:
        name, now = self._desk.name, self._clock()
        changed = {
            case.id: Seen(case.id, case.updated_at, case.user_id or None)
            for case in page.records
            if case.updated_at is not None and case.updated_at >= _second(at.since) - SECOND
        }

        async def work(db: AsyncConnection) -> None:
            ours = await reconciling.ours(db, name, list(changed))
            due = {each: min(changed[each].changed_at, now) + ON_ITS_WAY for each in ours}
            if (lost := await put_back.known(db)) is not None:
                # whose posts are gone, nobody ties again: what agents answered there must not be lost in silence
                theirs = {case.id for case in page.records if lost.wrote(case.created_at)} & changed.keys() - ours
                due |= {each: max(changed[each].changed_at + ON_ITS_WAY, lost.at + READ_AGAIN) for each in theirs}
            await changes.seen(db, name, [changed[each] for each in due], due)
            await changes.listed_to(db, name, channel, self._forums, on.since)

        await self._ledger.commit(work)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
