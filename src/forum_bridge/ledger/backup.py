"""A copy of the ledger as it stands, complete or not there at all. Knows SQLite's online backup, not why."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


def backup(ledger: Path, target: Path) -> None:
    """Copy the ledger to ``target`` (mode 0600, replaced if it exists) while others may use it. Only reads it. Blocks.

    Raises ``sqlite3.Error`` or ``OSError``, for example where the disk is full; nothing is left behind then.
    """
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(_only_read(ledger)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _only_read(ledger: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True)
