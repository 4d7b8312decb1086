"""``forum-bridge poll``: reads what is watched once, now, and shows what came."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.bar import bar
from forum_bridge.cli.completing import forums
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.poll_text import print_end, print_news
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.daemon import log
from forum_bridge.daemon.alone import poll_alone
from forum_bridge.daemon.choosing import Meant, chosen
from forum_bridge.daemon.dry_run import poll_dry
from forum_bridge.daemon.news import WatchNews
from forum_bridge.daemon.remote import reached


def poll(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FORUM|URL", help="Forums, or addresses that are watched; none: all.", autocompletion=forums
        ),
    ] = None,
    once: Annotated[  # noqa: ARG001 -- there is no other way; said aloud it reads better in a script
        bool, typer.Option("--once", show_default=False, help="Read each once and leave. That is what it does anyway.")
    ] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would come and what would become of it; write nothing.")
    ] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Read every watch once, now, and show what came.

    New posts are delivered to Deskie; answers are not published, that is left to the running bridge. If a bridge runs,
    it is asked to do it; else it is done here, and posts that waited from before are delivered, too.

    --dry-run reads with a session of its own from where the ledger stands (without a ledger: as for the first time)
    and writes nothing, neither on the forum nor on Deskie nor in the ledger.

    Exit status: 0 if all was read and all that came is where it belongs, 1 if not, 2 if the configuration or the
    command has faults.
    """
    log.configure(verbose=False, shown=True)
    loaded = ready(config)
    meant = chosen(loaded.config, names or [])
    well = asyncio.run(_show(loaded, names or [], meant, dry_run=dry_run))
    if not well:
        raise typer.Exit(1)


async def _show(loaded: Ready, names: Sequence[str], meant: Sequence[Meant], *, dry_run: bool) -> bool:
    """Print what each watch brought as it comes; return whether all went well."""
    console = to_person()
    say, every = Lines(console), []
    brought = poll_dry(loaded.config, loaded.registry, names, now) if dry_run else _brought(loaded, names)
    steps = [f"reading {forum}: {watch.kind.value} {watch.target}" for forum, watch in meant]
    with bar(console, len(steps)) as shown:
        shown.begin(steps[0])
        async with aclosing(brought):
            async for each in brought:
                every.append(each)
                print_news(say, each)
                if len(every) < len(steps):
                    shown.begin(steps[len(every)])
                else:
                    shown.end("finishing")
    print_end(say, every, dry_run=dry_run)
    return all(each.well for each in every)


async def _brought(loaded: Ready, names: Sequence[str]) -> AsyncGenerator[WatchNews]:
    """Have the running bridge read, or read in its place."""
    async with reached(Path(loaded.config.ledger.path), os.environ) as bridge:
        if bridge is not None:
            news = bridge.round(names)
        else:
            news = poll_alone(loaded.config, loaded.registry, names, now, os.environ)
        async with aclosing(news):
            async for each in news:
                yield each
