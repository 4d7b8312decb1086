"""Statements on bodies: people's words, kept apart from the facts so that they can be emptied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.tables import body


async def keep(db: AsyncConnection, htmls: Sequence[str], *, now: datetime) -> list[int]:
    """Store texts and return their ids, in the same order."""
    made = insert(body).returning(body.c.id, sort_by_parameter_order=True)
    found: list[int] = []
    for some in batched(htmls):
        rows = await db.execute(made, [{"html": html, "stored_at": now} for html in some])
        found += rows.scalars()
    return found


async def replace(db: AsyncConnection, body_id: int, html: str, *, now: datetime) -> None:
    """Put a newer text in place of one that nobody has been sent yet."""
    await db.execute(update(body).where(body.c.id == body_id).values(html=html, stored_at=now))
