"""What a forum's owner may see of a customer or a thread: posts that the forum itself showed, and answers that stand on
it. What is for agents alone (notes, posts told as notes, answers that turned out to be none) is not selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import answer, body, conversation, post, thread

TOLD = (*WORK, State.SENT, State.HELD, State.DEAD)
Place = tuple[datetime, int, int]
"""Where a message stands among others, by which pages follow each other: its time, its kind, its row. Of the same
moment, answers come after posts."""
POST, ANSWER = 0, 1


@dataclass(frozen=True, slots=True)
class Message:
    """A post, or an answer (``author_key`` is None, ``key`` the one under which it was sent). ``text`` is None where it
    was not kept or retention has emptied it; ``is_html`` says what it is."""

    place: Place
    key: str
    thread_id: str
    thread_url: str
    thread_title: str
    private: bool
    author_key: str | None
    author_name: str | None
    url: str | None
    text: str | None
    is_html: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose messages: of an author, of a thread, or of an author in a thread; ``limit`` of them, those before a
    place."""

    forum: str
    author_key: str | None
    thread_id: str | None
    before: Place | None
    limit: int


async def messages(db: AsyncConnection, asked: Asked) -> list[Message]:
    """Return the newest messages that are asked for, the newest first."""
    found = [*await _posts(db, asked), *await _answers(db, asked)]
    return sorted(found, key=lambda each: each.place, reverse=True)[: asked.limit]


async def _posts(db: AsyncConnection, asked: Asked) -> list[Message]:
    """Of each post the newest revision, at the time at which it was written."""
    other = post.alias("other")
    same = (other.c.forum == post.c.forum, other.c.post_id == post.c.post_id)
    at = func.coalesce(post.c.written_at, post.c.seen_at)
    where = [
        post.c.forum == asked.forum,
        post.c.deleted_at.is_(None),
        post.c.as_note.is_(False),
        post.c.by_agent.is_(False),
        ~exists().where(*same, other.c.revision > post.c.revision),
        exists().where(*same, other.c.state.in_(TOLD)),
        *([post.c.author_key == asked.author_key] if asked.author_key is not None else []),
        *([post.c.thread_id == asked.thread_id] if asked.thread_id is not None else []),
        *_earlier(at, POST, post.c.id, asked.before),
    ]
    stands = and_(thread.c.forum == post.c.forum, thread.c.thread_id == post.c.thread_id)
    joined = post.outerjoin(body, post.c.body_id == body.c.id).outerjoin(thread, stands)
    columns = (post, thread.c.url.label("place_url"), thread.c.title, thread.c.private, body.c.html, at.label("at"))
    query = select(*columns).select_from(joined).where(*where).order_by(at.desc(), post.c.id.desc())
    return [
        Message(
            place=(row.at, POST, row.id),
            key=row.post_id,
            thread_id=row.thread_id,
            thread_url=row.place_url or "",
            thread_title=row.title or "",
            private=bool(row.private),
            author_key=row.author_key,
            author_name=row.author_name,
            url=row.url,
            text=row.html or None,
            is_html=True,
        )
        for row in await db.execute(query.limit(asked.limit))
    ]


async def _answers(db: AsyncConnection, asked: Asked) -> list[Message]:
    """Only what stands on the forum, not what a person only put aside by calling it sent; the conversation says whose
    it is and where."""
    written = or_(answer.c.reason.is_(None), answer.c.sending_at.is_not(None), answer.c.receipt_url.is_not(None))
    where = [
        answer.c.forum == asked.forum,
        answer.c.state == State.SENT,
        written,
        or_(answer.c.private.is_(False), thread.c.private.is_(True)),  # a private answer to a public post is not told
        *([conversation.c.author_key == asked.author_key] if asked.author_key is not None else []),
        *([conversation.c.thread_id == asked.thread_id] if asked.thread_id is not None else []),
        *_earlier(answer.c.sent_at, ANSWER, answer.c.id, asked.before),
    ]
    stands = and_(thread.c.forum == answer.c.forum, thread.c.thread_id == conversation.c.thread_id)
    joined = answer.join(conversation, answer.c.conversation_id == conversation.c.id)
    joined = joined.outerjoin(body, answer.c.body_id == body.c.id).outerjoin(thread, stands)
    place = (
        conversation.c.thread_id,
        thread.c.url.label("place_url"),
        thread.c.title,
        thread.c.private.label("hidden"),
    )
    query = select(answer, *place, body.c.html).select_from(joined).where(*where)
    return [
        Message(
            place=(row.sent_at, ANSWER, row.id),
            key=f"{row.desk}:{row.message_id}:{row.part}",
            thread_id=row.thread_id,
            thread_url=row.place_url or "",
            thread_title=row.title or "",
            private=bool(row.hidden),
            author_key=None,
            author_name=None,
            url=row.receipt_url,
            text=row.html or None,
            is_html=row.is_html,
        )
        for row in await db.execute(query.order_by(answer.c.sent_at.desc(), answer.c.id.desc()).limit(asked.limit))
    ]


def _earlier(
    at: ColumnElement[datetime], kind: int, row_id: ColumnElement[int], before: Place | None
) -> Sequence[ColumnElement[bool]]:
    """Return the condition that a row of a kind comes before a place."""
    if before is None:
        return ()
    moment, other, number = before
    if kind == other:
        return (or_(at < moment, and_(at == moment, row_id < number)),)
    return (at <= moment if kind < other else at < moment,)
