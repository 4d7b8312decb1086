"""Follows moderators: brings the ledger after threads that became part of others and posts that stand elsewhere now,
and says into which thread a conversation's answers go. Never guesses a public thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import Held, Retry
from forum_bridge.ledger import moves, posts, threads
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.model import Reading, ThreadId, ThreadRef

SETTLING = timedelta(minutes=5)  # moderators may be at it, and the other threads are read meanwhile


async def follow(
    db: AsyncConnection, forum: str, reading: Reading, known: Mapping[str, PostRow], *, now: datetime
) -> None:
    """Note what a reading shows to have moved; ``known`` are those of its posts that the ledger has.

    What stands in a thread that was read is believed more than what was noted before: a thread that is back, is back.
    """
    read = {post.thread.id for post in reading.posts} | {seen.ref.id for seen in reading.threads}
    await moves.living(db, forum, sorted(read))
    became = {old: _last(reading.moved, old).id for old in reading.moved if old not in read}
    for old, new in became.items():
        await moves.thread_moved(db, forum, old, new)
    stood = {each: became.get(row.thread_id, row.thread_id) for each, row in known.items()}
    stand = {post.id: post.thread.id for post in reading.posts if post.id in known}
    elsewhere: dict[str, str] = {each: place for each, place in stand.items() if place != stood[each]}
    if elsewhere:
        structlog.get_logger().info("posts_moved", forum=forum, posts=len(elsewhere))
        await moves.posts_moved(db, forum, elsewhere, now=now)


async def thread_of(db: AsyncConnection, owner: Conversation, *, now: datetime, private: bool = False) -> ThreadRow:
    """Return the thread for a conversation's answers: the one in which its posts stand. Where moderators have split
    them, that is where the customer has written since; until then none is: raises Retry for some minutes, then Held.
    For a ``private`` answer, which no public thread gets, it is where the conversation began."""
    if private:
        return await _known(db, owner, owner.thread_id)
    standing = await posts.standing(db, owner.id)
    place = owner.thread_id
    if len(standing) > 1:
        newest = standing[0]
        moved_at = max((each.moved_at for each in standing if each.moved_at is not None), default=None)
        if moved_at is not None and newest.seen_at <= moved_at:
            raise _split(len(standing), fresh=now - moved_at < SETTLING)
        place = newest.thread_id
    return await _known(db, owner, place)


async def _known(db: AsyncConnection, owner: Conversation, thread_id: str) -> ThreadRow:
    thread = await threads.get(db, owner.forum, thread_id)
    assert thread is not None  # a conversation is only made for a thread that was read
    return thread


def _split(places: int, *, fresh: bool) -> Retry | Held:
    what = f"moderators have split this conversation: its posts stand in {places} threads"
    if fresh:
        return Retry(what, after=SETTLING / 5)
    return Held(
        what,
        explanation="Post the answer by hand in the right thread and mark it as sent; once the customer writes again, "
        "answers go to where they wrote.",
    )


def _last(moved: Mapping[ThreadId, ThreadRef], old: ThreadId) -> ThreadRef:
    ref, passed = moved[old], {old}
    while ref.id in moved and ref.id not in passed:
        passed.add(ref.id)
        ref = moved[ref.id]
    return ref
