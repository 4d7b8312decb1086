"""``forum-bridge backup`` and ``forum-bridge restore``: a copy of the ledger, and the way back to it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from forum_bridge.cli.loading import DEFAULT, ConfigOption, ready
from forum_bridge.cli.run import now
from forum_bridge.cli.say import Lines, to_person, to_program
from forum_bridge.daemon.remote import why_not
from forum_bridge.errors import BridgeError, LedgerInUse
from forum_bridge.ledger.backup import backup as copied
from forum_bridge.ledger.files import check_there, located
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.restore import restore as put_in_place

JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON instead.")]


@dataclass(frozen=True, slots=True)
class Copied:
    """What ``backup --json`` prints: where the copy lies and how large it is."""

    target: str
    bytes: int


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write, or a folder to put it into.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    json_wanted: JsonOption = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Copy the ledger, while the bridge runs or not.

    The copy is one moment of the ledger, complete and checked, or it is not there at all; only its owner can read it.
    It holds people's words and names: keep it as carefully as the ledger. Into a folder it is written under a name with
    the time. Put it back with `forum-bridge restore`.

    Exit status: 0 if the copy is there, 1 if it could not be made, 2 if the configuration has faults.
    """
    ledger = Path(ready(config).config.ledger.path)
    done = asyncio.run(_copied(ledger, target, force=force))
    if json_wanted:
        to_program(asdict(done), indent=None)
        return
    Lines(to_person()).line(f"{done.target} ({done.bytes / 1e6:.1f} MB)", mark="✓", mark_style="green")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy made by `forum-bridge backup`.")],
    json_wanted: JsonOption = False,
    config: ConfigOption = DEFAULT,
) -> None:
    """Put a copy of the ledger back in its place.

    No bridge may run meanwhile. The copy is checked first, and stays where it is; the present ledger is kept beside the
    new one. When the bridge starts, it looks on the desk and on the forums for whatever may have been written since the
    copy was made, before it writes anything: nothing is sent twice.

    Exit status: 0 if it was put back, 1 if not: then nothing was changed; 2 if the configuration has faults.
    """
    ledger = Path(ready(config).config.ledger.path)
    try:
        done = put_in_place(file, ledger, now())
    except LedgerInUse as error:
        raise LedgerInUse(str(error), explanation=f"Stop the bridge first. {why_not(ledger, os.environ)}") from None
    until = done.knows_until.isoformat(timespec="seconds") if done.knows_until is not None else None
    if json_wanted:
        to_program({"kept": done.kept and str(done.kept), "knows_until": until}, indent=None)
        return
    say = Lines(to_person())
    say.line(f"{file} is the ledger now{f'; it knows what happened until {until}' if until else ''}.", mark="✓")
    if done.kept is not None:
        say.line(f"The one before is kept as {done.kept}.", indent=2)
    say.line("Start the bridge: what may have been written since is looked for before anything is sent.", indent=2)


async def _copied(ledger: Path, target: Path, *, force: bool) -> Copied:
    await asyncio.to_thread(check_there, ledger)
    async with Ledger.open(ledger, now, read_only=True):  # says what is wrong with a file that is no ledger
        pass
    return await asyncio.to_thread(_copy, located(ledger), target, force=force)


def _copy(ledger: Path, target: Path, *, force: bool) -> Copied:
    if target.is_dir():
        target = target / f"{ledger.stem}-{now():%Y%m%d-%H%M%S}{ledger.suffix}"
    if target.exists() and target.samefile(ledger):
        raise BridgeError(f"{target} is the ledger itself.", explanation="Name another file.")
    if target.exists() and not force:
        raise BridgeError(f"{target} is there already.", explanation="Name another file, or add --force.")
    try:
        copied(ledger, target, checked=True)
    except (OSError, sqlite3.Error) as error:
        raise BridgeError(
            f"The copy could not be made: {error}.", explanation="Check that folder's rights and the space on its disk."
        ) from error
    return Copied(str(target), target.stat().st_size)
