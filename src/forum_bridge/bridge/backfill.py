"""Reads a place anew from a moment on, and takes in what was old as if it were new: one post a transaction, so that a
crash leaves what was done, and doing it again does no more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.content import Digested
from forum_bridge.bridge.poll import RulesFor
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_in import Brought, digested, pass_on, take_in
from forum_bridge.ledger import adopting
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, Cursor, Reading, Wake, Watch, WatchKind


@dataclass(frozen=True, slots=True)
class Filled:
    """How far it is: posts looked at, those that go to the desk by it, and whether more is left behind the limit."""

    target: str
    looked_at: int
    taken: int
    left: bool = False


class Backfill:
    """For one forum. The roads deliver, within the desk's budget and ``new_cases_per_day``."""

    def __init__(self, ledger: Ledger, site: Site, rules_for: RulesFor, wake: Wake, clock: Clock) -> None:
        self._ledger = ledger
        self._site = site
        self._rules_for = rules_for
        self._wake = wake
        self._clock = clock

    async def __call__(
        self, kind: WatchKind, target: str, since: datetime | None, limit: int | None, *, like: WatchKind
    ) -> AsyncGenerator[Filled]:
        """Read ``target`` and yield after each reading how far it is; posts are judged as in a watch of the kind
        ``like``. Raises what the adapter raises."""
        watch, cursor = Watch(kind, target, since), None
        row = _row(self._site.name, replace(watch, since=None), self._clock())
        looked_at = taken = 0
        while True:
            reading = await self._reading(watch, cursor)
            for item in await digested(reading):
                if not self._is_meant(item, since):
                    continue
                if limit is not None and taken >= limit:
                    yield Filled(target, looked_at, taken, left=True)
                    return
                looked_at += 1
                taken += await self._take(row, reading, item, like)
            yield Filled(target, looked_at, taken)
            if not reading.gap or reading.cursor == cursor:
                return
            cursor = reading.cursor

    async def _reading(self, watch: Watch, cursor: Cursor | None) -> Reading:
        return await self._site.account.doing(lambda: self._site.adapter.read(watch, cursor))

    def _is_meant(self, item: Digested, since: datetime | None) -> bool:
        """A post without a time is meant only where all are."""
        if since is None:
            return True
        time = item.post.time
        return time is not None and time >= since + (self._site.ahead() or timedelta(0))

    async def _take(self, row: WatchRow, reading: Reading, item: Digested, like: WatchKind) -> int:
        """Take one post in; return 1 if it goes to the desk by that, else 0."""
        rules, now, thread = self._rules_for(self._site, like), self._clock(), item.post.thread.id
        seen = tuple(each for each in reading.threads if each.ref.id == thread)
        one = Reading((item.post,), seen)

        async def work(db: AsyncConnection) -> Brought:
            await adopting.forget_old(db, self._site.name, item.post.id)
            return await take_in(db, self._site, row, rules, one, [item], now=now)

        brought = await self._ledger.commit(work)
        pass_on(brought, self._site, row, self._wake)
        return int(any(entry.waits for entry in brought.new))


def _row(forum: str, watch: Watch, now: datetime) -> WatchRow:
    """A watch that stands in no ledger: what it brings is never old."""
    return WatchRow(0, forum, watch, Cursor(), now, timedelta(0), now, 0, None, backfill=True)
