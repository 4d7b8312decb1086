"""``forum-bridge replay`` and ``tell``: what a person asks for after an audit, or after looking themselves. The bridge
looks on the other side before it believes that something is gone."""

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
from forum_bridge.daemon.alone import look_alone
from forum_bridge.daemon.remote import reached
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.files import check_there
from forum_bridge.ledger.operator import Act

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def replay(
    item: Annotated[
        str,
        typer.Argument(
            metavar="ITEM", help="Its name, as post-142 or answer-61200502; or case-8804417.", autocompletion=items
        ),
    ],
    yes: YesOption = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Send an item again although it counts as sent.

    For a post whose case was purged on Deskie, or an answer that was removed on the forum. The bridge looks on the
    other side first, and refuses if it still stands there or if that cannot be known. The running bridge does it at
    once; if none runs, it is sent when one starts.

    With case- and a case's id: lets in what agents answered there and the bridge never heard of.

    Exit status: 0 if it is sent again, 1 if not, 2 if the configuration or the command has faults.
    """
    loaded = ready(config)
    question = f"Send {item} again, unless it still stands on the other side?"
    if item.startswith("case-"):
        question = f"Publish what agents answered in {item} and the bridge never heard of?"
    confirmed(question, yes=yes)
    _decide(loaded, Act.REPLAY, item)


def tell(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The post's name, as post-142.", autocompletion=items)],
    config: ConfigOption = DEFAULT,
) -> None:
    """Tell agents what became of a post that they have.

    By an internal note in its case: that it was edited since, or that it stands on the forum no more. The bridge looks
    on the forum first, and refuses if that cannot be known. It tells whatever cases.edits and cases.deletions say.

    Exit status: 0 if agents are told, 1 if not, 2 if the configuration or the command has faults.
    """
    _decide(ready(config), Act.TELL, item)


def _decide(loaded: Ready, act: Act, item: str) -> None:
    say = Lines(to_person())
    said, at_once = asyncio.run(_carried_out(loaded, act, item))
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


async def _carried_out(loaded: Ready, act: Act, item: str) -> tuple[str, bool]:
    path = Path(loaded.config.ledger.path)
    await asyncio.to_thread(check_there, path)
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            return await bridge.operate(act, item, anyway=False, url=None), True
    return await look_alone(loaded.config, loaded.registry, act, item, now, os.environ), False
