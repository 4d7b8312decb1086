"""Statements on drift: what is not as it was on which page, since when, and which page shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import drift
from forum_bridge.ledger.upsert import insert_ignore

SUSPECT = 2  # threads that cannot be read: then it is not the threads
SURE = 2  # looks: a page may be cut, or the forum just be under repair


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One thing that is not as it was. ``hard``: nothing is read there until it is mended (sure once seen twice);
    else posts are read all the same. ``page`` is the file in quarantine, ``url`` where that came from."""

    id: int
    forum: str
    watch_id: int
    place: str
    what: str
    hard: bool
    since: datetime
    seen_at: datetime
    times: int
    detail: str
    page: str | None
    url: str | None

    @property
    def sure(self) -> bool:
        """Whether it may be told."""
        return not self.hard or self.times >= SURE


@dataclass(frozen=True, slots=True)
class Sight:
    """A drift about to be noted: see ``DriftRow``."""

    place: str
    what: str
    detail: str
    hard: bool = False
    page: str | None = None
    url: str | None = None


async def of_forum(db: AsyncConnection, forum: str) -> list[DriftRow]:
    """Return what is not as it was on a forum, oldest first."""
    rows = await db.execute(select(drift).where(drift.c.forum == forum).order_by(drift.c.id))
    return [_row(row) for row in rows.mappings()]


async def of_watch(db: AsyncConnection, watch_id: int) -> list[DriftRow]:
    """Return what is not as it was on what a watch reads."""
    rows = await db.execute(select(drift).where(drift.c.watch_id == watch_id).order_by(drift.c.id))
    return [_row(row) for row in rows.mappings()]


async def broken(db: AsyncConnection, forum: str, what: str) -> int:
    """Return in how many places a forum has this hard drift for sure."""
    places = select(func.count(func.distinct(drift.c.place)))
    where = (drift.c.forum == forum, drift.c.hard, drift.c.what == what, drift.c.times >= SURE)
    return int((await db.execute(places.where(*where))).scalar_one())


async def seen(db: AsyncConnection, forum: str, watch_id: int, sight: Sight, *, now: datetime) -> int:
    """Note a drift; return how often it was seen. The page that is kept is the newest one."""
    keys = {"watch_id": watch_id, "place": sight.place, "what": sight.what}
    facts: dict[str, object] = {"seen_at": now, "detail": sight.detail}
    page = {"page": sight.page, "url": sight.url}
    row = {**keys, **facts, **page, "forum": forum, "hard": sight.hard, "since": now, "times": 1}
    made = await db.execute(insert_ignore(db, drift, row))
    if made.rowcount:
        return 1
    where = [drift.c[name] == value for name, value in keys.items()]
    facts |= page if sight.page is not None else {}
    await db.execute(update(drift).where(*where).values(**facts, times=drift.c.times + 1))
    return int((await db.execute(select(drift.c.times).where(*where))).scalar_one())


async def over(db: AsyncConnection, ids: Collection[int]) -> None:
    """Forget drifts that are over."""
    if ids:
        await db.execute(delete(drift).where(drift.c.id.in_(ids)))


async def forget(db: AsyncConnection, before: datetime) -> None:
    """Forget what was last seen before a moment, and soft ones that are older: by then it is how the forum looks."""
    await db.execute(delete(drift).where(drift.c.seen_at < before))
    await db.execute(delete(drift).where(~drift.c.hard, drift.c.since < before))


async def forget_others(db: AsyncConnection, forum: str, watch_ids: Collection[int]) -> None:
    """Forget what other watches of a forum have seen than these."""
    await db.execute(delete(drift).where(drift.c.forum == forum, drift.c.watch_id.not_in(watch_ids)))


def _row(row: RowMapping) -> DriftRow:
    return DriftRow(**row)
