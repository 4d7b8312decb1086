"""Statements for finding what a webhook never told: up to when all was compared, and what the ledger knows of cases and
their messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import agent_note, conversation, desk_case, meta, post
from forum_bridge.ledger.upsert import upsert


async def complete(db: AsyncConnection, desk: str) -> datetime | None:
    """Return the moment up to which all that agents wrote in our cases was seen, as it then stood there; None where
    nobody can tell."""
    value = (await db.execute(select(meta.c.value).where(meta.c.key == _seen(desk)))).scalar_one_or_none()
    return None if value is None else datetime.fromisoformat(value.partition(" ")[0])


async def completed(db: AsyncConnection, desk: str, moment: datetime, scope: str) -> None:
    """Note that all that changed up to a moment was compared, with none left over for the next time; ``scope`` says of
    which forums and channels."""
    value = {"value": f"{moment.isoformat()} {scope}"}
    await db.execute(upsert(db, meta, {"key": _seen(desk), **value}, index_elements=["key"], update=value))


async def still_complete(db: AsyncConnection, desk: str, scope: str, *, now: datetime) -> bool:
    """Whether what was noted as complete, if anything was, is so for this ``scope`` and is not in the future."""
    value = (await db.execute(select(meta.c.value).where(meta.c.key == _seen(desk)))).scalar_one_or_none()
    if value is None:
        return True
    said, _, of = value.partition(" ")
    return of == scope and datetime.fromisoformat(said) <= now


async def incomplete(db: AsyncConnection, desk: str) -> None:
    """Note that nobody can tell any more what was compared."""
    await db.execute(delete(meta).where(meta.c.key == _seen(desk)))


async def ours(db: AsyncConnection, desk: str, case_ids: Sequence[int]) -> set[int]:
    """Return those of these cases (a page of a list) that the bridge opened, or in which messages of ours stand."""
    opened = select(desk_case.c.case_id).where(desk_case.c.desk == desk, desk_case.c.case_id.in_(case_ids))
    joined = select(post.c.case_id).join(conversation, post.c.conversation_id == conversation.c.id)
    query = opened.union(joined.where(conversation.c.desk == desk, post.c.case_id.in_(case_ids)))
    return set((await db.execute(query)).scalars())


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


def _seen(desk: str) -> str:
    return f"compared:{desk}"
