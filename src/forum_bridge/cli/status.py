"""``forum-bridge status``: what the ledger says, read without disturbing the daemon, and how the daemon is."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.cli.standing import Standing, read_standing
from forum_bridge.cli.status_json import as_json
from forum_bridge.cli.status_text import print_standing
from forum_bridge.cli.watching import watching
from forum_bridge.config import Config
from forum_bridge.daemon.pulse import Pulse, pulse
from forum_bridge.ledger import soundness
from forum_bridge.ledger.files import located


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show it anew every two seconds, until Ctrl-C.")] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print it as JSON instead.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Show what the bridge does and what needs a person.

    Reads the ledger beside a running bridge and asks that bridge how it is; changes nothing. Shown are every watch
    with its last reading, how many posts and answers stand where, what is due next, and each item that will not move
    by itself, with its name for retry, mark-sent and drop.

    --json prints an object with the keys well, bridge, forums, posts, answers, under_way, stuck, not_configured and
    put_back.

    Exit status: 0 if all is well; 1 if something needs a person: the bridge is not running or not ready, a watch is
    in trouble, an item is held or dead, work waits for a forum that is not configured, the ledger is damaged or not
    there yet;
    2 if the configuration or the command has faults. With --watch 0, whatever was shown.
    """
    if watch and json_wanted:
        raise typer.BadParameter("--watch is for people and --json for programs: choose one")
    loaded = ready(config).config
    if watch:
        asyncio.run(watching(partial(_show, loaded), to_person(), now, asyncio.sleep))
        return
    standing, alive = asyncio.run(_look(loaded))
    soundness.check(located(Path(loaded.ledger.path)))
    if json_wanted:
        to_program(as_json(standing, alive))
    else:
        print_standing(Lines(to_person()), standing, alive, now())
    if standing.needs_a_person or not alive.running or alive.troubles:
        raise typer.Exit(1)


async def _show(config: Config, say: Lines) -> None:
    standing, alive = await _look(config)
    print_standing(say, standing, alive, now())


async def _look(config: Config) -> tuple[Standing, Pulse]:
    return await read_standing(config, now), await pulse(config.webhook)
