"""``forum-bridge adapter trial``: what the running bridge has done in a process of its own before it works with a
changed adapter."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from forum_bridge.cli.adapter_place import bench
from forum_bridge.cli.loading import DEFAULT, ConfigOption
from forum_bridge.cli.run import now
from forum_bridge.cli.say import to_program
from forum_bridge.config import load, tidy
from forum_bridge.daemon import adapter_faults
from forum_bridge.testkit.trial import tried


def trial(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter.")], config: ConfigOption = DEFAULT
) -> None:
    """Try a changed adapter as the running bridge does.

    Checks its promises on its recorded pages, then signs in and reads what its forums' first watch shows. Nothing is
    written anywhere. Prints a JSON object: why it must not be used, or null.

    Exit status: 0 if it may be used, 1 if not, 2 if there is no adapter of this name.
    """
    place, loaded = bench(config), load(config, os.environ)
    faults = [*loaded.faults, *adapter_faults(loaded, place.registry)]
    entry = place.registry.get(name)
    if entry.fault is not None:
        why: str | None = entry.fault
    elif faults or loaded.config is None:
        why = "; ".join(str(fault) for fault in tidy(faults))
    else:
        why = asyncio.run(tried(loaded.config, place.registry, name, place.recordings(name), now))
    to_program({"adapter": name, "why": why}, indent=None)
    if why is not None:
        raise typer.Exit(1)
