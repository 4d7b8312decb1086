"""Statements for people who dealt with a forum by hand: what stands there counts as seen, or what was old does not any
more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import trail
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import post, thread, watch
from forum_bridge.ledger.trail import Step

ADOPTED = "adopted: people dealt with it themselves"


@dataclass(frozen=True, slots=True)
class Place:
    """A forum, or one of its threads."""

    forum: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """A post that was not sent yet, and of which no write was begun."""

    id: int
    author: str
    url: str


async def place(db: AsyncConnection, name: str) -> Place | None:
    """Return the place that a forum's name or a thread's address means; None if nothing of it was read yet."""
    if (await db.execute(select(watch.c.id).where(watch.c.forum == name).limit(1))).first() is not None:
        return Place(name)
    plain = name.partition("#")[0].rstrip("/")
    where = thread.c.url.in_((name, plain, f"{plain}/"))
    found = (await db.execute(select(thread.c.forum, thread.c.thread_id).where(where))).all()
    return Place(found[0].forum, found[0].thread_id) if len(found) == 1 else None


async def waiting(db: AsyncConnection, where: Place) -> list[Waits]:
    """Return what would be sent from a place, oldest first."""
    query = select(post.c.id, post.c.author_name, post.c.url).where(*_waits(where)).order_by(post.c.id)
    return [Waits(*row) for row in await db.execute(query)]


async def adopt(db: AsyncConnection, where: Place, *, now: datetime) -> int:
    """Let all that stands at a place now count as seen; return how many posts that waited are not sent."""
    ids = [each.id for each in await waiting(db, where)]
    values = {"state": State.OLD, "due_at": None, "reason": ADOPTED}
    await db.execute(update(post).where(*_waits(where)).values(values))
    for row_id in ids:
        await trail.note(db, "post", row_id, Step.DECIDED, "adopt", now=now)
    if where.thread_id is None:
        await db.execute(update(watch).where(watch.c.forum == where.forum).values(adopted_at=now))
    else:
        this = (thread.c.forum == where.forum, thread.c.thread_id == where.thread_id)
        await db.execute(update(thread).where(*this).values(adopted_at=now))
    return len(ids)


async def forget_old(db: AsyncConnection, forum: str, post_id: str) -> None:
    """Forget that a post was old, so that it is taken in anew, behind what was taken in before it."""
    where = (post.c.forum == forum, post.c.post_id == post_id, post.c.revision == 1, post.c.state == State.OLD)
    await db.execute(delete(post).where(*where))


def _waits(where: Place) -> list[ColumnElement[bool]]:
    found = [post.c.forum == where.forum, post.c.state == State.WAITING]
    return found if where.thread_id is None else [*found, post.c.thread_id == where.thread_id]
