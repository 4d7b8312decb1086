"""``forum-bridge detect``: which engine a forum runs, and the configuration to begin with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.adapter_place import bench
from forum_bridge.cli.detect_text import print_detected
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.config.urls import split
from forum_bridge.forums.registry import Registry
from forum_bridge.workbench.beginning import configuration, grants
from forum_bridge.workbench.detect import Detected, detect_live, detected
from forum_bridge.workbench.look import fetched, saved, visiting


def detect(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="A page of the forum, best of a thread that guests may read.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="PAGE", help="Look at a saved page instead, without network."),
    ] = None,
    address: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="With --file: the address that the page came from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Name a forum's engine, and what to write to begin.

    Reads the page, and at most one address more where the page points to an API; robots.txt is asked first. Prints the
    engine, the configuration to start from and what the forum's admin must grant. No account is needed, and nothing is
    written. Adapters of the configuration's adapters folder are known, too.

    --json prints an object with the keys url, engine, version, adapter, others, kind, posts, api, marks, forums, grant,
    calls_itself, feeds, wall and trouble.

    Exit status: 0 if the engine is known, 1 if it is not or the page cannot be had, 2 if the command has faults.
    """
    asked = given(url, address, file)
    registry = bench(config).registry
    found = detected(saved(file, asked), registry) if file is not None else asyncio.run(_live(str(asked), registry))
    if as_json:
        to_program(_json(found))
    else:
        print_detected(Lines(to_person()), found)
    if found.match is None:
        raise typer.Exit(1)


def given(url: str | None, address: str | None, file: Path | None) -> str | None:
    """Return the address that a command was given; a saved page may tell its own. Raises BadParameter: none, or not a
    whole one."""
    asked = url or address
    if asked is None and file is None:
        raise typer.BadParameter("give the address of a page")
    if asked is not None and split(asked) is None:
        raise typer.BadParameter(f"{asked} is not a whole address; write it as the browser shows it: https://…")
    return asked


async def _live(url: str, registry: Registry) -> Detected:
    async with visiting(url, now) as session:
        return await detect_live(session, await fetched(session, url), registry)


def _json(found: Detected) -> dict[str, object]:
    match = found.match
    return {
        "url": found.url,
        "engine": match.engine if match else None,
        "version": match.version if match else None,
        "adapter": match.entry.name if match else None,
        "others": [each.entry.name for each in found.matches if each is not match],
        "kind": found.kind.value if found.kind else None,
        "posts": found.posts,
        "api": found.api,
        "marks": list(match.marks) if match else [],
        "forums": configuration(match.entry, found.target, found.root, found.kind) if match else None,
        "grant": list(grants(match.entry)) if match else [],
        "calls_itself": found.calls_itself,
        "feeds": list(found.feeds),
        "wall": found.wall,
        "trouble": found.trouble,
    }
