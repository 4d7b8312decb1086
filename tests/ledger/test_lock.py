"""One process owns a ledger at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.lock import held, lock_path
from forum_bridge.model import Clock

Child = Callable[[str, Path], "Popen[str]"]
HOLD = """
async def main():
    async with opened():
        print("open", flush=True)
        sys.stdin.read()
asyncio.run(main())
"""


async def test_a_second_process_is_refused_and_told_who_holds_the_ledger(
    path: Path, clock: Clock, child: Child
) -> None:
    holder = child(HOLD, path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    for _ in range(2):  # the first refusal must not erase what the second one reads
        with pytest.raises(LedgerRefused, match=rf"in use by process {holder.pid}\b") as refused:
            async with Ledger.open(path, clock):
                pass
        assert "Stop the other one" in refused.value.explanation


async def test_the_kernel_frees_the_lock_of_a_killed_process(path: Path, clock: Clock, child: Child) -> None:
    holder = child(HOLD, path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    holder.kill()
    holder.wait()
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()


async def test_one_process_does_not_open_it_twice_either(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock) as ledger:
        with pytest.raises(LedgerRefused, match=f"in use by process {os.getpid()}"):
            async with Ledger.open(path, clock):
                pass
        await ledger.probe()
    async with Ledger.open(path, clock):
        pass


async def test_another_name_of_the_file_meets_the_same_lock(path: Path, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    name = tmp_path / "other" / "name.db"
    name.symlink_to(path)
    async with Ledger.open(path, clock):
        with pytest.raises(LedgerRefused, match="in use"):
            async with Ledger.open(name, clock):
                pass


def test_a_lock_whose_holder_has_not_signed_yet_is_refused_all_the_same(path: Path) -> None:
    with held(path):
        os.truncate(lock_path(path), 0)
        with pytest.raises(LedgerRefused, match="in use by another process"), held(path):
            pass


def test_a_link_laid_in_the_locks_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("Ayşe")
    lock_path(path).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"), held(path):
        pass
    assert victim.read_text() == "Ayşe"
