"""Whether a ledger's file is whole: what SQLite finds when it looks, and what a person can do about it. Changes
nothing."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import structlog

from forum_bridge.command import pasteable
from forum_bridge.errors import LedgerRefused

BOUND = 20.0  # seconds for a quick check; a ledger so large that it takes longer is read on without
STEPS = 100_000  # of SQLite's machine, between two looks at the clock
SHOWN = 3


def only_read(ledger: Path) -> sqlite3.Connection:
    """Return a connection that reads and never writes."""
    return sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True)


def faults(ledger: Path, *, whole: bool = False, bound: float | None = BOUND) -> list[str] | None:
    """Return what is wrong with a database, nothing if it is sound, None if ``bound`` seconds were too short to tell.
    The ``whole`` check also compares every index with its table. Blocks. Raises ``sqlite3.Error`` where the file is no
    database or cannot be read at all."""
    until = None if bound is None else time.monotonic() + bound
    with closing(only_read(ledger)) as connection:
        connection.set_progress_handler(lambda: until is not None and time.monotonic() > until, STEPS)
        try:
            found = connection.execute("PRAGMA integrity_check" if whole else "PRAGMA quick_check").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
    return [row[0] for row in found if row[0] != "ok"]


def check(ledger: Path) -> None:
    """Raise LedgerRefused if the ledger is damaged, ``sqlite3.Error`` if it is no database or cannot be read. Blocks,
    but no longer than ``BOUND``."""
    try:
        found = faults(ledger)
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) != sqlite3.SQLITE_CORRUPT:
            raise
        raise broken(ledger, str(error)) from error
    if found is None:
        structlog.get_logger().warning("ledger_check_cut_short", ledger=str(ledger), seconds=BOUND)
    refuse_broken(ledger, found)


def refuse_broken(ledger: Path, found: list[str] | None) -> None:
    """Raise LedgerRefused if anything is wrong."""
    if found:
        raise broken(ledger, "; ".join(found[:SHOWN]))


def broken(ledger: Path, what: str) -> LedgerRefused:
    """Return the refusal to work with a damaged ledger."""
    return LedgerRefused(
        f"The ledger {ledger} is damaged: {what}",
        explanation="It was not touched. Put back a backup (`forum-bridge restore FILE`; the damaged one is kept"
        " beside it, and what was written since is looked for before anything is sent). Without a backup, save what"
        f" can be read: `{pasteable('sqlite3', str(ledger), '.recover')} | sqlite3 recovered.sqlite3`, then"
        " `forum-bridge restore recovered.sqlite3`. And look at the disk (`dmesg`).",
    )
