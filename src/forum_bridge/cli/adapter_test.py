"""``forum-bridge adapter test``: the conformance kit over an adapter's recorded pages."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.adapter_place import bench
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.command import command
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.testkit import Outcome, Result, conform, load

MARKS = {Result.KEPT: ("✓", "green"), Result.BROKEN: ("✗", "red"), Result.SKIPPED: ("–", "yellow")}


def test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter.")],
    pages: Annotated[
        Path | None, typer.Option("--pages", metavar="FOLDER", help="A recording that lies elsewhere.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcomes as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Check an adapter's promises on its recorded pages.

    Replays them on this machine as they are and with faults: half pages, a form to sign in instead of posts, a wrong
    charset, posts in another order, deleted ones, a theme that changed. Nothing is asked of the forum. What the adapter
    cannot do is skipped by name.

    Exit status: 0, 1 if a promise is broken, 2 if the adapter or the recording cannot be used.
    """
    place = bench(config)
    entry = place.registry.usable(name)
    folders = [pages] if pages is not None else place.recordings(name)
    if not folders:
        raise ConfigurationRefused(
            f"There are no recorded pages of {name}.",
            explanation=f"Record some: {command('adapter', 'record', name, 'URL')}",
        )
    outcomes = {folder: asyncio.run(_all(entry, folder)) for folder in folders}
    if as_json:
        to_program([_json(folder, each) for folder, found in outcomes.items() for each in found])
    else:
        for folder, found in outcomes.items():
            _tell(folder, found)
    if any(each.result is Result.BROKEN for found in outcomes.values() for each in found):
        raise typer.Exit(1)


async def _all(entry: AdapterEntry, folder: Path) -> list[Outcome]:
    return [outcome async for outcome in conform(entry, load(folder))]


def _json(folder: Path, outcome: Outcome) -> dict[str, str]:
    told = {"promise": outcome.promise, "result": outcome.result.value, "told": outcome.told}
    return {"recording": folder.name, **told}


def _tell(folder: Path, outcomes: list[Outcome]) -> None:
    say = Lines(to_person())
    say.line(folder.name, style="bold")
    for outcome in outcomes:
        mark, style = MARKS[outcome.result]
        say.line(outcome.promise, indent=2, mark=mark, mark_style=style)
        if outcome.told:
            say.line(outcome.told, indent=4)
    broken = sum(outcome.result is Result.BROKEN for outcome in outcomes)
    many = "promise is" if broken == 1 else "promises are"
    say.line(f"{broken} {many} broken" if broken else "every promise is kept", style="red" if broken else "green")
