"""Statements on forums: how each was first configured, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import conversation, forum
from forum_bridge.ledger.upsert import upsert


@dataclass(frozen=True, slots=True)
class ForumRow:
    """A forum as the ledger first met it; ``used`` once a conversation exists, from when on its keys are fixed."""

    name: str
    url: str
    identity: str
    conversation: str
    own_key: str | None
    sign_in: str | None
    sign_in_at: datetime | None
    sign_in_detail: str | None
    sign_in_since: datetime | None
    sign_in_next: datetime | None
    sign_in_tries: int
    sign_in_digest: str | None
    signed_out: int
    used: bool


async def everyone(db: AsyncConnection) -> dict[str, ForumRow]:
    """Return every forum the ledger knows, by name."""
    used = exists().where(conversation.c.forum == forum.c.name).label("used")
    rows = (await db.execute(select(forum, used))).mappings()
    return {row["name"]: ForumRow(**row) for row in rows}


async def register(db: AsyncConnection, name: str, url: str, identity: str, conversation_mode: str) -> None:
    """Write down how a forum is configured now."""
    facts = {"url": url, "identity": identity, "conversation": conversation_mode}
    await db.execute(upsert(db, forum, {"name": name, **facts}, index_elements=["name"], update=facts))


async def change(db: AsyncConnection, name: str, **facts: object) -> None:
    """Note how signing in stands, and who the forum says we are."""
    await db.execute(update(forum).where(forum.c.name == name).values(facts))
