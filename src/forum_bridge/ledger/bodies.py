"""Statements on bodies: people's words, kept apart from the facts so that they can be emptied."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import body


async def keep(db: AsyncConnection, html: str, *, now: datetime) -> int:
    """Store a text and return its id."""
    made: int = (await db.execute(insert(body).values(html=html, stored_at=now).returning(body.c.id))).scalar_one()
    return made


async def replace(db: AsyncConnection, body_id: int, html: str, *, now: datetime) -> None:
    """Put a newer text in place of one that nobody has been sent yet."""
    await db.execute(update(body).where(body.c.id == body_id).values(html=html, stored_at=now))
