"""The files of a ledger: where they may lie and who may read them. Never opens an existing ledger itself: closing any
descriptor of it would free SQLite's own locks (https://www.sqlite.org/howtocorrupt.html, 2.2)."""

from __future__ import annotations

import os
import stat
from glob import escape
from pathlib import Path

import structlog

from forum_bridge.command import pasteable
from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.lock import lock_path


def located(path: Path) -> Path:
    """Return the absolute path of the file itself, so that its lock is one however it is named."""
    return path.expanduser().resolve()


def check_place(ledger: Path) -> None:
    """Raise ``LedgerRefused`` unless a ledger can be written at this path."""
    folder = ledger.parent
    if not folder.is_dir():
        raise LedgerRefused(
            f"The folder {folder} of the ledger does not exist.",
            explanation=f"Create it (`{pasteable('mkdir', '-p', '-m', '700', str(folder))}`) or mend ledger.url.",
        )
    check_kind(ledger)
    for file in filter(Path.is_symlink, _beside(ledger)):
        raise LedgerRefused(
            f"{file} is a link to another file, and the bridge itself writes there.",
            explanation="See what it leads to and who laid it there, then take it away"
            f" (`{pasteable('rm', str(file))}`). Nobody but the bridge's own user should have the right to write in"
            f" {folder}.",
        )
    for place, rights in ((folder, os.W_OK | os.X_OK), (ledger, os.R_OK | os.W_OK)):
        if place.exists() and not os.access(place, rights):
            raise LedgerRefused(
                f"The ledger {ledger} cannot be written: {place} is read-only for this user.",
                explanation="Give the user that runs the bridge the right to write the file and its folder"
                " (SQLite keeps two more files beside it), or move ledger.url to a disk that is not mounted read-only.",
            )


def check_there(ledger: Path) -> None:
    """Raise ``LedgerRefused`` unless a file that may be a ledger stands at this path."""
    check_kind(ledger)
    if not ledger.exists():
        raise no_ledger(ledger)


def no_ledger(ledger: Path) -> LedgerRefused:
    """Return the refusal to read a ledger that no bridge has made yet."""
    return LedgerRefused(
        f"There is no ledger at {ledger} yet.",
        explanation="It is made when the bridge first runs (`forum-bridge run`); check ledger.url if it did.",
    )


def check_kind(ledger: Path) -> None:
    """Raise ``LedgerRefused`` if something other than a regular file stands at this path."""
    if ledger.exists() and not ledger.is_file():
        what = "a folder" if ledger.is_dir() else "not a regular file"
        raise LedgerRefused(
            f"The ledger cannot be opened: {ledger} is {what}.",
            explanation=f"Let ledger.url name a file, for example {ledger / 'ledger.db'}.",
        )


def create(ledger: Path) -> None:
    """Create the file, readable by its owner only, if it is not there. Call it only while holding the lock."""
    if not ledger.exists():
        os.close(os.open(ledger, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def tighten(ledger: Path) -> None:
    """Take from group and others every right to the ledger, what SQLite keeps beside it, its lock and its backups."""
    log = structlog.get_logger()
    for file in (ledger, *_beside(ledger), *ledger.parent.glob(f"{escape(ledger.name)}.before-*.bak")):
        if file.is_symlink() or not file.exists() or not stat.S_IMODE(was := file.stat().st_mode) & 0o077:
            continue
        file.chmod(0o600)
        log.warning("ledger_rights_tightened", file=str(file), was=f"{stat.S_IMODE(was):04o}", now="0600")


def _beside(ledger: Path) -> list[Path]:
    """Return the files that are written beside a ledger while it is used."""
    return [*(ledger.with_name(ledger.name + end) for end in ("-wal", "-shm", "-journal", ".epoch")), lock_path(ledger)]
