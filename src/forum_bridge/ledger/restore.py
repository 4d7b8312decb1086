"""Puts a copy of the ledger in the ledger's place while no bridge runs; the one that was there is kept beside it.
Whatever ends this half-way, a ledger stands there: the old one or the copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger import files
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.epoch import Epoch, give_to_owner, write
from forum_bridge.ledger.faults import refusing
from forum_bridge.ledger.lock import held
from forum_bridge.ledger.migrate import configuration, newest
from forum_bridge.ledger.soundness import broken, faults, only_read, refuse_broken

BESIDE = ("-wal", "-journal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the ledger is kept that was there before, None if there was none; and up to when the copy knows what
    happened, None where it does not say."""

    kept: Path | None
    knows_until: datetime | None


def restore(copy: Path, ledger: Path, now: datetime) -> Restored:
    """Put a copy in the ledger's place. Blocks. At its next start the bridge notices it; see ``put_back.py``.

    Raises ``LedgerInUse`` while a bridge runs, ``LedgerRefused`` for a copy that is damaged, no ledger, or of a version
    that this one cannot read; then nothing was changed."""
    ledger, copy = files.located(ledger), files.located(copy)
    files.check_place(ledger)
    if not copy.is_file():
        raise LedgerRefused(f"There is no file {copy}.", explanation="Name a copy made by `forum-bridge backup`.")
    if ledger.exists() and copy.samefile(ledger):
        raise LedgerRefused(f"{copy} is the ledger itself.", explanation="Name a copy of it.")
    partial = ledger.with_name(f"{ledger.name}.restoring")
    with refusing(ledger), held(ledger):
        try:
            knows_until = _checked(copy, partial)
            give_to_owner(partial, ledger)
            kept = _kept(ledger, now) if ledger.exists() else None
            write(ledger, Epoch.first())  # of no ledger that ever was: so this one is taken for one that was put back
            partial.replace(ledger)
        finally:
            partial.unlink(missing_ok=True)
    return Restored(kept, knows_until)


def _checked(copy: Path, partial: Path) -> datetime | None:
    """Make a whole copy of the copy, with what lies in a journal beside it; return up to when it knows what
    happened."""
    try:
        refuse_broken(copy, faults(copy, whole=True, bound=None))
        with closing(only_read(copy)) as file:
            said = dict(file.execute("SELECT key, value FROM meta").fetchall())
            schema, readable_from = int(said["schema"]), int(said["readable_from"])
    except (sqlite3.DatabaseError, KeyError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise broken(copy, str(error)) from error
        raise LedgerRefused(f"{copy} is not a ledger.", explanation="Nothing was changed.") from error
    known = newest(configuration())
    if readable_from > known:
        raise LedgerRefused(
            f"{copy} was made by a newer forum-bridge (schema {schema}, readable from {readable_from}); this one knows"
            f" {known}.",
            explanation="Install that version, or name an older copy. Nothing was changed.",
        )
    backup(copy, partial)
    alive = [datetime.fromisoformat(said[key]) for key in ("opened", "probed") if key in said]
    return max(alive, default=None)


def _kept(ledger: Path, now: datetime) -> Path:
    """Keep the present ledger under another name, without taking it away from its own."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(ledger)) as file:  # one that is damaged is kept as it is
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = ledger.with_name(f"{ledger.name}.replaced-{now:%Y%m%d-%H%M%S}.bak")
    if os.path.lexists(kept):
        raise LedgerRefused(f"{kept} is there already.", explanation="Wait a second, or move it away.")
    try:
        os.link(ledger, kept)
    except OSError:  # a file system without links
        kept.touch(0o600, exist_ok=False)  # else a link laid there would be followed
        shutil.copy2(ledger, kept)
    for end in BESIDE:  # must never be taken for the new one's
        with suppress(FileNotFoundError):
            ledger.with_name(ledger.name + end).rename(kept.with_name(kept.name + end))
    return kept
