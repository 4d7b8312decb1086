"""Statements on the internal notes, and labels, by which the bridge itself tells agents something: an outbox, each
written once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import put_back
from forum_bridge.ledger.states import WORK, State
from forum_bridge.ledger.tables import agent_note
from forum_bridge.ledger.upsert import insert_ignore

AT_A_TIME = 100
WITHDRAWN = "withdrawn: what it spoke of was undone before it was written"
_WAY = ("state", "attempts", "first_tried_at", "due_at", "sending_at")
_GIVEN = ("id", "desk", "key", "case_id", "html", "label", "takes_off", *_WAY, "amends_url", "amended")
_SELECT = select(*(agent_note.c[name] for name in _GIVEN))


@dataclass(frozen=True, slots=True)
class AgentNote:
    """A note for one case. ``key`` says what it speaks of, and stands in it, so that it is recognised. ``label`` (an id
    or a name) is put on the case, or taken off; without ``html`` that is all. Where it is ``amended``, the message of
    the post at ``amends_url`` is to read so instead, if the desk lets it be edited."""

    id: int
    desk: str
    key: str
    case_id: int
    html: str
    label: str | None
    takes_off: bool
    state: State
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime | None
    sending_at: datetime | None
    amends_url: str | None
    amended: str | None


async def want(
    db: AsyncConnection,
    desk: str,
    key: str,
    case_id: int,
    html: str,
    *,
    label: str | None = None,
    takes_off: bool = False,
    now: datetime,
    due_at: datetime | None = None,
    amends_url: str | None = None,
    amended: str | None = None,
) -> None:
    """Put a note into the outbox, due now or later; one with the same key stays as it is. One that a ledger which was
    lost may have written is looked for first."""
    row = {"desk": desk, "key": key, "case_id": case_id, "html": html, "stored_at": now, "attempts": 0}
    row |= {"due_at": due_at or now, "label": label, "takes_off": takes_off}
    row |= {"amends_url": amends_url, "amended": amended}
    lost = await put_back.known(db)
    doubtful = lost is not None and bool(html) and lost.doubts(now, now)  # a label alone can be put on twice
    way = lost.way(now) if lost is not None and doubtful else {"state": State.WAITING.value}
    await db.execute(insert_ignore(db, agent_note, {**row, **way}))


async def last(db: AsyncConnection, desk: str, about: str) -> AgentNote | None:
    """Return the newest note whose key begins so."""
    where = (agent_note.c.desk == desk, agent_note.c.key.startswith(about, autoescape=True))
    row = (await db.execute(_SELECT.where(*where).order_by(agent_note.c.id.desc()).limit(1))).mappings().first()
    return None if row is None else _note(row)


async def renew(
    db: AsyncConnection,
    desk: str,
    key: str,
    html: str,
    *,
    due_at: datetime,
    amends_url: str | None = None,
    amended: str | None = None,
) -> None:
    """Change what a note says, as long as no write of it was begun; one that was withdrawn is due again."""
    this = (agent_note.c.desk == desk, agent_note.c.key == key)
    again = {"state": State.WAITING, "due_at": due_at, "reason": None}
    withdrawn = (agent_note.c.state == State.IGNORED, agent_note.c.reason == WITHDRAWN)
    await db.execute(update(agent_note).where(*this, *withdrawn).values(again))
    values = {"html": html, "amends_url": amends_url, "amended": amended}
    await db.execute(update(agent_note).where(*this, agent_note.c.state == State.WAITING).values(values))


async def withdraw(db: AsyncConnection, desk: str, key: str) -> bool:
    """Give a note up until it is renewed; False, and nothing is changed, if a write of it was begun or there is
    none."""
    where = (agent_note.c.desk == desk, agent_note.c.key == key, agent_note.c.state == State.WAITING)
    values = {"state": State.IGNORED, "due_at": None, "reason": WITHDRAWN}
    return (await db.execute(update(agent_note).where(*where).values(values))).rowcount == 1


async def many(db: AsyncConnection, desk: str, beginning: str) -> int:
    """Return how many notes there are whose keys begin so."""
    where = (agent_note.c.desk == desk, agent_note.c.key.startswith(beginning, autoescape=True))
    return (await db.execute(select(func.count()).select_from(agent_note).where(*where))).scalar_one()


async def state_of(db: AsyncConnection, desk: str, key: str) -> State | None:
    """Return where a note stands, None if there is none of that key."""
    query = select(agent_note.c.state).where(agent_note.c.desk == desk, agent_note.c.key == key)
    found: str | None = (await db.execute(query)).scalar_one_or_none()
    return None if found is None else State(found)


async def unwritten(db: AsyncConnection, desk: str) -> list[AgentNote]:
    """Return the oldest notes that still have to be written, in order."""
    where = (agent_note.c.desk == desk, agent_note.c.state.in_(WORK))
    rows = await db.execute(_SELECT.where(*where).order_by(agent_note.c.id).limit(AT_A_TIME))
    return [_note(row) for row in rows.mappings()]


async def due(db: AsyncConnection, desk: str) -> datetime | None:
    """Return the earliest moment at which a note of a desk is due, None if none waits."""
    where = (agent_note.c.desk == desk, agent_note.c.state.in_(WORK))
    found: datetime | None = (await db.execute(select(func.min(agent_note.c.due_at)).where(*where))).scalar_one()
    return found


async def change(db: AsyncConnection, row_id: int, **values: object) -> None:
    """Change facts of one note."""
    await db.execute(update(agent_note).where(agent_note.c.id == row_id).values(values))


def _note(row: RowMapping) -> AgentNote:
    return AgentNote(**{**row, "state": State(row["state"])})
