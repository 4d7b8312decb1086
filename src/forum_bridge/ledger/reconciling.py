"""Statements for finding what a webhook never told: up to when the desk's cases were compared, and what the ledger
knows of a case and of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import agent_note, conversation, desk_case, meta, post
from forum_bridge.ledger.upsert import upsert


async def mark(db: AsyncConnection, desk: str) -> datetime | None:
    """Return the moment up to which a desk's changes were compared; None if never."""
    value = (await db.execute(select(meta.c.value).where(meta.c.key == _key(desk)))).scalar_one_or_none()
    return None if value is None else datetime.fromisoformat(value)


async def advance(db: AsyncConnection, desk: str, moment: datetime) -> None:
    """Note that changes up to a moment were compared."""
    value = {"value": moment.isoformat()}
    await db.execute(upsert(db, meta, {"key": _key(desk), **value}, index_elements=["key"], update=value))


async def complete(db: AsyncConnection, desk: str) -> datetime | None:
    """Return the moment up to which all that agents wrote in our cases was seen, as it then stood there; None if
    never."""
    value = (await db.execute(select(meta.c.value).where(meta.c.key == _seen(desk)))).scalar_one_or_none()
    return None if value is None else datetime.fromisoformat(value)


async def completed(db: AsyncConnection, desk: str, moment: datetime) -> None:
    """Note that all that changed up to a moment was compared, with none left over for the next time."""
    await advance(db, desk, moment)
    value = {"value": moment.isoformat()}
    await db.execute(upsert(db, meta, {"key": _seen(desk), **value}, index_elements=["key"], update=value))


async def opened_by_us(db: AsyncConnection, desk: str, case_id: int) -> bool:
    """Whether the bridge opened a case."""
    where = (desk_case.c.desk == desk, desk_case.c.case_id == case_id)
    return (await db.execute(select(desk_case.c.id).where(*where).limit(1))).first() is not None


async def joined_by_us(db: AsyncConnection, desk: str, case_id: int) -> bool:
    """Whether messages of ours stand in a case, though others may have opened it."""
    query = select(post.c.id).join(conversation, post.c.conversation_id == conversation.c.id)
    found = await db.execute(query.where(conversation.c.desk == desk, post.c.case_id == case_id).limit(1))
    return found.first() is not None


async def written_by_us(db: AsyncConnection, desk: str, message_ids: Sequence[int]) -> set[int]:
    """Return those of a case's messages that the bridge wrote: posts and notes."""
    posts = select(post.c.message_id).join(conversation, post.c.conversation_id == conversation.c.id)
    notes = select(agent_note.c.message_id).where(agent_note.c.desk == desk, agent_note.c.message_id.in_(message_ids))
    mine = posts.where(conversation.c.desk == desk, post.c.message_id.in_(message_ids)).union(notes)
    return set((await db.execute(mine)).scalars())


async def first_delivery(db: AsyncConnection, desk: str, case_id: int) -> datetime | None:
    """Return when the first message of ours came to a case, by our clock; None if none is known to stand there."""
    opened = select(func.min(desk_case.c.opened_at)).where(desk_case.c.desk == desk, desk_case.c.case_id == case_id)
    sent = select(func.min(post.c.sent_at)).join(conversation, post.c.conversation_id == conversation.c.id)
    joined = sent.where(conversation.c.desk == desk, post.c.case_id == case_id, post.c.state == State.SENT)
    moments = [(await db.execute(query)).scalar_one() for query in (opened, joined)]
    return min((each for each in moments if each is not None), default=None)


async def profiles_at(db: AsyncConnection, desk: str, urls: Sequence[str]) -> set[tuple[str, int | None]]:
    """Return whose posts stand at these addresses: each address with the Deskie user of its conversation, None where
    that is not known yet."""
    found: set[tuple[str, int | None]] = set()
    query = select(post.c.url, conversation.c.user_id).join(conversation, post.c.conversation_id == conversation.c.id)
    for some in batched(urls):
        rows = await db.execute(query.where(conversation.c.desk == desk, post.c.url.in_(some)).distinct())
        found |= {(row.url, row.user_id) for row in rows}
    return found


def _key(desk: str) -> str:
    return f"reconciled:{desk}"


def _seen(desk: str) -> str:
    return f"compared:{desk}"
