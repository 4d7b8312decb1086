"""Statements on threads: where they stand, who began them, and their opening post. A thread that moderators made part
of another is found as that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import moves
from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.bodies import keep
from forum_bridge.ledger.tables import body, thread
from forum_bridge.ledger.upsert import insert_ignore
from forum_bridge.model import ThreadId, ThreadRef, ThreadSeen


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread as the ledger knows it. The opening fields are None until a reading fetched the first post."""

    ref: ThreadRef
    starter_key: str | None
    starter_name: str | None
    opening_url: str | None
    opening_html: str | None
    locked: bool
    forgotten: bool = False  # who began it was to be forgotten: neither title nor opening is kept
    adopted_at: datetime | None = None


_SELECT = select(thread, body.c.html).outerjoin(body, thread.c.opening_body == body.c.id)


async def get(db: AsyncConnection, forum: str, thread_id: str) -> ThreadRow | None:
    """Return one thread, or the one that it is part of now; None if no reading ever touched it."""
    return (await several(db, forum, [thread_id])).get(ThreadId(thread_id))


async def several(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> dict[ThreadId, ThreadRow]:
    """Return those of these threads that a reading ever touched, or what they are part of now, by the ids given."""
    now = await moves.aliases(db, forum, thread_ids)
    there = {each: now.get(each, each) for each in thread_ids}
    found: dict[str, ThreadRow] = {}
    for ids in batched(sorted(set(there.values()))):
        query = _SELECT.where(thread.c.forum == forum, thread.c.thread_id.in_(ids))
        found |= {row["thread_id"]: _row(row) for row in (await db.execute(query)).mappings()}
    return {ThreadId(each): found[place] for each, place in there.items() if place in found}


async def starters(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return, by thread, who began it and the threads that were made part of it, as far as their opening is known."""
    parts = await moves.merged_into(db, forum, thread_ids)
    began: dict[str, str] = {}
    for ids in batched(sorted({*thread_ids, *chain.from_iterable(parts.values())})):
        where = (thread.c.forum == forum, thread.c.thread_id.in_(ids), thread.c.starter_key.is_not(None))
        query = select(thread.c.thread_id, thread.c.starter_key).where(*where)
        began |= {row.thread_id: row.starter_key for row in await db.execute(query)}
    return {
        each: frozenset(began[part] for part in (each, *parts.get(each, ())) if part in began) for each in thread_ids
    }


async def note(db: AsyncConnection, forum: str, seen: ThreadSeen, known: ThreadRow | None, *, now: datetime) -> None:
    """Store what a reading said of a thread that is ``known`` so far; an opening post once known is kept."""
    ref, opening = seen.ref, seen.opening
    if known is not None and known.forgotten:
        ref, opening = replace(ref, title=""), None
    facts: dict[str, object] = {"url": ref.url, "title": ref.title or (known.ref.title if known else "")}
    facts |= {"locked": seen.locked, "private": ref.private}
    if opening is not None and (known is None or known.opening_url is None):
        facts |= {
            "starter_key": opening.author.key,
            "starter_name": opening.author.name,
            "opening_url": opening.url,
            "opening_body": (await keep(db, [opening.html], now=now))[0],
        }
    elif known is not None and facts == {
        "url": known.ref.url,
        "title": known.ref.title,
        "locked": known.locked,
        "private": known.ref.private,
    }:
        return
    if known is None:
        await db.execute(insert_ignore(db, thread, {"forum": forum, "thread_id": ref.id, **facts}))
    else:
        where = (thread.c.forum == forum, thread.c.thread_id == ref.id)
        await db.execute(update(thread).where(*where).values(facts))


def _row(row: RowMapping) -> ThreadRow:
    return ThreadRow(
        ref=ThreadRef(ThreadId(row["thread_id"]), row["url"], row["title"], row["private"]),
        starter_key=row["starter_key"],
        starter_name=row["starter_name"],
        opening_url=row["opening_url"],
        opening_html=row["html"],
        locked=row["locked"],
        forgotten=row["forgotten_at"] is not None,
        adopted_at=row["adopted_at"],
    )
