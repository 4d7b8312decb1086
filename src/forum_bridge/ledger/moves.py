"""Statements that follow moderators: a thread that became part of another, posts that stand elsewhere now, and the
conversations that go with them. Knows no page: what moved is told to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.tables import conversation, post, thread_alias
from forum_bridge.ledger.upsert import upsert


async def aliases(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> dict[str, str]:
    """Return, for those of these threads that are no more, the thread in which their posts stand now."""
    found: dict[str, str] = {}
    for ids in batched(thread_ids):
        where = (thread_alias.c.forum == forum, thread_alias.c.old_thread.in_(ids))
        query = select(thread_alias.c.old_thread, thread_alias.c.thread_id).where(*where)
        found |= {row.old_thread: row.thread_id for row in await db.execute(query)}
    return found


async def merged_into(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return, for those of these threads that took others in, the others."""
    found: dict[str, list[str]] = {}
    for ids in batched(thread_ids):
        where = (thread_alias.c.forum == forum, thread_alias.c.thread_id.in_(ids))
        for row in await db.execute(select(thread_alias.c.old_thread, thread_alias.c.thread_id).where(*where)):
            found.setdefault(row.thread_id, []).append(row.old_thread)
    return found


async def living(db: AsyncConnection, forum: str, thread_ids: Sequence[str]) -> None:
    """Note that these threads stand under their own ids: what was believed of one that had moved is forgotten."""
    for ids in batched(thread_ids):
        where = (thread_alias.c.forum == forum, thread_alias.c.old_thread.in_(ids))
        await db.execute(delete(thread_alias).where(*where))


async def thread_moved(db: AsyncConnection, forum: str, old: str, new: str) -> None:
    """Note that all of thread ``old`` stands in ``new`` now, posts and conversations.

    An alias always names a living thread, never another alias: so there is no chain and no circle."""
    if old == new or (await aliases(db, forum, [old])).get(old) == new:
        return
    of_forum = thread_alias.c.forum == forum
    await living(db, forum, [new])
    await db.execute(update(thread_alias).where(of_forum, thread_alias.c.thread_id == old).values(thread_id=new))
    row = {"forum": forum, "old_thread": old, "thread_id": new}
    keys = ["forum", "old_thread"]
    await db.execute(upsert(db, thread_alias, row, index_elements=keys, update={"thread_id": new}))
    there = (post.c.forum == forum, post.c.thread_id == old)
    talked = set((await db.execute(select(post.c.conversation_id).where(*there).distinct())).scalars())
    await db.execute(update(post).where(*there).values(thread_id=new))
    at_home = (conversation.c.forum == forum, conversation.c.thread_id == old)
    for conversation_id in (await db.execute(select(conversation.c.id).where(*at_home))).scalars().all():
        await _follow(db, conversation_id, new)
    await _settle(db, talked)


async def posts_moved(db: AsyncConnection, forum: str, places: dict[str, str], *, now: datetime) -> None:
    """Note that posts stand in other threads now (``places``: thread by post); a conversation whose posts have all
    left goes with them."""
    talked: set[int | None] = set()
    for thread_id in sorted(set(places.values())):
        for ids in batched([each for each, place in places.items() if place == thread_id]):
            where = (post.c.forum == forum, post.c.post_id.in_(ids))
            talked |= set((await db.execute(select(post.c.conversation_id).where(*where).distinct())).scalars())
            await db.execute(update(post).where(*where).values(thread_id=thread_id, moved_at=now))
    await _settle(db, talked)


async def _settle(db: AsyncConnection, conversation_ids: Iterable[int | None]) -> None:
    for conversation_id in sorted(each for each in conversation_ids if each is not None):
        theirs = (post.c.conversation_id == conversation_id, post.c.as_note.is_(False))
        stands = (await db.execute(select(post.c.thread_id).where(*theirs).distinct())).scalars().all()
        if len(stands) == 1:
            await _follow(db, conversation_id, stands[0])


async def _follow(db: AsyncConnection, conversation_id: int, thread_id: str) -> None:
    """Make a thread a conversation's home. New posts there find it by its scope key, unless their author has a
    conversation there already: then they go to that one, and this one keeps its cases under a key that no post has."""
    query = select(conversation).where(conversation.c.id == conversation_id)
    row = (await db.execute(query)).mappings().one()
    if row["thread_id"] == thread_id:
        return
    key: str = row["scope_key"]
    if key.startswith(row["thread_id"]):
        key = thread_id + key.removeprefix(row["thread_id"])
        same = (conversation.c.desk == row["desk"], conversation.c.forum == row["forum"])
        taken = select(conversation.c.id).where(*same, conversation.c.scope_key == key)
        if (await db.execute(taken)).first() is not None:
            key = f"#{conversation_id}|{key}"
    await db.execute(
        update(conversation).where(conversation.c.id == conversation_id).values(thread_id=thread_id, scope_key=key)
    )
