"""The epoch of an open ledger: compared with the file beside it at the start, moved on at each start and end, and again
and again in between. First in the ledger, then in the file."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import BridgeError
from forum_bridge.ledger import put_back
from forum_bridge.ledger.committer import Committer
from forum_bridge.ledger.entry import Work
from forum_bridge.ledger.epoch import Epoch, beside, parsed, write
from forum_bridge.ledger.epoch import put_back as was_put_back
from forum_bridge.ledger.finish import to_the_end
from forum_bridge.ledger.tables import meta
from forum_bridge.ledger.upsert import upsert

KEY = "epoch"


async def arrive(db: AsyncConnection, ledger: Path, now: datetime) -> Epoch:
    """Return the epoch to write beside the ledger; if that was put back, doubt what was on its way in it."""
    inside = await _inside(db)
    if was_put_back(inside, beside(ledger)):
        found = await put_back.note(db, now=now)
        structlog.get_logger().warning("ledger_was_put_back", ledger=str(ledger), knows_until=found.since.isoformat())
        inside = None  # the copies of the lost one would be put back, too
    epoch = (inside or Epoch.first()).next
    await _keep(db, epoch)
    return epoch


async def move(committer: Committer, ledger: Path, beside_it: Work | None = None) -> None:
    """Move on, with another work in the same transaction. Raises Retry if the ledger cannot be written; a file that
    cannot be is only logged."""

    async def work(db: AsyncConnection) -> Epoch:
        if beside_it is not None:
            await beside_it(db)
        epoch = ((await _inside(db)) or Epoch.first()).next
        await _keep(db, epoch)
        return epoch

    epoch = await committer.commit(work)
    try:
        await to_the_end(asyncio.to_thread(write, ledger, epoch))
    except OSError as error:
        structlog.get_logger().warning("epoch_not_written", ledger=str(ledger), reason=str(error))


async def leave(committer: Committer, ledger: Path) -> None:
    """Move on a last time, if that is possible."""
    with suppress(BridgeError):
        await move(committer, ledger)


async def _inside(db: AsyncConnection) -> Epoch | None:
    text = (await db.execute(select(meta.c.value).where(meta.c.key == KEY))).scalar_one_or_none()
    return None if text is None else parsed(text)


async def _keep(db: AsyncConnection, epoch: Epoch) -> None:
    value = {"value": str(epoch)}
    await db.execute(upsert(db, meta, {"key": KEY, **value}, index_elements=["key"], update=value))
