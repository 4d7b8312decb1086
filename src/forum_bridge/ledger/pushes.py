"""Statements on what forums sent by themselves: each is taken in once, by the name that the forum gave it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import push

REMEMBERED = timedelta(days=7)  # senders try again for days; afterwards the posts' own ids still tell what is known


async def digest_of(db: AsyncConnection, forum: str, push_id: str) -> str | None:
    """Return the digest of what a forum sent under this name; None if nothing was taken in."""
    where = (push.c.forum == forum, push.c.push_id == push_id)
    found: str | None = (await db.execute(select(push.c.digest).where(*where))).scalar_one_or_none()
    return found


async def note(db: AsyncConnection, forum: str, push_id: str, digest: str, *, now: datetime) -> None:
    """Remember what was taken in just now, and forget what is long past."""
    await forget(db, now=now)
    await db.execute(insert(push).values(forum=forum, push_id=push_id, digest=digest, taken_at=now))


async def forget(db: AsyncConnection, *, now: datetime) -> None:
    """Forget what is long past."""
    await db.execute(delete(push).where(push.c.taken_at < now - REMEMBERED))
