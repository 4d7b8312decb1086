"""``forum-bridge replay``: sends an item again that counts as sent."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.completing import items
from forum_bridge.cli.loading import DEFAULT, ConfigOption, Ready, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.daemon.alone import replay_alone
from forum_bridge.daemon.remote import reached
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.files import check_there
from forum_bridge.ledger.operator import Act

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def replay(
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Its name, as post-142 or answer-61200502.", autocompletion=items)
    ],
    yes: YesOption = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Send an item again although it counts as sent.

    For a post whose case was purged on Deskie, or an answer that was removed on the forum. The bridge looks on the
    other side first, and refuses if it still stands there or if that cannot be known. The running bridge does it at
    once; if none runs, it is sent when one starts.

    Exit status: 0 if it is sent again, 1 if not, 2 if the configuration or the command has faults.
    """
    loaded = ready(config)
    confirmed(f"Send {item} again, unless it still stands on the other side?", yes=yes)
    say = Lines(to_person())
    said, at_once = asyncio.run(_carried_out(loaded, item))
    say.line(said, mark="✓", mark_style="green")
    if not at_once:
        say.line("No bridge runs now: it is done when one starts.", indent=2)


def confirmed(question: str, *, yes: bool) -> None:
    """Ask a person; leave with 1 if the answer is no. Raises BridgeError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BridgeError("Nobody can be asked here.", explanation="Add --yes if you are sure.")
    typer.confirm(question, abort=True)


async def _carried_out(loaded: Ready, item: str) -> tuple[str, bool]:
    path = Path(loaded.config.ledger.path)
    await asyncio.to_thread(check_there, path)
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            return await bridge.operate(Act.REPLAY, item, anyway=False, url=None), True
    return await replay_alone(loaded.config, loaded.registry, item, now, os.environ), False
