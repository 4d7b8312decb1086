"""``forum-bridge status``: what the ledger says, read without disturbing the daemon, and how the daemon is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.cli.standing import Standing, read_standing
from forum_bridge.cli.status_text import print_standing
from forum_bridge.config import Config
from forum_bridge.daemon.pulse import Pulse, pulse

EVERY = 2.0  # seconds


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show it anew every two seconds, until Ctrl-C.")] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Show what the bridge does and what needs a person.

    Reads the ledger beside a running bridge and asks that bridge how it is; changes nothing. Shown are every watch
    with its last reading, how many posts and answers stand where, and each item that will not move by itself.

    Exit status: 0 if all is well; 1 if something needs a person: the bridge is not running or not ready, a watch is
    in trouble, an item is held or dead, work waits for a forum that is not configured, or there is no ledger yet;
    2 if the configuration has faults. With --watch 0, whatever was shown.
    """
    loaded = ready(config).config
    if watch:
        asyncio.run(_watch(loaded, to_person(), asyncio.sleep))
        return
    standing, alive = asyncio.run(_look(loaded))
    print_standing(Lines(to_person()), standing, alive, now())
    if standing.needs_a_person or not alive.running or alive.troubles:
        raise typer.Exit(1)


async def _watch(config: Config, console: Console, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Show the status again and again; on a terminal each takes the place of the one before."""
    with suppress(asyncio.CancelledError):
        while True:
            standing, alive = await _look(config)
            with console.capture() as shown:
                print_standing(Lines(console), standing, alive, now())
            if console.is_terminal:
                console.clear()
            else:
                console.print(f"{now():%Y-%m-%d %H:%M:%S} UTC")
            console.out(shown.get(), end="", highlight=False)
            await sleep(EVERY)


async def _look(config: Config) -> tuple[Standing, Pulse]:
    return await read_standing(config, now), await pulse(config.webhook)
