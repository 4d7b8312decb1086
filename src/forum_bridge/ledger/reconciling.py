"""Statements for finding what a webhook never told: up to when the desk's cases were compared, and what the ledger
knows of a case and of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

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


def _key(desk: str) -> str:
    return f"reconciled:{desk}"
