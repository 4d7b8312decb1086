"""A copy of the ledger that is put back is noticed, however it was put back; what goes on by itself never is."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from structlog.testing import capture_logs

from forum_bridge.ledger import put_back
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.epoch import Epoch, beside, epoch_path, parsed
from forum_bridge.ledger.epoch import put_back as differs
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock


async def was_put_back(path: Path, clock: Clock) -> bool:
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        return await put_back.known(db) is not None


async def test_what_goes_on_by_itself_was_not_put_back(path: Path, clock: Clock) -> None:
    for _ in range(3):
        async with Ledger.open(path, clock) as ledger:
            await ledger.probe()
    assert not await was_put_back(path, clock)


async def test_several_that_move_it_on_at_once_leave_the_newest_beside_it(path: Path, clock: Clock) -> None:
    with capture_logs() as logs:
        async with Ledger.open(path, clock) as ledger:
            await asyncio.gather(*(ledger.probe() for _ in range(8)), *(ledger.move_on() for _ in range(8)))
            with closing(sqlite3.connect(path)) as db:
                (inside,) = db.execute("SELECT value FROM meta WHERE key='epoch'").fetchone()
            assert beside(path) == parsed(inside)
    assert logs == []


async def test_a_plain_copy_that_was_put_back_is_noticed(path: Path, clock: Clock) -> None:
    copy = path.with_name("copy")
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()
    shutil.copy(path, copy)
    assert not await was_put_back(path, clock)
    shutil.copy(copy, path)
    assert await was_put_back(path, clock)


async def test_a_copy_of_the_same_run_is_noticed(path: Path, clock: Clock) -> None:
    copy = path.with_name("copy")
    async with Ledger.open(path, clock):
        backup(path, copy)
    shutil.copy(copy, path)
    assert await was_put_back(path, clock)


async def test_a_copy_of_the_same_run_is_noticed_after_a_kill_once_it_had_moved_on(
    path: Path, clock: Clock, child: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    copy = path.with_name("copy")
    script = """
async def main():
    async with opened() as ledger:
        print("open", flush=True)
        sys.stdin.readline()
        await ledger.probe()
        print("moved", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    process = child(script, path)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "open\n"
    backup(path, copy)
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "moved\n"
    process.kill()
    process.wait()
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copy(copy, path)
    assert await was_put_back(path, clock)


async def test_a_killed_ledger_was_not_put_back(
    path: Path, clock: Clock, child: Callable[[str, Path], subprocess.Popen[str]]
) -> None:
    script = """
async def main():
    async with opened() as ledger:
        await ledger.probe()
        print("there", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    process = child(script, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.kill()
    process.wait()
    assert not await was_put_back(path, clock)


async def test_a_ledger_that_came_alone_and_one_from_before_epochs_may_be_old(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    epoch_path(path).unlink()
    assert await was_put_back(path, clock)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM meta WHERE key IN ('epoch', 'put_back')")
    assert await was_put_back(path, clock)


async def test_after_it_was_put_back_it_has_a_line_of_its_own(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    lost = path.with_name("lost")
    shutil.copy(path, lost)
    before = beside(path)
    epoch_path(path).write_text("not an epoch")
    assert await was_put_back(path, clock)
    after = beside(path)
    assert before is not None and after is not None and before.line != after.line
    shutil.copy(lost, path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM meta WHERE key = 'put_back'")
    assert await was_put_back(path, clock)


async def test_a_whole_folder_that_was_put_back_is_noticed(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    said = json.loads(epoch_path(path).read_text())
    said["written"] -= 3600  # as it was when the copy was made; what unpacks it cannot set the time of that
    epoch_path(path).write_text(json.dumps(said))
    assert await was_put_back(path, clock)


def test_a_ledger_ahead_of_its_file_was_only_interrupted() -> None:
    inside = Epoch("a", 5)
    assert not differs(inside, Epoch("a", 4))
    assert not differs(inside, inside)
    assert differs(inside, Epoch("a", 6))
    assert differs(inside, Epoch("b", 1))
    assert differs(inside, None)
    assert differs(None, inside)
    assert not differs(None, None)


def test_an_epoch_is_read_as_it_was_written() -> None:
    first = Epoch.first().next
    assert parsed(str(first)) == first
    assert [parsed(text) for text in ("", "{}", "[]", '{"line": "a", "count": "x"}')] == [None] * 4
