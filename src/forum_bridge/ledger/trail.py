"""What happened to an item on its way that its row does not tell: failed tries, looks, what people decided. What went
well the first time leaves no trail; the row says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.batches import batched
from forum_bridge.ledger.tables import trail


class Step(StrEnum):
    """What happened."""

    FAILED = "failed"  # nothing was written; it is tried again
    UNCLEAR = "unclear"  # something may have been written
    HELD = "held"
    DEAD = "dead"
    LEFT = "left alone"
    FOUND = "found"  # a look found it on the other side
    NOT_FOUND = "not found"
    DECIDED = "decided"  # by a person; the detail says what
    CHANGED = "changed"  # edited, deleted or restored on the forum


@dataclass(frozen=True, slots=True)
class Mark:
    """One step of an item; ``times`` in a row from ``at`` to ``last_at``."""

    item: int
    step: Step
    detail: str
    at: datetime
    last_at: datetime
    times: int


async def note(db: AsyncConnection, road: str, item: int, step: Step, detail: str = "", *, now: datetime) -> None:
    """Add a step to an item's trail; the same as the last one is counted there, so that a desk which is away for days
    leaves one line."""
    query = select(trail).where(trail.c.road == road, trail.c.item == item).order_by(trail.c.id.desc()).limit(1)
    last = (await db.execute(query)).mappings().one_or_none()
    if last is not None and (last["step"], last["detail"]) == (step.value, detail):
        values = {"last_at": now, "times": last["times"] + 1}
        await db.execute(update(trail).where(trail.c.id == last["id"]).values(values))
        return
    row = {"road": road, "item": item, "step": step.value, "detail": detail, "at": now, "last_at": now, "times": 1}
    await db.execute(insert(trail).values(row))


async def of(db: AsyncConnection, road: str, items: Sequence[int]) -> dict[int, list[Mark]]:
    """Return the trails of items of a road, each in order of time."""
    found: dict[int, list[Mark]] = {}
    for some in batched(items):
        query = select(trail).where(trail.c.road == road, trail.c.item.in_(some)).order_by(trail.c.id)
        for row in (await db.execute(query)).mappings():
            facts = (row["item"], Step(row["step"]), row["detail"], row["at"], row["last_at"], row["times"])
            found.setdefault(row["item"], []).append(Mark(*facts))
    return found
