"""Opens what an audit needs beside a running bridge: the ledger for reading, a copy of it to try on, the forums and the
desk with sessions of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from forum_bridge.bridge.audit.look import Look
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites, rules_for
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger.backup import twin
from forum_bridge.ledger.faults import refusing
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock
from forum_bridge.web.pacer import Pacer

Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def audits(
    config: Config,
    registry: Registry,
    names: Sequence[str],
    since: datetime,
    clock: Clock,
    sleep: Sleep,
) -> AsyncIterator[list[Look]]:
    """Give the audits of forums (none named: all). Raises ConfigurationRefused for an unknown forum, LedgerRefused
    where there is no ledger."""
    for name in names:
        if name not in config.forums:
            raise ConfigurationRefused(
                f"{name} is no configured forum.", explanation=f"Forums: {', '.join(config.forums)}."
            )
    with tempfile.TemporaryDirectory(prefix="forum-bridge-") as folder:
        copied = Path(folder) / "ledger.sqlite3"
        path = Path(config.ledger.path)
        async with Ledger.open(path, clock, read_only=True) as known:
            await asyncio.to_thread(_copy, path, copied)
            async with (
                Ledger.open(copied, clock) as copy,
                open_desk(config, clock) as desk,
                open_sites(config, registry, copy, Pacer(clock, sleep), clock) as sites,
            ):
                yield [
                    Look(site, desk, known, copy, rules_for, since, clock, sleep)
                    for name, site in sites.items()
                    if not names or name in names
                ]


def _copy(ledger: Path, copy: Path) -> None:
    with refusing(ledger):
        twin(ledger, copy)
