"""``forum-bridge adopt`` and ``backfill``: what stands on a forum counts as seen, or what was old becomes cases."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError

from forum_bridge.bridge.backfill import Filled
from forum_bridge.cli.bar import at_work
from forum_bridge.cli.completing import forums
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.replay import YesOption, confirmed
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.config import StartFrom, StartKind
from forum_bridge.daemon import log
from forum_bridge.daemon.alone import backfill_alone, own_ledger
from forum_bridge.daemon.filling import adopt as adopt_in
from forum_bridge.daemon.filling import place_of
from forum_bridge.daemon.remote import reached
from forum_bridge.ledger import adopting
from forum_bridge.ledger.adopting import Waits
from forum_bridge.ledger.files import check_there
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Act
from forum_bridge.web.address import shown

SHOWN = 20
MEND = "Write all, a date such as 2026-01-15, or a length of time such as 30d."
PlaceArgument = Annotated[
    str, typer.Argument(metavar="FORUM|URL", help="A forum's name, or a thread's address.", autocompletion=forums)
]


def adopt(
    name: PlaceArgument,
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would not be sent.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Let what stands on a forum now count as seen.

    For a team that answered by hand so far. What waits to be sent is not sent, and what the bridge reads later is left
    out if it was written before now; what is in a case stays there. It first shows what would not be sent, and asks.
    Doing it again changes nothing but the moment. `forum-bridge backfill` is the opposite.

    Exit status: 0 if it was done or only shown, 1 if not, 2 if the configuration or the command has faults.
    """
    path = Path(ready(config).config.ledger.path)
    say = Lines(to_person())
    _print_waiting(say, asyncio.run(_waiting(path, name)))
    if dry_run:
        return
    confirmed(f"Let all that stands on {name} now count as seen?", yes=yes)
    say.line(asyncio.run(_adopted(path, name)), mark="✓", mark_style="green")


def backfill(
    name: PlaceArgument,
    since: Annotated[str, typer.Option(metavar="DATE|all", help="From when on, as 2026-01-15, 30d or all.")],
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many posts.")] = None,
    config: ConfigOption = DEFAULT,
) -> None:
    """Let old posts of a forum or a thread become cases.

    Reads it anew, oldest posts first within a thread, at the forum's pace, and takes in what was left out as old or
    adopted, and what was never read; edits of posts that are in a case are noticed, too. Deskie gets them as its budget
    and deskie.new_cases_per_day allow. If a bridge runs, it does it; else they are delivered when one starts. Doing it
    again sends nothing twice.

    Exit status: 0 if all was read, 1 if not, 2 if the configuration or the command has faults.
    """
    log.configure(verbose=False, quiet=True)
    loaded = ready(config)
    last = asyncio.run(_filled(loaded, name, _moment(loaded, name, since), limit))
    say = Lines(to_person())
    say.line(f"{last.looked_at} posts looked at, {last.taken} go to Deskie.", mark="✓", mark_style="green")
    if last.left:
        say.line("More is left: give the command again to go on.", indent=2, mark="→")


def _moment(loaded: Ready, name: str, since: str) -> datetime | None:
    """A date without an offset is meant in the forum's timezone."""
    try:
        start = StartFrom.parse(since)
    except PydanticCustomError as error:
        raise typer.BadParameter(f"{since} is no beginning. {MEND}", param_hint="--since") from error
    if start.kind is StartKind.NOW:
        raise typer.BadParameter(f"Nothing is older than now. {MEND}", param_hint="--since")
    every = loaded.config.forums
    forum = every.get(name) or next((each for each in every.values() if name.startswith(each.url.rstrip("/"))), None)
    return start.moment(now(), (forum or next(iter(every.values()))).zone)


async def _waiting(ledger: Path, name: str) -> list[Waits]:
    async with Ledger.open(ledger, now, read_only=True) as opened, opened.reading() as db:
        return await adopting.waiting(db, await place_of(db, name))


async def _adopted(path: Path, name: str) -> str:
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            return await bridge.operate(Act.ADOPT, name, anyway=False, url=None)
    async with own_ledger(path, now, os.environ) as ledger:
        return await adopt_in(ledger, name, now)


def _print_waiting(say: Lines, posts: list[Waits]) -> None:
    say.line(f"{len(posts)} posts wait and would not be sent; what was written before now is left out from now on.")
    for each in posts[:SHOWN]:
        say.line(f"post-{each.id}, {each.author}: {each.url}", indent=2)
    if len(posts) > SHOWN:
        say.line(f"and {len(posts) - SHOWN} more", indent=2)


async def _filled(loaded: Ready, name: str, since: datetime | None, limit: int | None) -> Filled:
    """Show how far it is while it is done; return the sum."""
    path = Path(loaded.config.ledger.path)
    await asyncio.to_thread(check_there, path)
    console = to_person()
    done: dict[str, Filled] = {}
    with at_work(console, "reading") as say:
        async with aclosing(_told(loaded, path, name, since, limit)) as told:
            async for each in told:
                done[each.target] = each
                say(f"{shown(each.target)}: {each.looked_at} posts looked at, {each.taken} go to Deskie")
    every = done.values()
    taken, looked_at = sum(each.taken for each in every), sum(each.looked_at for each in every)
    return Filled(name, looked_at, taken, any(each.left for each in every))


async def _told(
    loaded: Ready, path: Path, name: str, since: datetime | None, limit: int | None
) -> AsyncGenerator[Filled]:
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            news = bridge.backfill(name, since, limit)
        else:
            news = backfill_alone(loaded.config, loaded.registry, name, since, limit, now, os.environ)
        async with aclosing(news):
            async for each in news:
                yield each
