"""A ledger that is full, locked or read-only: nothing half-written, everybody told, and work again afterwards."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from forum_bridge.errors import LedgerRefused, Retry
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.committer import committing
from forum_bridge.ledger.engine import writer_engine
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.tables import meta
from forum_bridge.model import Clock

Keys = Callable[[AsyncConnection], Awaitable[set[str]]]
Note = Callable[[str], Callable[[AsyncConnection], Awaitable[str]]]


def fill(disk: Path, name: str = "filler") -> Path:
    filler = disk / name
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler


def big(key: str) -> Callable[[AsyncConnection], Awaitable[None]]:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(meta).values(key=key, value="ş" * 100_000))

    return work


async def test_a_full_disk_undoes_the_batch_and_passes(
    small_disk: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    path = small_disk / "ledger.db"
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("before"))
        filler = fill(small_disk)
        works = (note("small"), big("big"), note("neighbour"))
        told = await asyncio.gather(*(ledger.commit(work) for work in works), return_exceptions=True)
        for outcome in told:
            assert isinstance(outcome, Retry)
            assert re.search(f"{path} could not be written: no space is left for it .0\\.. MB free.", str(outcome))
            assert "Free some space" in outcome.explanation
        again = fill(small_disk, "again")
        with pytest.raises(Retry, match="could not be written"):
            await ledger.probe()
        async with ledger.reading() as connection:
            assert await keys_of(connection) == {"schema", "readable_from", "opened", "epoch", "before"}
        for file in (filler, again):
            file.unlink()
        await ledger.commit(note("after"))
        await ledger.probe()
        async with ledger.reading() as connection:
            assert {"before", "after", "probed"} <= await keys_of(connection)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_ledger_that_may_not_grow_tells_every_caller_and_goes_on(
    path: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    async def limit(connection: AsyncConnection, pages: int) -> None:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(lambda connection: limit(connection, 1))  # SQLite takes the present size instead
        works = (note("small"), big("big"), note("neighbour"))
        told = await asyncio.gather(*(ledger.commit(work) for work in works), return_exceptions=True)
        assert [type(outcome) for outcome in told[:2]] == [Retry, Retry]
        assert all("no space is left for it" in str(outcome) for outcome in told[:2])
        async with ledger.reading() as connection:
            assert not {"small", "big"} & await keys_of(connection)
        await ledger.commit(lambda connection: limit(connection, 1_000_000))
        await ledger.commit(big("big"))
        async with ledger.reading() as connection:
            length = select(func.length(meta.c.value)).where(meta.c.key == "big")
            assert (await connection.execute(length)).scalar_one() == 100_000


async def test_a_work_that_swallows_a_full_disk_is_not_reported_as_done(path: Path, clock: Clock, note: Note) -> None:
    async def swallows(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("PRAGMA max_page_count=1")
        try:
            await big("big")(connection)
        except OperationalError:
            return

    async with Ledger.open(path, clock) as ledger:
        told = await asyncio.gather(
            *(ledger.commit(work) for work in (note("before"), swallows, note("after"))), return_exceptions=True
        )
        with closing(sqlite3.connect(path)) as connection:
            stored = {key for (key,) in connection.execute("SELECT key FROM meta")}
        assert {outcome for outcome in told if isinstance(outcome, str)} == stored & {"before", "after"}


async def test_opening_on_a_full_disk_is_refused(small_disk: Path, clock: Clock) -> None:
    path = small_disk / "ledger.db"
    fill(small_disk)
    with pytest.raises(LedgerRefused, match=r"cannot be opened: .* \(0.0 MB free\)"):
        async with Ledger.open(path, clock):
            pass


async def test_opening_a_ledger_that_cannot_grow_is_refused_and_harms_it_not(
    small_disk: Path, clock: Clock, note: Note, keys_of: Keys
) -> None:
    path = small_disk / "ledger.db"
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("before"))
    filler = fill(small_disk)
    with pytest.raises(LedgerRefused, match=r"cannot be opened: .* \(0.0 MB free\)"):
        async with Ledger.open(path, clock):
            pass
    filler.unlink()
    async with Ledger.open(path, clock) as ledger, ledger.reading() as connection:
        assert "before" in await keys_of(connection)


async def test_a_backup_that_does_not_fit_leaves_nothing(small_disk: Path, clock: Clock) -> None:
    path, target = small_disk / "ledger.db", small_disk / "ledger.db.before-0002.bak"
    async with Ledger.open(path, clock):
        pass
    fill(small_disk)
    with pytest.raises((sqlite3.Error, OSError)):
        backup(path, target)
    assert not list(small_disk.glob("*.bak*"))


async def test_a_read_only_folder_is_refused(
    tmp_path: Path, clock: Clock, make_read_only: Callable[[Path], None]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    async with Ledger.open(folder / "ledger.db", clock):
        pass
    make_read_only(folder)
    for name in ("ledger.db", "new.db"):
        with pytest.raises(LedgerRefused, match=f"cannot be written: {folder} is read-only") as refused:
            async with Ledger.open(folder / name, clock):
                pass
        assert "right to write" in refused.value.explanation
    with pytest.raises(LedgerRefused, match="a file beside it cannot be opened"):
        async with Ledger.open(folder / "ledger.db", clock, read_only=True):
            pass


async def test_a_read_only_file_is_refused(path: Path, clock: Clock, make_read_only: Callable[[Path], None]) -> None:
    async with Ledger.open(path, clock):
        pass
    make_read_only(path)
    with pytest.raises(LedgerRefused, match=f"cannot be written: {path} is read-only"):
        async with Ledger.open(path, clock):
            pass


async def test_a_ledger_that_became_read_only_tells_every_caller(path: Path, clock: Clock, note: Note) -> None:
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON"))
        with pytest.raises(Retry, match="could not be written: it is read-only"):
            await ledger.commit(note("late"))
        await ledger.commit(note("after"))  # over a new connection


async def test_another_programs_lock_tells_everybody_who_waits_at_once(path: Path, clock: Clock, note: Note) -> None:
    async with Ledger.open(path, clock):
        pass
    engine = writer_engine(path, busy=0)
    try:
        async with committing(engine, path) as committer:
            with closing(sqlite3.connect(path, isolation_level=None)) as shell:
                shell.execute("BEGIN IMMEDIATE")
                works = [committer.commit(note(f"{number}")) for number in range(20)]
                with capture_logs() as logs:
                    told = await asyncio.gather(*works, return_exceptions=True)
                assert all(isinstance(outcome, Retry) for outcome in told)
                assert [(log["event"], log["works"]) for log in logs] == [("ledger_batch_failed", 20)]
                assert "another program holds it locked" in str(told[0])
                shell.execute("ROLLBACK")
            await committer.commit(note("after"))
            assert committer.batches == 1
    finally:
        await engine.dispose()
