"""``forum-bridge retry``, ``mark-sent`` and ``drop``: what a person decides about an item that does not move by
itself."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.completing import items
from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.daemon.alone import own_ledger
from forum_bridge.daemon.operate import operate
from forum_bridge.daemon.remote import reached
from forum_bridge.ledger.files import check_there
from forum_bridge.ledger.operator import Act

ItemArgument = Annotated[
    str,
    typer.Argument(metavar="ITEM", help="Its name in `forum-bridge status`, as post-142.", autocompletion=items),
]


def retry(
    item: ItemArgument,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="You have looked: it does not stand there. Write it without looking again.")
    ] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Try a held or dead item again.

    If a write of it was begun before, the bridge first looks whether it took effect, and writes only if it did not.
    The running bridge does it at once; if none runs, it is done when one starts. sign-in-FORUM has the bridge sign in
    once more where a forum refused that.

    Exit status: 0 if the decision was taken down, 1 if there is no such item, nothing to decide, or a bridge runs that
    cannot be reached, 2 if the configuration has faults.
    """
    _decide(Act.RETRY, item, config, anyway=anyway)


def mark_sent(
    item: ItemArgument,
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="Of an answer: the address of the post that it became.")
    ] = None,
    config: ConfigOption = DEFAULT,
) -> None:
    """Say that an item stands on the other side already.

    It is never written again. For what you found there, or wrote there by hand. With the address of the post the
    bridge knows which one it is, and takes it for no other answer.

    Exit status: 0 if the decision was taken down, 1 if there is no such item, nothing to decide, or a bridge runs that
    cannot be reached, 2 if the configuration has faults.
    """
    _decide(Act.MARK_SENT, item, config, url=url)


def drop(item: ItemArgument, config: ConfigOption = DEFAULT) -> None:
    """Give a held or dead item up.

    It is not written, and the status shows it no more.

    Exit status: 0 if the decision was taken down, 1 if there is no such item, nothing to decide, or a bridge runs that
    cannot be reached, 2 if the configuration has faults.
    """
    _decide(Act.DROP, item, config)


def _decide(act: Act, item: str, config: Path, *, anyway: bool = False, url: str | None = None) -> None:
    ledger = ready(config).config.ledger.path
    say = Lines(to_person())
    said, at_once = asyncio.run(_carried_out(act, item, Path(ledger), anyway=anyway, url=url))
    say.line(said, mark="✓", mark_style="green")
    if act is Act.RETRY and not at_once:
        say.line("No bridge runs now: it is done when one starts.", indent=2)


async def _carried_out(act: Act, item: str, path: Path, *, anyway: bool, url: str | None) -> tuple[str, bool]:
    """Return what became of it, and whether a running bridge goes on with it."""
    await asyncio.to_thread(check_there, path)
    async with reached(path, os.environ) as bridge:
        if bridge is not None:
            return await bridge.operate(act, item, anyway=anyway, url=url), True
    async with own_ledger(path, now, os.environ) as ledger:
        return await operate(ledger, act, item, now, anyway=anyway, url=url), False
