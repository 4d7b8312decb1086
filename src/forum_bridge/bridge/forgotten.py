"""Keeps people out of the ledger who were to be forgotten: what they wrote before is not taken in, wherever it is read
again. What they write afterwards is theirs anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.content import Digested
from forum_bridge.ledger import forgetting
from forum_bridge.model import Post, Reading, ThreadSeen


async def without_forgotten(
    db: AsyncConnection, forum: str, reading: Reading, digested: Sequence[Digested]
) -> tuple[Reading, Sequence[Digested]]:
    """Return a reading without what forgotten authors wrote before they were to be forgotten; a post without a date
    counts as written since, unless the ledger knows it. A thread that they began has no title and no opening."""
    gone = await forgetting.those_forgotten(db, forum)
    if not gone:
        return reading, digested
    key = await forgetting.hash_key(db)

    def theirs(post: Post | None) -> bool:
        if post is None or post.time is None:
            return False
        until = gone.get(forgetting.hash_of(key, forum, post.author.key))
        return until is not None and post.time <= until

    def seen(thread: ThreadSeen) -> ThreadSeen:
        if not theirs(thread.opening):
            return thread
        return replace(thread, ref=replace(thread.ref, title=""), opening=None)

    began = {post.thread.id for post in reading.posts if post.opening and theirs(post)}
    posts = tuple(
        replace(post, thread=replace(post.thread, title="")) if post.thread.id in began else post
        for post in reading.posts
        if not theirs(post)
    )
    left = {post.id: post for post in posts}
    kept = [replace(item, post=left[item.post.id]) for item in digested if item.post.id in left]
    return replace(reading, posts=posts, threads=tuple(map(seen, reading.threads))), kept
