"""``forum-bridge retry``, ``mark-sent`` and ``drop``: what a person decides about an item that does not move by
itself."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person
from forum_bridge.daemon.control import ask
from forum_bridge.daemon.operate import operate
from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.operator import Act

ItemArgument = Annotated[str, typer.Argument(metavar="ITEM", help="Its name in `forum-bridge status`, as post:142.")]


def retry(
    item: ItemArgument,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="You have looked: it does not stand there. Write it without looking again.")
    ] = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Try a held or dead item again.

    If a write of it was begun before, the bridge first looks whether it took effect, and writes only if it did not.
    The running bridge is asked to do it; if none runs, it is done when one starts.

    Exit status: 0 if the decision was taken down, 1 if there is no such item or nothing to decide, 2 if the
    configuration has faults.
    """
    _decide(Act.RETRY, item, config, anyway=anyway)


def mark_sent(item: ItemArgument, config: ConfigOption = DEFAULT) -> None:
    """Say that an item stands on the other side already.

    It is never written again. For what you found there, or wrote there by hand.

    Exit status: as for retry.
    """
    _decide(Act.MARK_SENT, item, config)


def drop(item: ItemArgument, config: ConfigOption = DEFAULT) -> None:
    """Give a held or dead item up.

    It is not written, and the status shows it no more.

    Exit status: as for retry.
    """
    _decide(Act.DROP, item, config)


def _decide(act: Act, item: str, config: Path, *, anyway: bool = False) -> None:
    ledger = ready(config).config.ledger.path
    said = asyncio.run(_carried_out(act, item, Path(ledger), anyway=anyway))
    Lines(to_person()).line(said, mark="✓", mark_style="green")


async def _carried_out(act: Act, item: str, path: Path, *, anyway: bool) -> str:
    said = await ask(path, os.environ, act, item, anyway=anyway)
    if said is not None:
        return said
    if not await asyncio.to_thread(path.exists):
        raise LedgerRefused(f"There is no ledger at {path}.", explanation="The bridge makes it when it first runs.")
    async with Ledger.open(path, now) as ledger:
        return await operate(ledger, act, item, now, anyway=anyway)
