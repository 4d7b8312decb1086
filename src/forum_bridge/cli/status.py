"""``forum-bridge status``: what the ledger says, read without disturbing the daemon."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.ledger import forums, tally, watches
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tally import Stuck
from forum_bridge.ledger.watches import WatchRow


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the status shows."""

    forums: dict[str, ForumRow]
    watches: list[WatchRow]
    posts: dict[State, int]
    answers: dict[State, int]
    stuck: list[Stuck]


def status(config: ConfigOption = DEFAULT) -> None:
    """Show what was read, what waits, and what needs a person. Exit 1 if something does."""
    path = Path(ready(config).config.ledger.path)
    standing = asyncio.run(_read(path))
    _print(standing, now())
    if standing.stuck or any(watch.trouble for watch in standing.watches):
        raise typer.Exit(1)


async def _read(path: Path) -> Standing:
    async with Ledger.open(path, now, read_only=True) as ledger, ledger.reading() as db:
        known = await forums.everyone(db)
        return Standing(
            forums=known,
            watches=[row for name in known for row in await watches.of_forum(db, name)],
            posts=await tally.counts(db, "post"),
            answers=await tally.counts(db, "answer"),
            stuck=await tally.stuck(db),
        )


def _print(standing: Standing, moment: datetime) -> None:
    console = Console(highlight=False)
    table = Table("forum", "watch", "last read", "next", "trouble", show_edge=False)
    for watch in standing.watches:
        target = f"{watch.watch.kind.value} {watch.watch.target}".strip()
        table.add_row(watch.forum, target, _ago(watch.read_at, moment), _in(watch.due_at, moment), watch.trouble or "")
    console.print(table)
    for name, row in standing.forums.items():
        if row.sign_in:
            console.print(f"{name}: signed in: {row.sign_in} {row.sign_in_detail or ''}".rstrip(), markup=False)
    for road, counts in (("posts", standing.posts), ("answers", standing.answers)):
        told = ", ".join(f"{number} {state.value}" for state, number in sorted(counts.items()))
        console.print(f"{road}: {told or 'none yet'}", markup=False)
    for item in standing.stuck:
        console.print(
            f"{item.state.value} {item.road} on {item.forum}: {item.item}: {item.reason}", style="red", markup=False
        )


def _ago(when: datetime | None, moment: datetime) -> str:
    return "never" if when is None else f"{_short((moment - when).total_seconds())} ago"


def _in(when: datetime, moment: datetime) -> str:
    seconds = (when - moment).total_seconds()
    return "now" if seconds <= 0 else f"in {_short(seconds)}"


def _short(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
