"""A forum rings: the watches that may have something new are read soon. Knows no network, and believes nothing but that
somebody rang; a ring that is lost or made up costs at most a poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from forum_bridge.bridge.site import Site
from forum_bridge.forums.contract import NamesThreads
from forum_bridge.forums.pushed import Hint
from forum_bridge.ledger import watches
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Wake, WatchKind, WorkKind

MOST_OFTEN = timedelta(seconds=5)  # a busy forum rings with every post


async def ring(ledger: Ledger, site: Site, hints: Sequence[Hint], wake: Wake, now: datetime) -> None:
    """Wake the polls of a forum's watches that hints may concern. One that is in trouble waits as long as it has to."""
    async with ledger.reading() as db:
        rows = await watches.of_forum(db, site.name)
    configured = {(each.kind, each.target) for each in site.config.watch}
    for row in rows:
        if (row.watch.kind, row.watch.target) in configured and any(_concerns(hint, row, site) for hint in hints):
            wake(WorkKind.POLL, str(row.id), _when(row, now))


def _concerns(hint: Hint, row: WatchRow, site: Site) -> bool:
    if row.watch.kind is not WatchKind.THREAD or hint.thread is None or not isinstance(site.adapter, NamesThreads):
        return True
    return site.adapter.named(row.watch.target) in {None, hint.thread}


def _when(row: WatchRow, now: datetime) -> datetime:
    if row.trouble is not None:
        return max(row.due_at, now)
    return max(row.read_at + MOST_OFTEN, now) if row.read_at is not None else now
