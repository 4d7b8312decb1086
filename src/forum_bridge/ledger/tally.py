"""Counts for the operator: how many items stand where, and which ones wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Select, Table, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import parts
from forum_bridge.ledger.operator import Item
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


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An item on its way: when it is due (None: now), how often it was tried, and why it did not go on."""

    name: str
    state: State
    due_at: datetime | None
    tries: int
    reason: str


_SPEAKS = (~parts.behind(State.SENT), or_(answer.c.state != State.SENT, ~parts.followed()))
"""Of an answer's parts the one that says where it stands."""


async def counts(db: AsyncConnection, road: str) -> dict[State, int]:
    """Return how many posts (``post``) or answers (``answer``) stand in each state; an answer in several parts stands
    where its first part does that is not sent."""
    table = post if road == "post" else answer
    query = select(table.c.state, func.count()).group_by(table.c.state)
    if table is answer:
        query = query.where(*_SPEAKS)
    rows = await db.execute(query)
    return {State(state): number for state, number in rows}


async def stuck(db: AsyncConnection, limit: int = 20, *, late: datetime | None = None) -> list[Stuck]:
    """Return what does not move: held and dead items of both roads, answers to be posted by hand or let through by a
    moderator, and notes to agents; with ``late`` also those that came before that moment and are still on their way
    (Deskie or the forum away, a forum taken out of the configuration); newest first."""
    posts = select(post.c.id, post.c.url, post.c.forum, post.c.state, post.c.reason).where(
        _still(post, post.c.seen_at, late)
    )
    answers = select(
        answer.c.message_id, answer.c.part, answer.c.parts, answer.c.forum, answer.c.state, answer.c.reason
    ).where(_still(answer, answer.c.received_at, late), *_SPEAKS)
    found: list[Stuck] = []
    for number, url, forum, state, reason in await db.execute(posts.order_by(post.c.id.desc()).limit(limit)):
        found.append(Stuck(_name("post", number), "post", url, forum, State(state), reason or ""))
    for number, part, many, forum, state, reason in await db.execute(answers.order_by(answer.c.id.desc()).limit(limit)):
        what = f"message {number}, part {part} of {many}" if many > 1 else f"message {number}"
        name = _name("answer", number, part, many)
        found.append(Stuck(name, "answer", what, forum or "?", State(state), reason or ""))
    notes = select(agent_note.c.id, agent_note.c.case_id, agent_note.c.state, agent_note.c.reason)
    notes = notes.where(_still(agent_note, agent_note.c.stored_at, late)).order_by(agent_note.c.id.desc())
    for number, case_id, state, reason in await db.execute(notes.limit(limit)):
        found.append(Stuck(_name("note", number), "note", f"case {case_id}", "", State(state), reason or ""))
    return found


async def under_way(db: AsyncConnection, limit: int = 10) -> list[UnderWay]:
    """Return what is on its way, what is due first at the head; an answer in several parts by the one whose turn it
    is."""
    one = literal(1)
    every = union_all(
        _work("post", post, post.c.id, one, one),
        _work("answer", answer, answer.c.message_id, answer.c.part, answer.c.parts).where(*_SPEAKS),
        _work("note", agent_note, agent_note.c.id, one, one),
    ).subquery()
    found = await db.execute(select(every).order_by(every.c.due_at, every.c.number).limit(limit))
    return [
        UnderWay(
            _name(row.road, row.number, row.part, row.parts), State(row.state), row.due_at, row.tries, row.why or ""
        )
        for row in found
    ]


def _work(
    road: str, table: Table, number: Column[int], part: ColumnElement[int], parts: ColumnElement[int]
) -> Select[tuple[object, ...]]:
    facts = (table.c.state, table.c.due_at, table.c.attempts.label("tries"), table.c.reason.label("why"))
    named = (literal(road).label("road"), number.label("number"), part.label("part"), parts.label("parts"))
    return select(*named, *facts).where(table.c.state.in_(WORK))


def _name(road: str, number: int, part: int = 1, parts: int = 1) -> str:
    return str(Item(road, number, part if parts > 1 else None))


def _still(table: Table, came_at: Column[datetime], late: datetime | None) -> ColumnElement[bool]:
    asleep = table.c.state.in_((State.HELD, State.DEAD, State.BY_HAND, State.QUEUED))
    return asleep if late is None else or_(asleep, and_(table.c.state.in_(WORK), came_at < late))
