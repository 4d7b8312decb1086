"""What was read of one thread on all sides, for the comparison. Data, and what the ledger has of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.deskie import Message
from forum_bridge.ledger import answers, conversations, posts
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.tables import desk_case, post
from forum_bridge.model import Post, ThreadRef


@dataclass(frozen=True, slots=True)
class OnForum:
    """A thread as it stands on the forum: its posts since the audit's beginning, ``whole`` if none of them is left
    out, ``own`` those by the bridge. ``unknown`` should have come to the desk, ``changed`` were edited, and the ledger
    has not got that."""

    ref: ThreadRef
    posts: tuple[Post, ...]
    whole: bool
    own: frozenset[str] = frozenset()
    unknown: tuple[Post, ...] = ()
    changed: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class InLedger:
    """What the ledger has of a thread: posts with all revisions, answers, the conversations by id, and their cases."""

    posts: tuple[PostRow, ...]
    answers: tuple[AnswerRow, ...]
    owners: Mapping[int, Conversation]
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a thread. ``cases``: the messages of each, newest first, None for one that Deskie has no more."""

    since: datetime
    forum: OnForum | None
    ledger: InLedger
    cases: Mapping[int, Sequence[Message] | None]


async def known_of(db: AsyncConnection, forum: str, thread_id: str) -> InLedger:
    """Return what the ledger has of a thread."""
    rows = [row for row in await posts.in_thread(db, forum, thread_id) if row.forgotten_at is None]
    talks = sorted({row.conversation_id for row in rows if row.conversation_id is not None})
    owners = {each: await conversations.get(db, each) for each in talks}
    said = await answers.of_conversations(db, talks)
    query = select(desk_case.c.case_id, desk_case.c.absorbed_by).where(desk_case.c.conversation_id.in_(talks))
    cases = {row.case_id for row in rows if row.case_id is not None}
    for row in await db.execute(query):
        cases.add(row.absorbed_by or row.case_id)
    return InLedger(tuple(rows), tuple(said), owners, tuple(sorted(cases)))


async def threads_since(db: AsyncConnection, forum: str, since: datetime) -> list[str]:
    """Return the threads of which something was read since a moment, in the order in which they were met."""
    query = select(post.c.thread_id).where(post.c.forum == forum, post.c.seen_at >= since)
    found = (await db.execute(query.order_by(post.c.id))).scalars()
    return list(dict.fromkeys(found))
