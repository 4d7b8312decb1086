"""Statements on watches: what is polled, where its reading stands and when it is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import watch
from forum_bridge.ledger.upsert import insert_ignore
from forum_bridge.model import Cursor, Json, Watch, WatchKind


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One watch with its standing. ``watch.since`` is the start of what is delivered; None delivers everything."""

    id: int
    forum: str
    watch: Watch
    cursor: Cursor | None
    due_at: datetime
    interval: timedelta
    read_at: datetime | None
    failures: int
    trouble: str | None
    adopted_at: datetime | None = None
    highest: int | None = None  # number of a post known on the forum after the first reading; None: not read yet
    backfill: bool = False  # made for one reading, and what it finds is not old

    @property
    def first(self) -> bool:
        """Whether this watch was never read; what waits to be read may be known all the same."""
        return self.read_at is None


async def ensure(db: AsyncConnection, forum: str, wanted: Watch, *, interval: timedelta, now: datetime) -> int:
    """Return the id of the watch, made now (due at once) if it did not exist."""
    values = {
        "forum": forum,
        "kind": wanted.kind.value,
        "target": wanted.target,
        "began_at": now,
        "since": wanted.since,
        "due_at": now,
        "interval": int(interval.total_seconds()),
        "failures": 0,
    }
    await db.execute(insert_ignore(db, watch, values))
    where = (watch.c.forum == forum, watch.c.kind == wanted.kind.value, watch.c.target == wanted.target)
    found: int = (await db.execute(select(watch.c.id).where(*where))).scalar_one()
    return found


async def get(db: AsyncConnection, watch_id: int) -> WatchRow:
    """Return one watch; raises ``NoResultFound`` if it does not exist."""
    return _row((await db.execute(select(watch).where(watch.c.id == watch_id))).mappings().one())


async def of_forum(
    db: AsyncConnection, forum: str, watched: Collection[tuple[WatchKind, str]] | None = None
) -> list[WatchRow]:
    """Return every watch of a forum, or those ``watched`` by kind and target, in the order it was first configured."""
    rows = await db.execute(select(watch).where(watch.c.forum == forum).order_by(watch.c.id))
    found = [_row(row) for row in rows.mappings()]
    return [each for each in found if watched is None or (each.watch.kind, each.watch.target) in watched]


async def last_read(db: AsyncConnection) -> datetime | None:
    """Return when any watch was read last; None if none was."""
    moment: datetime | None = (await db.execute(select(func.max(watch.c.read_at)))).scalar_one()
    return moment


async def advance(
    db: AsyncConnection,
    read: WatchRow,
    cursor: Cursor | None,
    *,
    due_at: datetime,
    interval: timedelta,
    now: datetime,
    highest: int | None = None,
) -> None:
    """Note a good reading of a watch (by its ``since``): its cursor, the next one's time, that no trouble is left;
    after the first one also the ``highest`` number of a post known by then."""
    seconds = int(interval.total_seconds())
    values = {"due_at": due_at, "interval": seconds, "read_at": now, "failures": 0, "trouble": None}
    values["since"] = read.watch.since
    if read.first:
        values["highest"] = highest or 0
    if cursor is not None:
        values["cursor"] = dict(cursor.state)
    await db.execute(update(watch).where(watch.c.id == read.id).values(values))


async def trouble(
    db: AsyncConnection, watch_id: int, text: str, *, due_at: datetime, cursor: Json | None = None
) -> None:
    """Note a reading that failed and when the next one is due; the cursor stays, where there is no other to go on
    from."""
    values = {"due_at": due_at, "failures": watch.c.failures + 1, "trouble": text}
    if cursor is not None:
        values["cursor"] = dict(cursor)
    await db.execute(update(watch).where(watch.c.id == watch_id).values(values))


def _row(row: RowMapping) -> WatchRow:
    return WatchRow(
        id=row["id"],
        forum=row["forum"],
        watch=Watch(WatchKind(row["kind"]), row["target"], row["since"]),
        cursor=None if row["cursor"] is None else Cursor(row["cursor"]),
        due_at=row["due_at"],
        interval=timedelta(seconds=row["interval"]),
        read_at=row["read_at"],
        failures=row["failures"],
        trouble=row["trouble"],
        adopted_at=row["adopted_at"],
        highest=row["highest"],
    )
