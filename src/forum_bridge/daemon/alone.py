"""What commands do with a ledger that no bridge works with: they take its place for as long as they need."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path

from forum_bridge.bridge.backfill import Filled
from forum_bridge.config import Config
from forum_bridge.daemon.news import WatchNews
from forum_bridge.daemon.remote import why_not
from forum_bridge.daemon.shift import open_shift
from forum_bridge.errors import LedgerInUse, LedgerRefused
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.lock import lock_path
from forum_bridge.ledger.operator import Act
from forum_bridge.model import Clock
from forum_bridge.web.pacer import Pacer


@asynccontextmanager
async def own_ledger(path: Path, clock: Clock, environ: Mapping[str, str]) -> AsyncIterator[Ledger]:
    """Open the ledger for a command. Raises LedgerRefused, with what to do where a bridge holds it."""
    await asyncio.to_thread(_check_owner, path)
    async with AsyncExitStack() as stack:
        try:
            ledger = await stack.enter_async_context(Ledger.open(path, clock))
        except LedgerInUse as error:
            raise LedgerInUse(str(error), explanation=why_not(path, environ)) from None
        yield ledger


def _check_owner(path: Path) -> None:
    """Files that root makes in the folder of a service could not be opened by the service."""
    path = path.resolve()
    folder = path.parent
    if folder.is_dir() and folder.stat().st_uid != os.geteuid() and not (path.exists() and lock_path(path).exists()):
        raise LedgerRefused(
            f"There is no ledger in {folder} yet, and that folder belongs to another user.",
            explanation="Start the bridge once: it makes the ledger as its own.",
        )


async def poll_alone(
    config: Config, registry: Registry, names: Sequence[str], clock: Clock, environ: Mapping[str, str]
) -> AsyncGenerator[WatchNews]:
    """Read watches once, deliver what came and what waited, and yield what each reading brought."""
    async with (
        own_ledger(Path(config.ledger.path), clock, environ) as ledger,
        open_shift(config, registry, ledger, Pacer(clock, asyncio.sleep), clock) as shift,
    ):
        await shift.check()
        async with aclosing(shift.alone(names)) as news:
            async for each in news:
                yield each


async def look_alone(
    config: Config, registry: Registry, act: Act, item: str, clock: Clock, environ: Mapping[str, str]
) -> str:
    """Carry out a decision (``replay`` or ``tell``) for which both sides are looked at; what follows of it is done once
    a bridge starts. Return in a sentence what becomes of it."""
    async with (
        own_ledger(Path(config.ledger.path), clock, environ) as ledger,
        open_shift(config, registry, ledger, Pacer(clock, asyncio.sleep), clock) as shift,
    ):
        await shift.check()
        return await (shift.replay(item) if act is Act.REPLAY else shift.tell(item))


async def backfill_alone(
    config: Config,
    registry: Registry,
    name: str,
    since: datetime | None,
    limit: int | None,
    clock: Clock,
    environ: Mapping[str, str],
) -> AsyncGenerator[Filled]:
    """Take in what was old at a place, and yield how far it is; it is delivered once a bridge starts."""
    async with (
        own_ledger(Path(config.ledger.path), clock, environ) as ledger,
        open_shift(config, registry, ledger, Pacer(clock, asyncio.sleep), clock) as shift,
    ):
        await shift.check()
        async with aclosing(shift.backfill(name, since, limit)) as told:
            async for each in told:
                yield each
