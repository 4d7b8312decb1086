"""Statements on answers that became several posts: made in one transaction, sent one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger import bodies
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import answer

_other = answer.alias("other_part")
_OTHER_PART = (_other.c.desk == answer.c.desk, _other.c.message_id == answer.c.message_id)


def behind(*done: State) -> ColumnElement[bool]:
    """Whether an earlier part of the answer stands in none of these states."""
    return exists().where(*_OTHER_PART, _other.c.part < answer.c.part, _other.c.state.not_in(done))


def followed() -> ColumnElement[bool]:
    """Whether the answer has a later part."""
    return exists().where(*_OTHER_PART, _other.c.part > answer.c.part)


async def given_up(db: AsyncConnection, desk: str, message_id: int, part: int) -> bool:
    """Whether a person gave up an earlier part of the answer."""
    where = (answer.c.desk == desk, answer.c.message_id == message_id, answer.c.part < part)
    return bool((await db.execute(select(exists().where(*where, answer.c.state == State.IGNORED)))).scalar_one())


async def make(db: AsyncConnection, row_id: int, htmls: Sequence[str], *, now: datetime) -> None:
    """Make a whole answer the first of several parts; the others stand behind it in its place in the queue, the
    files hang on the last."""
    row = dict((await db.execute(select(answer).where(answer.c.id == row_id))).mappings().one())
    assert row["parts"] == 1  # what is split once is never split again
    row |= {"is_html": True, "parts": len(htmls)}
    await db.execute(update(answer).where(answer.c.id == row_id).values({**row, "attachments": []}))
    await bodies.replace(db, row["body_id"], htmls[0], now=now)
    del row["id"]
    fresh: dict[str, object] = {"attempts": 0, "lost_writes": 0, "first_tried_at": None, "due_at": now}
    if row["state"] != State.UNCLEAR:  # of what may stand there, any part may
        fresh |= {"state": State.WAITING, "sending_at": None}
    row |= fresh
    for part, body_id in enumerate(await bodies.keep(db, htmls[1:], now=now), 2):
        row |= {"part": part, "split_of": row_id, "body_id": body_id, "reason": f"part {part}, waits for those before"}
        files = row["attachments"] if part == len(htmls) else []
        await db.execute(insert(answer).values({**row, "attachments": files}))
