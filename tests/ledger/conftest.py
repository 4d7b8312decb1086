"""Ledgers in real files, small and read-only disks, and other processes that use a ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.ledger.tables import meta
from forum_bridge.model import Clock

Note = Callable[[str], Callable[[AsyncConnection], Awaitable[str]]]
PRELUDE = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import insert
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import meta
path = Path(sys.argv[1])
def opened(): return Ledger.open(path, lambda: datetime.now(UTC))
"""


@pytest.fixture
def clock() -> Clock:
    return lambda: datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def note() -> Note:
    """Make a work that writes one key into ``meta`` and returns it; a key that stands there already fails it."""

    def make(key: str) -> Callable[[AsyncConnection], Awaitable[str]]:
        async def work(connection: AsyncConnection) -> str:
            await connection.execute(insert(meta).values(key=key, value="ş ğ ı İ 🙂"))
            return key

        return work

    return make


@pytest.fixture
def child() -> Iterator[Callable[[str, Path], subprocess.Popen[str]]]:
    """Start another Python process that runs a script on a ledger; it is killed by its id at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, path: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PRELUDE + script, str(path)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own of 2 MB; needs root, as mounting does."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"needs root to mount a small disk: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def make_read_only(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    """Make a file or folder read-only for this user: by its mode, or for root, whom no mode binds, by a mount."""

    def make(target: Path) -> None:
        if os.geteuid():
            mode = target.stat().st_mode
            target.chmod(mode & ~0o222)
            request.addfinalizer(lambda: target.chmod(mode))
            return
        if subprocess.run(["mount", "--bind", str(target), str(target)], capture_output=True, check=False).returncode:
            pytest.skip("root needs the right to mount to see anything as read-only")
        request.addfinalizer(lambda: subprocess.run(["umount", str(target)], check=True))
        subprocess.run(["mount", "-o", "remount,bind,ro", str(target)], check=True)

    return make


async def keys(connection: AsyncConnection) -> set[str]:
    """Return every key of ``meta``."""
    return set((await connection.execute(select(meta.c.key))).scalars())


@pytest.fixture
def keys_of() -> Callable[[AsyncConnection], Awaitable[set[str]]]:
    return keys
