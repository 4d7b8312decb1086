"""Makes the ledger know what is configured: forums with the keys that are fixed once used, and their watches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.scope import AUTHOR, AUTHOR_IN_THREAD
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import ChannelType
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.ledger import forums, watches
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.watches import WatchRow
from forum_bridge.model import Clock, Watch, WatchKind

A_POLL = timedelta(minutes=10)  # that one may last: what is written meanwhile may be missing in it
LATE = timedelta(minutes=15)  # by which a poll may come late; what is overdue for longer was taken out before


def refuse_changed_keys(sites: Iterable[Site], known: dict[str, ForumRow]) -> None:
    """Raise ConfigurationRefused if a forum with conversations was renamed or keyed anew: its customers would be
    strangers to the desk, and answers to open cases would have no thread."""
    sites = list(sites)
    configured = {site.name for site in sites}
    for site in sites:
        row = known.get(site.name)
        if row is not None and row.used:
            _refuse_other(site, "identity", site.config.identity, row.identity)
            _refuse_other(site, "conversation", site.config.conversation, row.conversation)
        for other in known.values():
            if row is None and other.used and other.url == site.config.url and other.name not in configured:
                raise ConfigurationRefused(
                    f"forums.{site.name} has the address of {other.name}, which has conversations in the ledger",
                    explanation=f"A forum's name is part of its customers' ids: call it {other.name} again.",
                )


def _refuse_other(site: Site, key: str, wanted: str | None, fixed: str) -> None:
    if wanted is not None and wanted != fixed:
        raise ConfigurationRefused(
            f"forums.{site.name}.{key} is {wanted}, but its conversations in the ledger were made with {fixed}",
            explanation=f"Set it back to {fixed}, or configure the forum under a new name with start_from: now.",
        )


async def register(site: Site, ledger: Ledger, desk: Desk, clock: Clock, *, began: datetime | None = None) -> list[int]:
    """Write a forum and its watches into the ledger; return the ids of those that are polled: none of a forum that
    sends by itself.

    A new watch counts posts from when the bridge ``began`` (None: now), so that none is missed while Deskie is down;
    one that takes the place of others, because an address has changed, from where these were read last, unless the
    configuration says from when. Raises Retry while the channel's type, which decides a new forum's identity, is not
    known yet.
    """
    config = site.config
    async with ledger.reading() as db:
        row = (await forums.everyone(db)).get(site.name)
    identity = config.identity or (row.identity if row else None) or usual_identity(desk, site.channel)
    now = clock()
    since = config.start_from.moment(began or now, config.zone)
    wanted = [Watch(each.kind, each.target, since) for each in config.watch]

    async def work(db: AsyncConnection) -> list[int]:
        await forums.register(db, site.name, config.url, identity, config.conversation)
        if not wanted:
            await watches.ensure(db, site.name, Watch(WatchKind.PUSH, "", since), interval=config.every.min, now=now)
        former = [] if "start_from" in config.model_fields_set else await _taken_out(db, site.name, wanted)
        begun = [replace(each, since=_beginning(each, former)) for each in wanted]
        return [await watches.ensure(db, site.name, each, interval=config.every.min, now=now) for each in begun]

    return await ledger.commit(work)


async def _taken_out(db: AsyncConnection, forum: str, wanted: Sequence[Watch]) -> list[WatchRow]:
    """Return the watches that were read until now and are configured no longer."""
    kept = {(each.kind, each.target) for each in wanted}
    last = await watches.last_read(db)
    rows = [row for row in await watches.of_forum(db, forum) if (row.watch.kind, row.watch.target) not in kept]
    return [row for row in rows if last is None or row.due_at >= last - LATE]


def _beginning(new: Watch, former: Sequence[WatchRow]) -> datetime | None:
    """Return from when posts of a new watch count. What the former ones have brought is known by its id."""
    alike = [row for row in former if (row.watch.kind is WatchKind.INBOX) == (new.kind is WatchKind.INBOX)]
    ends = [row.read_at - A_POLL if row.read_at is not None else row.watch.since for row in alike]
    moments = [max(filter(None, (end, row.watch.since))) for end, row in zip(ends, alike, strict=True) if end]
    return min(moments, default=new.since) if new.since is not None else None


def usual_identity(desk: Desk, channel: str) -> str:
    """Return who is one customer where the configuration does not say. In a sync channel all of a user's threads would
    collapse into one chat, so there each thread is a person apart. Raises Retry while the channel is not known."""
    return AUTHOR_IN_THREAD if desk.mode(channel) is ChannelType.SYNC else AUTHOR
