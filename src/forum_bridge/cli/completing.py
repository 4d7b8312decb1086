"""What the shell offers behind Tab: forums, and items that wait for a person. Whatever is wrong with the
configuration or the ledger, it offers nothing and says nothing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import typer

from forum_bridge.cli.loading import DEFAULT
from forum_bridge.cli.run import now
from forum_bridge.config import Config, load
from forum_bridge.ledger import tally
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tally import Stuck

MOST = 50


def forums(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the names of configured forums, each with its address."""
    config = _config(ctx)
    known = {} if config is None else config.forums
    return [(name, forum.url) for name, forum in known.items() if name.startswith(incomplete)]


def items(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the names of held and dead items, each with why it is so."""
    config = _config(ctx)
    if config is None:
        return []
    try:
        found = asyncio.run(_stuck(Path(config.ledger.path)))
    except Exception:  # noqa: BLE001 -- nothing may disturb the line that is being typed
        return []
    return [(each.name, f"{each.state.value}: {each.reason}") for each in found if each.name.startswith(incomplete)]


def _config(ctx: typer.Context) -> Config | None:
    path = ctx.params.get("config") or os.environ.get("FORUM_BRIDGE_CONFIG") or DEFAULT
    try:
        return load(Path(path), os.environ).config
    except Exception:  # noqa: BLE001 -- see above
        return None


async def _stuck(path: Path) -> list[Stuck]:
    async with Ledger.open(path, now, read_only=True) as ledger, ledger.reading() as db:
        return await tally.stuck(db, MOST)
