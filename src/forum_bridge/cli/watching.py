"""Shows something again and again until Ctrl-C: on a terminal each in the place of the one before, elsewhere one below
the other with the moment above it. Knows not what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text

from forum_bridge.cli.say import Lines, complain_in
from forum_bridge.errors import BridgeError
from forum_bridge.model import Clock

EVERY = 2.0  # seconds

Show = Callable[[Lines], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


async def watching(show: Show, console: Console, clock: Clock, sleep: Sleep) -> None:
    """Have ``show`` print, wait, and begin anew; returns when it is cancelled. A BridgeError is shown in its place: the
    ledger may be away for a moment while the bridge is updated."""
    with suppress(asyncio.CancelledError):
        if not console.is_terminal:
            while True:
                console.print(f"{clock():%Y-%m-%d %H:%M:%S} UTC")
                await _print(show, Lines(console))
                console.print()
                await sleep(EVERY)
        with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
            while True:
                shown = await _captured(show, console, clock)
                live.update(Text.from_ansi(shown, no_wrap=True, overflow="ellipsis"), refresh=True)
                await sleep(EVERY)


async def _captured(show: Show, console: Console, clock: Clock) -> str:
    """Return what is shown as it looks on that terminal; what does not fit gives way at the top, since what needs a
    person stands below."""
    beside = Console(
        force_terminal=True, color_system="standard", width=console.width, soft_wrap=True, highlight=False, markup=False
    )
    with beside.capture() as shown:
        await _print(show, Lines(beside))
    lines = shown.get().splitlines()
    head = f"{clock():%H:%M:%S} UTC, every {EVERY:.0f} s; Ctrl-C ends"
    room = max(console.height - 1, 1)
    return "\n".join([head, *lines[-room:]])


async def _print(show: Show, lines: Lines) -> None:
    try:
        await show(lines)
    except BridgeError as error:
        complain_in(lines, error)
