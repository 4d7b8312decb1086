"""A new ledger for those who need one after another: migrated once in a process, then only laid down."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from forum_bridge.ledger.ledger import Ledger

_NAME = "ledger.sqlite"


def lay(path: Path) -> None:
    """Lay a new ledger down at ``path``, where none is, as one that was opened and closed once."""
    for suffix, content in _files().items():
        file = path.with_name(f"{path.name}{suffix}")
        file.touch(mode=0o600)
        file.write_bytes(content)


@cache
def _files() -> dict[str, bytes]:
    """Return the files of a new ledger by what stands behind its name."""
    with tempfile.TemporaryDirectory(prefix="forum-bridge-empty-") as folder, ThreadPoolExecutor(1) as aside:
        made = Path(folder) / _NAME
        aside.submit(asyncio.run, _opened(made)).result()  # the caller may be in a loop of its own
        return {each.name.removeprefix(_NAME): each.read_bytes() for each in made.parent.iterdir()}


async def _opened(path: Path) -> None:
    async with Ledger.open(path, lambda: datetime(2000, 1, 1, tzinfo=UTC)):
        pass
