"""Statements on posts: taking them in once, and walking each towards the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import body, post
from forum_bridge.model import Attachment, AuthorKey, PostId, ThreadId


@dataclass(frozen=True, slots=True)
class PostRow:
    """One revision of a post and where it stands. ``html`` is None once retention emptied the body."""

    id: int
    forum: str
    post_id: PostId
    number: int | None
    revision: int
    thread_id: ThreadId
    author_key: AuthorKey
    author_name: str
    url: str
    opening: bool
    written_at: datetime | None
    seen_at: datetime
    body_id: int | None
    body_hash: str
    html: str | None
    attachments: tuple[Attachment, ...]
    conversation_id: int | None
    as_note: bool
    state: State
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime | None
    sending_at: datetime | None
    sent_at: datetime | None
    case_id: int | None
    message_id: int | None
    reason: str | None


_SELECT = select(post, body.c.html).outerjoin(body, post.c.body_id == body.c.id)


async def latest(db: AsyncConnection, forum: str, post_ids: Sequence[str]) -> dict[str, PostRow]:
    """Return the newest revision of each of these posts that the ledger knows, by post id."""
    where = (post.c.forum == forum, post.c.post_id.in_(post_ids))
    return {row.post_id: row for row in await _posts(db, _SELECT.where(*where).order_by(post.c.revision))}


async def insert_new(db: AsyncConnection, rows: Iterable[dict[str, object]]) -> None:
    """Take posts in, in the order given; a key that exists already is an error, never a second row."""
    for row in rows:
        await db.execute(insert(post).values(row))


async def change(db: AsyncConnection, row_id: int, **values: object) -> None:
    """Change facts of one row."""
    await db.execute(update(post).where(post.c.id == row_id).values(values))


async def undelivered(db: AsyncConnection, conversation_id: int) -> list[PostRow]:
    """Return the posts of a conversation that still have to reach the desk, oldest first."""
    where = (post.c.conversation_id == conversation_id, post.c.state.in_(WORK))
    return await _posts(db, _SELECT.where(*where).order_by(post.c.id))


async def due_conversations(db: AsyncConnection) -> list[tuple[int, datetime | None]]:
    """Return the conversations with undelivered posts and the earliest moment any of them is due (None: now)."""
    query = (
        select(post.c.conversation_id, func.min(post.c.due_at))
        .where(post.c.state.in_(WORK), post.c.conversation_id.is_not(None))
        .group_by(post.c.conversation_id)
    )
    return [(conversation_id, due) for conversation_id, due in await db.execute(query)]


async def newest_delivered(db: AsyncConnection, conversation_id: int, before: datetime) -> PostRow | None:
    """Return the customer's last post that reached the desk before a moment: the one an answer speaks to."""
    where = (post.c.conversation_id == conversation_id, post.c.as_note.is_(False))
    told = _SELECT.where(*where, post.c.state == State.SENT, post.c.sent_at <= before)
    found = await _posts(db, told.order_by(post.c.id.desc()).limit(1))
    if not found:
        found = await _posts(db, _SELECT.where(*where).order_by(post.c.id).limit(1))
    return found[0] if found else None


async def newest_in_thread(db: AsyncConnection, forum: str, thread_id: str) -> PostId | None:
    """Return the newest post known in a thread: by number where ids count, else the one seen last."""
    query = select(post.c.post_id).where(post.c.forum == forum, post.c.thread_id == thread_id)
    query = query.order_by(func.coalesce(post.c.number, 0).desc(), post.c.id.desc()).limit(1)
    value = (await db.execute(query)).scalar_one_or_none()
    return None if value is None else PostId(value)


async def highest_number(db: AsyncConnection, forum: str, thread_id: str | None = None) -> int | None:
    """Return the highest post id known on a forum, or in one thread; None where ids do not count or nothing was
    read."""
    query = select(func.max(post.c.number)).where(post.c.forum == forum)
    if thread_id is not None:
        query = query.where(post.c.thread_id == thread_id)
    highest: int | None = (await db.execute(query)).scalar_one()
    return highest


async def creations_unclear(db: AsyncConnection, conversation_ids: Sequence[int]) -> bool:
    """Whether any of these conversations has a write under way whose case is not known yet."""
    where = (post.c.conversation_id.in_(conversation_ids), post.c.state.in_((State.SENDING, State.UNCLEAR)))
    query = select(func.count()).select_from(post).where(*where, post.c.case_id.is_(None))
    return (await db.execute(query)).scalar_one() > 0


async def _posts(db: AsyncConnection, query: Select[tuple[object, ...]]) -> list[PostRow]:
    return [_row(row) for row in (await db.execute(query)).mappings()]


def _row(row: RowMapping) -> PostRow:
    values = dict(row)
    values["attachments"] = tuple(Attachment(**item) for item in values["attachments"])
    values["state"] = State(values["state"])
    return PostRow(**values)
