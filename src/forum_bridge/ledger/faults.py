"""What SQLite's failures mean to a person. Knows result codes (https://www.sqlite.org/rescode.html), not who asked."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from forum_bridge.errors import LedgerRefused, Retry

_STORAGE = {
    sqlite3.SQLITE_FULL: ("no space is left for it", "Free some space on that disk."),
    sqlite3.SQLITE_BUSY: ("another program holds it locked", "Close what has it open (an sqlite3 shell, a copy job)."),
    sqlite3.SQLITE_READONLY: ("it is read-only", "Give the bridge's user the right to write it; check the mount."),
    sqlite3.SQLITE_IOERR: ("the disk failed", "Look at the disk: free space, `dmesg`, the mount."),
    sqlite3.SQLITE_CANTOPEN: ("a file beside it cannot be opened", "Check the rights of the folder and its files."),
    sqlite3.SQLITE_PERM: ("the rights do not allow it", "Check the rights of the folder and its files."),
    sqlite3.SQLITE_NOMEM: ("no memory is left", "Give the bridge more memory."),
    sqlite3.SQLITE_PROTOCOL: ("its locks do not work on this disk", "Move it to a local disk."),
    sqlite3.SQLITE_NOTADB: ("it is not a ledger (not a SQLite file)", "Mend ledger.url; this file was not touched."),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "Stop the bridge and put back a backup: `forum-bridge restore FILE`."),
}


def storage_fault(error: BaseException) -> bool:
    """Whether the storage failed, as opposed to a statement: SQLite may have undone the whole transaction."""
    return _code(error) in _STORAGE


def reopening_helps(error: BaseException) -> bool:
    """Whether the connection itself may be broken. On a full disk it must stay open: with the last connection SQLite
    takes away the shared memory file that readers need, and there is no room to make it again."""
    return _code(error) not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY}


def as_retry(error: BaseException, ledger: Path) -> Retry:
    """Return the error for a write that was undone: its message names the ledger, the cause and the free space."""
    why, mend = _reason(error)
    return Retry(
        f"The ledger {ledger} could not be written: {why} ({free_space(ledger)}).",
        explanation=f"{mend} Nothing was half-written; the bridge tries again by itself.",
    )


@contextmanager
def refusing(ledger: Path) -> Iterator[None]:
    """Turn whatever the database or the system raises while opening into ``LedgerRefused``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        why, mend = _reason(error)
        raise LedgerRefused(
            f"The ledger {ledger} cannot be opened: {why} ({free_space(ledger)}).", explanation=mend
        ) from error


def free_space(ledger: Path) -> str:
    """Return how much space is free where the ledger lies, in words."""
    return f"{shutil.disk_usage(ledger.parent).free / 1_000_000:.1f} MB free"


def _reason(error: BaseException) -> tuple[str, str]:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    default = (f"{type(cause).__name__}: {cause}", LedgerRefused.explanation)
    return _STORAGE.get(_code(error), default)


def _code(error: BaseException) -> int:
    """Return SQLite's primary result code, 0 where there is none."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    extended = getattr(cause, "sqlite_errorcode", 0)
    return extended & 0xFF if isinstance(extended, int) else 0
