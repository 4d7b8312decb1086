"""Counts for the operator: how many items stand where, and which ones wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import agent_note, answer, post


@dataclass(frozen=True, slots=True)
class Stuck:
    """An item that will not move until a person says so; ``name`` is what they call it by."""

    name: str
    road: str
    item: str
    forum: str
    state: State
    reason: str


async def counts(db: AsyncConnection, road: str) -> dict[State, int]:
    """Return how many posts (``post``) or answers (``answer``) stand in each state."""
    table = post if road == "post" else answer
    rows = await db.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {State(state): number for state, number in rows}


async def stuck(db: AsyncConnection, limit: int = 20, *, late: datetime | None = None) -> list[Stuck]:
    """Return what does not move: held and dead items of both roads, and notes to agents; and with ``late`` those that
    came before that moment and are still on their way (Deskie or the forum away, a forum taken out of the
    configuration); newest first."""
    posts = select(post.c.id, post.c.url, post.c.forum, post.c.state, post.c.reason).where(
        _still(post, post.c.seen_at, late)
    )
    answers = select(answer.c.message_id, answer.c.forum, answer.c.state, answer.c.reason).where(
        _still(answer, answer.c.received_at, late)
    )
    found: list[Stuck] = []
    for number, url, forum, state, reason in await db.execute(posts.order_by(post.c.id.desc()).limit(limit)):
        found.append(Stuck(f"post:{number}", "post", url, forum, State(state), reason or ""))
    for number, forum, state, reason in await db.execute(answers.order_by(answer.c.id.desc()).limit(limit)):
        found.append(Stuck(f"answer:{number}", "answer", f"message {number}", forum or "?", State(state), reason or ""))
    notes = select(agent_note.c.id, agent_note.c.case_id, agent_note.c.state, agent_note.c.reason)
    notes = notes.where(_still(agent_note, agent_note.c.stored_at, late)).order_by(agent_note.c.id.desc())
    for number, case_id, state, reason in await db.execute(notes.limit(limit)):
        found.append(Stuck(f"note:{number}", "note", f"case {case_id}", "", State(state), reason or ""))
    return found


def _still(table: Table, came_at: Column[datetime], late: datetime | None) -> ColumnElement[bool]:
    asleep = table.c.state.in_((State.HELD, State.DEAD))
    return asleep if late is None else or_(asleep, and_(table.c.state.in_(WORK), came_at < late))
