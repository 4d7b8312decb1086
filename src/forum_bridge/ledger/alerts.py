"""Statements on alerts: what was told by which channel, and what is to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import agent_note, alert, answer, post
from forum_bridge.ledger.upsert import upsert

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert of one channel: since when its condition holds, when there is something to say, when it was told, since
    when it is over, how often telling failed. ``case_id`` is the operator's case on the desk, whose creation began at
    ``sending_at``."""

    channel: str
    kind: str
    subject: str
    since: datetime
    due_at: datetime | None = None
    told_at: datetime | None = None
    over_at: datetime | None = None
    tries: int = 0
    sending_at: datetime | None = None
    case_id: int | None = None

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.channel, self.kind, self.subject


async def everything(db: AsyncConnection) -> dict[Key, AlertRow]:
    """Return all alerts that were told or are to be told."""
    rows = [AlertRow(**row) for row in (await db.execute(select(alert))).mappings()]
    return {row.key: row for row in rows}


async def put(db: AsyncConnection, row: AlertRow) -> None:
    """Write an alert down."""
    values = asdict(row)
    keys = ["channel", "kind", "subject"]
    facts = {name: value for name, value in values.items() if name not in keys}
    await db.execute(upsert(db, alert, values, index_elements=keys, update=facts))


async def forget(db: AsyncConnection, key: Key) -> None:
    """Forget an alert."""
    channel, kind, subject = key
    where = (alert.c.channel == channel, alert.c.kind == kind, alert.c.subject == subject)
    await db.execute(delete(alert).where(*where))


async def asleep(db: AsyncConnection, state: State) -> list[tuple[str, str]]:
    """Return the names of all items in a state that waits for a person, each with its forum."""
    return await _named(db, lambda table: table.c.state == state)


async def in_retry(db: AsyncConnection) -> list[tuple[str, str]]:
    """Return the names of all items that failed at least once and will be tried again, each with its forum."""
    return await _named(db, lambda table: and_(table.c.state.in_(WORK), table.c.attempts > 0))


async def _named(db: AsyncConnection, which: Callable[[Table], ColumnElement[bool]]) -> list[tuple[str, str]]:
    posts = select(post.c.id, post.c.forum).where(which(post))
    found = [(str(Item("post", row.id)), row.forum) for row in await db.execute(posts)]
    answers = select(answer.c.message_id, answer.c.part, answer.c.parts, answer.c.forum).where(which(answer))
    found += [(_answer(*row[:3]), row.forum or "") for row in await db.execute(answers)]
    notes = select(agent_note.c.id).where(which(agent_note))
    return found + [(str(Item("note", row.id)), "") for row in await db.execute(notes)]


def _answer(message_id: int, part: int, parts: int) -> str:
    return str(Item("answer", message_id, part if parts > 1 else None))


async def newest_answers(db: AsyncConnection, untold: str) -> tuple[datetime | None, datetime | None]:
    """Return when the newest answer came whose webhook never came (its origin is ``untold``), and when the newest of
    all others came."""
    newest = func.max(answer.c.received_at)
    missed = (await db.execute(select(newest).where(answer.c.origin == untold))).scalar_one()
    return missed, (await db.execute(select(newest).where(answer.c.origin != untold))).scalar_one()
