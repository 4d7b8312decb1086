"""What a person decides about an item that does not move by itself: try it again, it stands there already, give it up.
The rules are pure; who may decide is not asked here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import agent_note, answer, post

_NAME = re.compile(r"(?:(post|note)-([0-9]{1,18})|(answer)-([0-9]{1,18})(?:\.([0-9]{1,4}))?)", re.ASCII)
_KEYS = {"post": post.c.id, "answer": answer.c.message_id, "note": agent_note.c.id}
_RECEIPT = ("receipt_post", "receipt_url", "receipt_state")
_TABLES: dict[str, Table] = {"post": post, "answer": answer, "note": agent_note}


class Act(StrEnum):
    """What may be decided."""

    RETRY = "retry"
    MARK_SENT = "mark-sent"
    DROP = "drop"
    REPLAY = "replay"  # although it counts as sent
    ADOPT = "adopt"  # a forum or a thread, not an item
    TELL = "tell"  # agents, what became of a post that they have


@dataclass(frozen=True, slots=True)
class Item:
    """An item by the name that the status shows: ``post-`` and its number in the ledger, ``answer-`` and the message's
    number on the desk, ``note-`` and its number in the ledger; no colon, since shells cut words there. An answer in
    several posts is all of them, or one with its ``part`` behind a dot."""

    road: str
    number: int
    part: int | None = None

    def __str__(self) -> str:
        return f"{self.road}-{self.number}" if self.part is None else f"{self.road}-{self.number}.{self.part}"


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the ledger that is the item; ``began`` says that a write of it was begun once."""

    id: int
    state: State
    began: bool


def named(text: str) -> Item | None:
    """Return the item of that name, None if it is no name of one."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        return None
    if found[1]:
        return Item(found[1], int(found[2]))
    return Item(found[3], int(found[4]), int(found[5]) if found[5] else None)


def decided(act: Act, row: Found, reason: str, *, anyway: bool, now: datetime) -> dict[str, object] | None:
    """Return what to write into a row; None if nothing is to be decided: it goes on by itself, or is done with.

    Once a write was begun it may have taken effect, so a retry looks before it writes, unless a person who has looked
    says ``anyway``; what waits for a moderator cannot be looked for.
    """
    if row.state not in (State.HELD, State.DEAD, State.BY_HAND, State.QUEUED):
        return None
    match act:
        case Act.RETRY if row.state is State.QUEUED and not anyway:
            return None
        case Act.RETRY if row.began and not anyway:
            return {"state": State.UNCLEAR, "attempts": 0, "first_tried_at": None, "due_at": now, "reason": None}
        case Act.RETRY:
            fresh: dict[str, object] = {"attempts": 0, "first_tried_at": None, "sending_at": None, "reason": None}
            return {**fresh, "state": State.WAITING, "due_at": now}
        case Act.MARK_SENT:
            return {"state": State.SENT, "sent_at": now, "due_at": None, "reason": reason}
        case Act.DROP:
            return {"state": State.IGNORED, "due_at": None, "reason": reason}
        case Act.REPLAY | Act.ADOPT | Act.TELL:
            return None


async def find(db: AsyncConnection, item: Item) -> list[Found]:
    """Return the rows of an item: none if the ledger does not know it, several for an answer in parts."""
    table = _TABLES[item.road]
    query = select(table.c.id, table.c.state, table.c.sending_at).where(_KEYS[item.road] == item.number)
    if item.part is not None:
        query = query.where(answer.c.part == item.part)
    rows = await db.execute(query.order_by(table.c.id))
    return [Found(row.id, State(row.state), row.sending_at is not None) for row in rows]


async def decide(db: AsyncConnection, item: Item, row: Found, facts: dict[str, object]) -> None:
    """Write a decision down. A receipt that never led to a post counts no more once it is tried again, except that a
    moderator may have it."""
    table = _TABLES[item.road]
    if item.road == "answer" and facts["state"] in (State.WAITING, State.UNCLEAR):
        facts = {**facts, "lost_writes": 0} | ({} if row.state is State.QUEUED else {"receipt_state": None})
    await db.execute(update(table).where(table.c.id == row.id).values(facts))


async def send_again(db: AsyncConnection, road: str, row_id: int, *, now: datetime) -> bool:
    """Let a post or an answer that counts as sent go its way from the beginning; False, and nothing is changed, if it
    does not count as sent any more."""
    table = _TABLES[road]
    values: dict[str, object] = {"state": State.WAITING, "due_at": now, "attempts": 0, "reason": None}
    values |= dict.fromkeys(("first_tried_at", "sending_at", "sent_at"))
    forgotten = ("case_id", "message_id") if table is post else ("after_post", *_RECEIPT)
    if table is answer:
        values["lost_writes"] = 0
    where = (table.c.id == row_id, table.c.state == State.SENT)
    made = await db.execute(update(table).where(*where).values({**values, **dict.fromkeys(forgotten)}))
    return made.rowcount == 1


async def stands_at(db: AsyncConnection, row: Found, url: str) -> None:
    """Note where a person found an answer. If a watch has read that post, the ledger knows from now on that it is this
    answer, and takes it for no other."""
    where = (post.c.url == url, post.c.state == State.OWN, answer.c.id == row.id, post.c.forum == answer.c.forum)
    known = (await db.execute(select(post.c.post_id).where(*where).limit(1))).scalar_one_or_none()
    await db.execute(update(answer).where(answer.c.id == row.id).values(receipt_url=url, receipt_post=known))
