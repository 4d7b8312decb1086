"""Statements on answers: taken in once by message id, then walked towards the forum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import parts
from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import answer, body, conversation
from forum_bridge.ledger.upsert import insert_ignore
from forum_bridge.model import Attachment, PostId, ReceiptState


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One agent's answer and where it stands. ``body`` is HTML or plain text by ``is_html``."""

    id: int
    desk: str
    message_id: int
    part: int
    parts: int
    split_of: int | None
    case_id: int | None
    custom_id: str | None
    user_id: int | None
    staff_id: int
    origin: str
    is_html: bool
    body_id: int | None
    body: str | None
    attachments: tuple[Attachment, ...]
    received_at: datetime
    forum: str | None
    conversation_id: int | None
    state: State
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime | None
    sending_at: datetime | None
    sent_at: datetime | None
    after_post: PostId | None
    receipt_post: PostId | None
    receipt_url: str | None
    receipt_state: str | None
    private: bool
    files_linked: bool
    lost_writes: int
    reason: str | None


AT_A_TIME = 100  # of a queue; what stands behind them has to wait anyway
_TURN = (answer.c.state.in_(WORK), ~parts.behind(State.SENT, State.QUEUED, State.IGNORED))
NEVER_SHOWN = "Deskie does not show message"  # how the reason of what only a webhook told begins
_NEVER_SHOWN = (answer.c.state == State.DEAD) & answer.c.sending_at.is_(None) & answer.c.reason.contains(NEVER_SHOWN)
_SELECT = select(answer, body.c.html.label("body")).outerjoin(body, answer.c.body_id == body.c.id)


async def known(db: AsyncConnection, desk: str, message_ids: Sequence[int]) -> set[int]:
    """Return which of these messages were taken in as answers; those that the desk never showed do not count."""
    where = (answer.c.desk == desk, answer.c.message_id.in_(message_ids), ~_NEVER_SHOWN)
    return set((await db.execute(select(answer.c.message_id).where(*where))).scalars())


async def make_room(db: AsyncConnection, desk: str, message_id: int) -> None:
    """Forget what a webhook told of this message while the desk did not show it: now it does."""
    where = (answer.c.desk == desk, answer.c.message_id == message_id, _NEVER_SHOWN)
    await db.execute(delete(answer).where(*where))


async def by_message(db: AsyncConnection, desk: str, message_id: int) -> AnswerRow | None:
    """Return the answer with this message id; of several parts the last, which shows its files."""
    query = _SELECT.where(answer.c.desk == desk, answer.c.message_id == message_id).order_by(answer.c.part.desc())
    found = await _answers(db, query.limit(1))
    return found[0] if found else None


async def get(db: AsyncConnection, row_id: int) -> AnswerRow:
    """Return one row; raises ``IndexError`` if there is none."""
    return (await _answers(db, _SELECT.where(answer.c.id == row_id)))[0]


async def of_conversations(db: AsyncConnection, conversation_ids: Sequence[int]) -> list[AnswerRow]:
    """Return all answers that belong to these conversations."""
    where = answer.c.conversation_id.in_(conversation_ids)
    return await _answers(db, _SELECT.where(where).order_by(answer.c.message_id, answer.c.part))


async def take_in(db: AsyncConnection, row: dict[str, object]) -> None:
    """Take an answer in; one with the same desk and message id stays as it is."""
    await db.execute(insert_ignore(db, answer, row))


async def take_in_links(db: AsyncConnection, lost: AnswerRow) -> None:
    """Take in one more part of an answer whose files do not hang on its post: links to them, and nothing else."""
    part = lost.parts + 1
    facts: dict[str, object] = {
        name: getattr(lost, name)
        for name in ("desk", "message_id", "case_id", "custom_id", "user_id", "staff_id", "origin", "received_at")
    }
    facts |= {"part": part, "parts": part, "split_of": lost.split_of or lost.id, "is_html": True}
    facts |= {"forum": lost.forum, "conversation_id": lost.conversation_id, "private": lost.private}
    facts |= {"attachments": [asdict(file) for file in lost.attachments], "files_linked": True, "state": State.WAITING}
    await take_in(db, facts)


