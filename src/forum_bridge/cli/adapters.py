"""``forum-bridge adapters``: every adapter there is, and what it can do."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.config import load
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.registry import BUILT_IN, Registry

SHOWN = ("reply", "own_posts", "push", "upload", "message")


def adapters(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """List the adapters, those of your own folder included.

    Each with where it comes from and what it can do: read, reply, find its own posts, take in what the forum pushes,
    upload files. The folder is the one that the configuration names; without one it is adapters beside it.

    Exit status: 0, or 1 if one of them cannot be used.
    """
    found = list(Registry.load(load(config, os.environ).adapters_dir))
    if as_json:
        to_program([_json(entry) for entry in found])
    else:
        say = Lines(to_person())
        for entry in found:
            _tell(say, entry)
    if any(entry.fault for entry in found):
        raise typer.Exit(1)


def _json(entry: AdapterEntry) -> dict[str, object]:
    can = {name: name in entry.capabilities for name in ("read", "reply", "own_posts", "push", "upload")}
    told: dict[str, object] = {"name": entry.name, "source": entry.source, **can}
    told["markup"] = entry.markup.value if entry.markup else None
    return told | ({"fault": entry.fault} if entry.fault else {})


def _tell(say: Lines, entry: AdapterEntry) -> None:
    if entry.fault:
        say.line(f"{entry.name} cannot be used", mark="✗", mark_style="red")
        say.line(entry.fault, indent=2)
        say.line(f"Mend {entry.source}.", indent=2, mark="→")
        return
    watches = ", ".join(sorted(watch.value for watch in entry.watches))
    able = [name.replace("_", " ") for name in SHOWN if name in entry.capabilities]
    say.line(entry.name, mark="✓", mark_style="green")
    writes = f"; {', '.join(able)}" if able else "; only reads"
    written = f"; posts are written in {entry.markup.value}" if entry.markup else ""
    reads = f"watches {watches}" if watches else "polls nothing, its forum sends by itself"
    say.line(f"{reads}{writes}{written}", indent=2)
    if entry.source != BUILT_IN:
        instead = f", instead of the one from {entry.overrides}" if entry.overrides else ""
        say.line(f"from {entry.source}{instead}", indent=2)
