"""Opening a ledger: what is made, who may read it, and what is refused with which words."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from forum_bridge.errors import LedgerRefused
from forum_bridge.ledger.engine import writer_engine
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

Keys = Callable[[AsyncConnection], Awaitable[set[str]]]
Note = Callable[[str], Callable[[AsyncConnection], Awaitable[str]]]


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def rights(folder: Path) -> dict[str, str]:
    return {file.name: f"{stat.S_IMODE(file.stat().st_mode):04o}" for file in folder.iterdir()}


async def test_every_file_is_its_owners_alone_whatever_the_umask(path: Path, clock: Clock, open_umask: None) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()
        names = ("ledger.db", "ledger.db-shm", "ledger.db-wal", "ledger.db.lock", "ledger.db.epoch")
        assert rights(path.parent) == dict.fromkeys(names, "0600")


async def test_wider_rights_of_files_that_exist_are_taken_back_and_told(path: Path, clock: Clock) -> None:
    async with Ledger.open(path, clock):
        pass
    backup = path.with_name("ledger.db.before-0009.bak")
    neighbour = path.with_name("letter.txt")
    for file in (backup, neighbour):
        file.touch()
    for file in path.parent.iterdir():
        file.chmod(0o644)
    with capture_logs() as logs:
        async with Ledger.open(path, clock):
            pass
    assert rights(path.parent) == {
        "ledger.db": "0600",
        "ledger.db.lock": "0600",
        "ledger.db.epoch": "0600",
        "ledger.db.before-0009.bak": "0600",
        "letter.txt": "0644",
    }
    told = [(log["event"], Path(log["file"]).name, log["was"]) for log in logs]
    assert ("ledger_rights_tightened", "ledger.db", "0644") in told


async def test_what_is_written_is_there_when_it_is_opened_again(
    path: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    async with Ledger.open(path, clock) as ledger:
        assert await ledger.commit(note("çarşı")) == "çarşı"
    async with Ledger.open(path, clock) as ledger, ledger.reading() as connection:
        assert "çarşı" in await keys_of(connection)


async def test_the_file_may_have_any_name(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "müşteri defteri ?mode=memory#1%20.db"
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()
    assert path.stat().st_size > 0


async def test_writes_are_as_durable_as_promised(path: Path, clock: Clock) -> None:
    async def settings(connection: AsyncConnection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [(await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in names]

    async with Ledger.open(path, clock) as ledger:
        assert await ledger.commit(settings) == ["wal", 2, 1]


async def test_a_missing_folder_is_named(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(LedgerRefused, match=r"folder .*/none of the ledger does not exist") as refused:
        async with Ledger.open(tmp_path / "none" / "ledger.db", clock):
            pass
    assert "mkdir" in refused.value.explanation


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_folder_is_not_a_ledger(tmp_path: Path, clock: Clock, read_only: bool) -> None:
    with pytest.raises(LedgerRefused, match="is a folder"):
        async with Ledger.open(tmp_path, clock, read_only=read_only):
            pass


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_pipe_is_not_a_ledger(path: Path, clock: Clock, read_only: bool) -> None:
    os.mkfifo(path)
    with pytest.raises(LedgerRefused, match="not a regular file"):
        async with Ledger.open(path, clock, read_only=read_only):
            pass


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_file_that_is_no_database_is_left_alone(path: Path, clock: Clock, read_only: bool) -> None:
    path.write_text("Sevgili günlük, " * 500)
    with pytest.raises(LedgerRefused, match="not a SQLite file"):
        async with Ledger.open(path, clock, read_only=read_only):
            pass
    assert path.read_text() == "Sevgili günlük, " * 500


async def test_a_connection_that_cannot_be_prepared_is_closed(path: Path) -> None:
    path.write_text("Sevgili günlük, " * 500)
    engine = writer_engine(path)
    with pytest.raises(DatabaseError, match="not a database"):
        async with engine.connect():
            pass
    await engine.dispose()
    gc.collect()  # one left open would warn here


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("table", ["meta", "photo"])
async def test_another_programs_database_is_left_alone(path: Path, clock: Clock, read_only: bool, table: str) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"CREATE TABLE {table} (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(LedgerRefused, match="database of another program"):
        async with Ledger.open(path, clock, read_only=read_only):
            pass
    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_ledger(path: Path, clock: Clock) -> None:
    path.touch()
    async with Ledger.open(path, clock) as ledger:
        await ledger.probe()


@pytest.mark.parametrize("empty_file", [False, True])
async def test_nothing_is_made_by_reading(path: Path, clock: Clock, empty_file: bool) -> None:
    if empty_file:
        path.touch()
    with pytest.raises(LedgerRefused, match="There is no ledger at"):
        async with Ledger.open(path, clock, read_only=True):
            pass
    assert [file.name for file in path.parent.iterdir()] == (["ledger.db"] if empty_file else [])


async def test_a_reader_beside_the_owner_sees_what_it_commits_and_changes_nothing(
    path: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    async with Ledger.open(path, clock) as owner, Ledger.open(path, clock, read_only=True) as status:
        await owner.commit(note("Deniz"))
        async with status.reading() as connection:
            assert "Deniz" in await keys_of(connection)
        await status.probe()
        with pytest.raises(LedgerRefused, match="open for reading only"):
            await status.commit(note("Umut"))
        with pytest.raises(LedgerRefused, match="open for reading only"):
            status.defer(note("Umut"))


async def test_reading_cannot_write(path: Path, clock: Clock, note: Note) -> None:
    async with Ledger.open(path, clock) as ledger, ledger.reading() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await note("Umut")(connection)


async def test_a_reader_sees_one_moment_and_keeps_nobody_from_writing(
    path: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    async with Ledger.open(path, clock) as ledger, ledger.reading() as connection:
        before = await keys_of(connection)
        await ledger.commit(note("Elif"))
        assert await keys_of(connection) == before


async def test_a_cancelled_reader_harms_nobody(path: Path, clock: Clock, keys_of: Keys) -> None:
    async with Ledger.open(path, clock) as ledger:

        async def read() -> None:
            async with ledger.reading() as connection:
                for _ in range(1000):
                    await keys_of(connection)

        tasks = [asyncio.create_task(read()) for _ in range(8)]
        await ledger.probe()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await ledger.probe()
        async with ledger.reading() as connection:
            assert "schema" in await keys_of(connection)


def test_a_failing_body_ends_the_process(path: Path, child: Callable[[str, Path], Popen[str]]) -> None:
    script = """
async def main():
    async with opened() as ledger:
        reading = ledger.reading()
        connection = await reading.__aenter__()
        await connection.execute(meta.select())
        ledger.defer(lambda connection: connection.execute(insert(meta).values(key="son", value="")))
        raise RuntimeError("boom")
asyncio.run(main())
"""
    process = child(script, path)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "RuntimeError: boom" in errors
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM meta WHERE key = 'son'").fetchone() == (1,)
