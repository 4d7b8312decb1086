"""Backups, restoring and the check at the start, with real files."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.ledger.conftest import Note

from forum_bridge.errors import LedgerInUse, LedgerRefused
from forum_bridge.ledger import put_back, soundness
from forum_bridge.ledger.backup import backup, twin
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.restore import restore
from forum_bridge.model import Clock

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def damage(path: Path) -> None:
    """Overwrite the middle of a database that has enough pages for it."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)


async def kept(path: Path, clock: Clock, note: Note, *names: str) -> None:
    async with Ledger.open(path, clock) as ledger:
        for name in names:
            await ledger.commit(note(name))


def keys(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as file:
        return {row[0] for row in file.execute("SELECT key FROM meta")}


async def test_a_copy_is_made_while_the_ledger_is_written(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("before"))
        backup(path, copy, checked=True)
        await ledger.commit(note("after"))
    assert "before" in keys(copy)
    assert "after" not in keys(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(path.parent.glob("copy?*"))


async def test_a_twin_to_try_things_on_was_not_put_back(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("twin")
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("before"))
        twin(path, copy)
        async with Ledger.open(copy, clock) as other, other.reading() as db:
            assert await put_back.known(db) is None
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        assert await put_back.known(db) is None
    assert "before" in keys(copy)


async def test_what_is_damaged_is_not_copied_over_a_good_copy(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    await kept(path, clock, note, "one")
    backup(path, copy, checked=True)
    damage(path)
    with pytest.raises((LedgerRefused, sqlite3.DatabaseError)):
        backup(path, copy, checked=True)
    assert "one" in keys(copy)
    assert not list(path.parent.glob("*.partial"))


async def test_a_damaged_ledger_is_refused_with_what_to_do(path: Path, clock: Clock, note: Note) -> None:
    await kept(path, clock, note, "one")
    damage(path)
    with pytest.raises(LedgerRefused, match="is damaged") as refused:
        async with Ledger.open(path, clock):
            pass
    assert "forum-bridge restore" in refused.value.explanation
    assert ".recover" in refused.value.explanation


def test_a_check_that_takes_too_long_is_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE t (x)")
        file.execute(
            "WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 200000) INSERT INTO t SELECT i FROM n"
        )
    assert soundness.faults(path) == []
    assert soundness.faults(path, bound=0.0) is None
    soundness.check(path)


async def test_restoring_keeps_the_present_one_and_is_noticed(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    await kept(path, clock, note, "one")
    backup(path, copy)
    await kept(path, clock, note, "two")
    done = restore(copy, path, NOW)
    assert done.kept is not None
    assert done.knows_until == clock()
    assert {"one", "two"} <= keys(done.kept)
    assert "two" not in keys(path)
    assert "one" in keys(copy)
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        assert await put_back.known(db) is not None
    rights = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir() if each.name.startswith("ledger")}
    assert rights == {0o600}


async def test_a_ledger_in_use_is_not_replaced(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("one"))
        backup(path, copy)
        with pytest.raises(LedgerInUse):
            restore(copy, path, NOW)
        await ledger.commit(note("two"))
    assert {"one", "two"} <= keys(path)


async def test_what_is_no_sound_ledger_is_not_put_in_place(path: Path, clock: Clock, note: Note) -> None:
    await kept(path, clock, note, "one")
    broken, other, text, newer = (path.with_name(name) for name in ("broken", "other", "text", "newer"))
    for file in (broken, newer):
        shutil.copy(path, file)
    damage(broken)
    with closing(sqlite3.connect(other)) as made, made:
        made.execute("CREATE TABLE t (x)")
    text.write_text("not a database, but long enough to be looked at by anybody who wonders" * 20)
    with closing(sqlite3.connect(newer)) as made, made:
        made.execute("UPDATE meta SET value = '999' WHERE key = 'readable_from'")
    for file_, why in ((broken, "damaged"), (other, "not a ledger"), (text, "not a ledger"), (newer, "newer forum-b")):
        with pytest.raises(LedgerRefused, match=why):
            restore(file_, path, NOW)
    with pytest.raises(LedgerRefused, match="no file"):
        restore(path.with_name("nowhere"), path, NOW)
    with pytest.raises(LedgerRefused, match="is the ledger itself"):
        restore(path, path, NOW)
    async with Ledger.open(path, clock) as ledger, ledger.reading() as db:
        assert await put_back.known(db) is None
    assert "one" in keys(path)
    assert not list(path.parent.glob("*.restoring"))


async def test_a_damaged_ledger_is_replaced_and_kept_with_its_journal(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    await kept(path, clock, note, "one")
    backup(path, copy)
    damage(path)
    wal = path.with_name(f"{path.name}-wal")
    wal.write_bytes(b"left behind")
    done = restore(copy, path, NOW)
    assert done.kept is not None
    assert not wal.exists()
    async with Ledger.open(path, clock) as ledger, ledger.reading():
        pass
    assert "one" in keys(path)


async def test_a_copy_with_its_journal_beside_it_is_whole(path: Path, clock: Clock, note: Note) -> None:
    folder = path.with_name("files")
    folder.mkdir()
    async with Ledger.open(path, clock) as ledger:
        await ledger.commit(note("in the journal"))
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", folder)
    restore(folder / path.name, path, NOW)
    assert "in the journal" in keys(path)


async def test_a_copy_from_before_epochs_is_noticed_where_there_is_none(path: Path, clock: Clock, note: Note) -> None:
    copy = path.with_name("copy")
    await kept(path, clock, note, "one")
    backup(path, copy)
    with closing(sqlite3.connect(copy)) as file, file:
        file.execute("DELETE FROM meta WHERE key = 'epoch'")
    place = path.with_name("new.db")
    assert restore(copy, place, NOW).kept is None
    async with Ledger.open(place, clock) as ledger, ledger.reading() as db:
        assert await put_back.known(db) is not None
