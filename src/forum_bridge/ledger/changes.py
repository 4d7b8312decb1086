"""Statements on what changed on the desk: since when each channel is to be listed, and which cases are to be compared.
Knows no network, and not what is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.tables import case_change, channel_listed
from forum_bridge.ledger.upsert import upsert

LONGEST_WAIT = timedelta(hours=1)  # a case that is due later than this from now was put off by a clock that was fast
A_WEEK = timedelta(days=7)
ANY = ""  # the channel of what an earlier version knew


@dataclass(frozen=True, slots=True)
class Change:
    """A case to be compared: when it changed last by the desk's clock (None: not known), its customer (None: not
    known), how often comparing it failed, and the message up to which it was compared once for all."""

    case_id: int
    changed_at: datetime | None
    user_id: int | None
    failures: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as a list showed it."""

    case_id: int
    changed_at: datetime
    user_id: int | None


async def listed_since(db: AsyncConnection, desk: str, forums: Sequence[str]) -> dict[str, datetime]:
    """Return the channels in which these forums are or were, and since when each is to be listed: by the forum that was
    away for longest."""
    where = (channel_listed.c.desk == desk, channel_listed.c.forum.in_(forums), channel_listed.c.channel != ANY)
    query = select(channel_listed.c.channel, func.min(channel_listed.c.since).label("since")).where(*where)
    return {row.channel: row.since for row in await db.execute(query.group_by(channel_listed.c.channel))}


async def take_over(db: AsyncConnection, desk: str, channels: Mapping[str, str], *, now: datetime) -> None:
    """Let what an earlier version knew of these forums hold for their channels; a moment that its clock noted while it
    was fast counts as a week ago."""
    for forum, channel in channels.items():
        before = (channel_listed.c.desk == desk, channel_listed.c.forum == forum, channel_listed.c.channel == ANY)
        since = (await db.execute(select(channel_listed.c.since).where(*before))).scalar_one_or_none()
        if since is not None:
            values = {"channel": channel, "since": since if since <= now else now - A_WEEK}
            await db.execute(update(channel_listed).where(*before).values(values))


async def strangers(db: AsyncConnection, desk: str, channels: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the channels that were never listed for forums that are in them now, with these forums."""
    where = (channel_listed.c.desk == desk, channel_listed.c.forum.in_(channels))
    rows = await db.execute(select(channel_listed.c.forum, channel_listed.c.channel).where(*where))
    known = {(row.forum, row.channel) for row in rows}
    found: dict[str, list[str]] = {}
    for forum, channel in channels.items():
        if (forum, channel) not in known:
            found.setdefault(channel, []).append(forum)
    return found


async def list_from(db: AsyncConnection, desk: str, channel: str, forums: Sequence[str], since: datetime) -> None:
    """Note that a channel is to be listed for these forums since a moment."""
    for forum in forums:
        row = {"desk": desk, "channel": channel, "forum": forum, "since": since}
        keys = ["desk", "channel", "forum"]
        await db.execute(upsert(db, channel_listed, row, index_elements=keys, update={"since": since}))


async def listed_to(db: AsyncConnection, desk: str, channel: str, forums: Sequence[str], since: datetime) -> None:
    """Note that a channel was listed up to a moment, for those of these forums that are or were in it."""
    where = (channel_listed.c.desk == desk, channel_listed.c.channel == channel, channel_listed.c.forum.in_(forums))
    await db.execute(update(channel_listed).where(*where).values(since=since))


async def seen(db: AsyncConnection, desk: str, cases: Sequence[Seen], due_at: Mapping[int, datetime]) -> None:
    """Have cases compared whose change was not; one that waits for it already keeps its turn."""
    for some in batched(cases):
        ids = [case.case_id for case in some]
        where = (case_change.c.desk == desk, case_change.c.case_id.in_(ids))
        rows = {row.case_id: row for row in await db.execute(select(case_change).where(*where))}
        for case in some:
            row = rows.get(case.case_id)
            if row is not None and row.due_at is None and row.changed_at == case.changed_at:
                continue
            due = row.due_at if row is not None and row.due_at is not None else due_at[case.case_id]
            await _put(db, desk, case.case_id, changed_at=case.changed_at, user_id=case.user_id, due_at=due)


async def want(db: AsyncConnection, desk: str, case_id: int, *, now: datetime) -> None:
    """Have a case compared, whatever became of it."""
    await _put(db, desk, case_id, due_at=now, failures=0)


async def due(db: AsyncConnection, desk: str, *, now: datetime) -> Change | None:
    """Return the case whose turn it is."""
    theirs = (case_change.c.desk == desk, case_change.c.due_at.is_not(None))
    passed = or_(case_change.c.due_at <= now, case_change.c.due_at > now + LONGEST_WAIT)
    query = select(case_change).where(*theirs, passed).order_by(case_change.c.due_at, case_change.c.case_id)
    row = (await db.execute(query.limit(1))).first()
    if row is None:
        return None
    return Change(row.case_id, row.changed_at, row.user_id, row.failures, row.message_id)


async def next_due(db: AsyncConnection, desk: str) -> datetime | None:
    """Return when the next case is due, None if none is to be compared."""
    query = select(func.min(case_change.c.due_at)).where(case_change.c.desk == desk)
    found: datetime | None = (await db.execute(query)).scalar_one()
    return found


async def waiting(db: AsyncConnection, desk: str) -> dict[int, datetime | None]:
    """Return the cases to be compared, each with its last change."""
    query = select(case_change.c.case_id, case_change.c.changed_at)
    rows = await db.execute(query.where(case_change.c.desk == desk, case_change.c.due_at.is_not(None)))
    return {row.case_id: row.changed_at for row in rows}


async def compared(db: AsyncConnection, desk: str, case_id: int, change: Change, due_at: datetime | None) -> None:
    """Note that a case was compared, up to ``change.message_id`` once for all. It is compared again at ``due_at``, or
    when it has changed since ``change``; else (None) once it changes."""
    where = (case_change.c.desk == desk, case_change.c.case_id == case_id)
    values: dict[str, object] = {"failures": 0, "message_id": change.message_id}
    await db.execute(update(case_change).where(*where).values(values))
    same = case_change.c.changed_at.is_not_distinct_from(change.changed_at)
    done = {"due_at": due_at, **({} if due_at else {"user_id": None})}
    await db.execute(update(case_change).where(*where, same).values(done))


async def put_off(db: AsyncConnection, desk: str, case_id: int, due_at: datetime) -> None:
    """Note that a case could not be compared, and when to try again."""
    where = (case_change.c.desk == desk, case_change.c.case_id == case_id)
    values = {"due_at": due_at, "failures": case_change.c.failures + 1}
    await db.execute(update(case_change).where(*where).values(values))


async def _put(db: AsyncConnection, desk: str, case_id: int, **values: object) -> None:
    row = {"desk": desk, "case_id": case_id, **values}
    await db.execute(upsert(db, case_change, row, index_elements=["desk", "case_id"], update=values))
