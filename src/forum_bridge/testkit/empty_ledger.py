"""A new ledger for those who need one after another: migrated once in a process, then only laid down."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from forum_bridge.ledger.migrate import migrate


def lay(path: Path) -> None:
    """Lay a ledger down at ``path``, where none is, that has its tables and was never opened."""
    path.touch(mode=0o600)
    path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="forum-bridge-empty-") as folder, ThreadPoolExecutor(1) as aside:
        made = Path(folder) / "ledger.sqlite"
        made.touch()
        aside.submit(asyncio.run, migrate(made)).result()  # the caller may be in a loop of its own
        return made.read_bytes()