async def change(db: AsyncConnection, row_id: int, **values: object) -> None:
    """Change facts of one row."""
    await db.execute(update(answer).where(answer.c.id == row_id).values(values))


async def unpublished(db: AsyncConnection, forum: str) -> list[AnswerRow]:
    """Return the oldest answers that still have to reach a forum, in the order they were written; of one in several
    parts the one whose turn it is."""
    order = (answer.c.message_id, answer.c.part)
    return await _answers(db, _SELECT.where(answer.c.forum == forum, *_TURN).order_by(*order).limit(AT_A_TIME))


async def awaited(db: AsyncConnection, forum: str, thread_id: str) -> list[AnswerRow]:
    """Return a thread's answers that may come to stand there by others' doing, in the order they were written: a person
    was to post them, they wait for a moderator, or the answer to their write was lost."""
    here = select(conversation.c.id).where(conversation.c.forum == forum, conversation.c.thread_id == thread_id)
    lost = answer.c.sending_at.is_not(None) & answer.c.state.in_((State.SENDING, State.UNCLEAR, State.HELD))
    given = answer.c.state.in_((State.BY_HAND, State.QUEUED))
    where = (answer.c.forum == forum, given | lost, answer.c.conversation_id.in_(here))
    return await _answers(db, _SELECT.where(*where).order_by(answer.c.message_id, answer.c.part))


async def due_forums(db: AsyncConnection) -> list[tuple[str, datetime | None]]:
    """Return the forums with unpublished answers and the earliest moment any of them is due (None: now)."""
    query = (
        select(answer.c.forum, func.min(answer.c.due_at))
        .where(*_TURN, answer.c.forum.is_not(None))
        .group_by(answer.c.forum)
    )
    return [(forum, due) for forum, due in await db.execute(query)]


async def with_receipts(db: AsyncConnection, forum: str, post_ids: Sequence[str]) -> dict[str, list[AnswerRow]]:
    """Return, by post id, the answers of ours that became one of these posts: several where the engine merges."""
    found: dict[str, list[AnswerRow]] = {}
    for ids in batched(post_ids):
        query = _SELECT.where(answer.c.forum == forum, answer.c.receipt_post.in_(ids)).order_by(answer.c.id)
        for row in await _answers(db, query):
            if row.receipt_post is not None:
                found.setdefault(row.receipt_post, []).append(row)
    return found


async def any_unsent(db: AsyncConnection, desk: str, case_id: int) -> bool:
    """Whether an answer of a case is not on the forum, and waits for a person or a moderator."""
    stuck = answer.c.state.in_((State.HELD, State.DEAD, State.QUEUED))
    where = (answer.c.desk == desk, answer.c.case_id == case_id, stuck)
    return (await db.execute(select(answer.c.id).where(*where).limit(1))).first() is not None


async def moderated(db: AsyncConnection, forum: str, since: datetime) -> bool:
    """Whether an answer of ours waits for a moderator of this forum, or one that stands there since a moment or later
    did."""
    waited = (answer.c.receipt_state == ReceiptState.QUEUED) & (answer.c.sent_at >= since)
    where = (answer.c.forum == forum, (answer.c.state == State.QUEUED) | waited)
    return (await db.execute(select(answer.c.id).where(*where).limit(1))).first() is not None


async def _answers(db: AsyncConnection, query: Select[tuple[object, ...]]) -> list[AnswerRow]:
    return [_row(row) for row in (await db.execute(query)).mappings()]


def _row(row: RowMapping) -> AnswerRow:
    values = dict(row)
    values["attachments"] = tuple(Attachment(**item) for item in values["attachments"])
    values["state"] = State(values["state"])
    return AnswerRow(**values)
