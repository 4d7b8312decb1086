"""A copy of the ledger as it stands, complete and checked, or not there at all. Knows SQLite's online backup, not
why."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from forum_bridge.ledger.epoch import parsed, write
from forum_bridge.ledger.soundness import faults, only_read, refuse_broken


def backup(ledger: Path, target: Path, *, checked: bool = False) -> None:
    """Copy the ledger to ``target`` (mode 0600, replaced if it exists) while others may use it. Only reads it. Blocks.

    Raises ``sqlite3.Error`` or ``OSError``, for example where the disk is full, and, if the copy is to be ``checked``,
    ``LedgerRefused`` where it is not sound; nothing is left behind then.
    """
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(only_read(ledger)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # a file of its own: nothing beside it belongs to it
        if checked:
            refuse_broken(ledger, faults(partial, whole=True, bound=None))
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def twin(ledger: Path, copy: Path) -> None:
    """Copy the ledger to work with the copy beside it: one that is as new as the ledger, and was not put back. Blocks;
    raises as ``backup``."""
    backup(ledger, copy)
    with suppress(sqlite3.OperationalError), closing(only_read(copy)) as file:  # what is no ledger is told of elsewhere
        said = file.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        if said is not None and (epoch := parsed(said[0])) is not None:
            write(copy, epoch)
