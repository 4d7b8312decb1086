"""Posts of which the forum says that they were deleted: what the desk has not got it does not get, and what comes back
goes on. Knows no network; what agents hear of it is said elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.edits import ChangesTold
from forum_bridge.ledger import posts
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State

REASON = "deleted on the forum before it reached the desk"


async def follow(db: AsyncConnection, forum: str, deleted: Sequence[str], told: ChangesTold, *, now: datetime) -> None:
    """Note that posts are no more; those that the ledger does not know stay unknown."""
    known = await posts.latest(db, forum, deleted)
    for row in known.values():
        if row.deleted_at is None:
            await told.deleted(row)
        await posts.change_all(db, forum, row.post_id, deleted_at=now)
        if row.state is State.WAITING:
            await posts.change(db, row.id, state=State.IGNORED, due_at=None, reason=REASON)
    if known:
        structlog.get_logger().info("posts_deleted", forum=forum, posts=len(known))


async def restored(db: AsyncConnection, known: PostRow, told: ChangesTold, *, now: datetime) -> PostRow:
    """Note that a post is there again; return its row as it stands now."""
    if known.deleted_at is None:
        return known
    await posts.change_all(db, known.forum, known.post_id, deleted_at=None)
    await told.restored(known)
    known = replace(known, deleted_at=None)
    if known.state is not State.IGNORED or known.reason != REASON:
        return known
    goes_on = State.WAITING if known.sending_at is None else State.UNCLEAR
    await posts.change(db, known.id, state=goes_on, due_at=now, reason=None)
    return replace(known, state=goes_on, due_at=now, reason=None)
