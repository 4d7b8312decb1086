"""Somebody has laid a link where the bridge writes: what it leads to stays as it was, whatever the bridge does."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from forum_bridge.bridge.quarantine import FOLDER, Quarantine, empty
from forum_bridge.daemon.control import Commanded, Control, socket_path
from forum_bridge.errors import Evidence, LedgerRefused
from forum_bridge.ledger.backup import backup, twin
from forum_bridge.ledger.epoch import Epoch, write
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.restore import restore

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WORDS = "Ayşe'nin mektubu"
PAGE = Evidence("https://forum.example/1", "<p>half a page</p>")
BESIDE = (
    "ledger.db.lock", "ledger.db.epoch", "ledger.db.epoch.partial", "ledger.db-wal", "ledger.db-shm",
    "ledger.db-journal", "ledger.db.before-0001.bak", "copy.db", "copy.db.partial", "copy.db.partial-journal",
    "copy.db.epoch.partial", "ledger.db.restoring", "ledger.db.restoring.partial",
    f"ledger.db.replaced-{NOW:%Y%m%d-%H%M%S}.bak", f"ledger.db.replaced-{NOW:%Y%m%d-%H%M%S}.bak-wal",
)  # fmt: skip


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a ledger that was in use."""
    path = tmp_path_factory.mktemp("used") / "state" / "ledger.db"
    path.parent.mkdir()
    asyncio.run(opened(path))
    return path.parent


@pytest.fixture
def ledger(used: Path, tmp_path: Path) -> Path:
    """A ledger of its own, and a copy of it from before."""
    shutil.copytree(used, tmp_path / "state")
    backup(tmp_path / "state" / "ledger.db", tmp_path / "older.db")
    return tmp_path / "state" / "ledger.db"


class Victim:
    """What a link leads to: a file that is there, or a place where nothing is yet."""

    def __init__(self, place: Path, *, there: bool) -> None:
        self.place = place
        self.there = there
        if there:
            place.write_text(WORDS, encoding="utf-8")
            place.chmod(0o644)

    def is_as_it_was(self) -> bool:
        if not self.there:
            return not self.place.exists()
        return self.place.read_text(encoding="utf-8") == WORDS and stat.S_IMODE(self.place.stat().st_mode) == 0o644


@pytest.fixture(params=[True, False], ids=["to_a_file", "to_nowhere"])
def victim(tmp_path: Path, request: pytest.FixtureRequest) -> Victim:
    return Victim(tmp_path / "victim", there=request.param)


async def opened(ledger: Path) -> None:
    async with Ledger.open(ledger, clock) as used:
        await used.probe()


async def copied(ledger: Path) -> None:
    backup(ledger, ledger.with_name("copy.db"), checked=True)


async def rehearsed(ledger: Path) -> None:
    twin(ledger, ledger.with_name("copy.db"))


async def put_back(ledger: Path) -> None:
    restore(ledger.parent.with_name("older.db"), ledger, NOW)


async def moved_on(ledger: Path) -> None:
    write(ledger, Epoch.first())


@pytest.mark.parametrize("name", BESIDE)
async def test_nothing_beside_the_ledger_is_followed(ledger: Path, victim: Victim, name: str) -> None:
    link = ledger.with_name(name)
    for step in (copied, rehearsed, moved_on, put_back, opened):
        link.unlink(missing_ok=True)
        link.symlink_to(victim.place)
        with suppress(OSError, LedgerRefused, sqlite3.Error):
            await step(ledger)
        assert victim.is_as_it_was(), step.__name__


async def test_a_copy_takes_the_links_place(ledger: Path, victim: Victim) -> None:
    copy = ledger.with_name("copy.db")
    for link in (copy, copy.with_name("copy.db.partial")):
        link.symlink_to(victim.place)
    backup(ledger, copy, checked=True)
    assert copy.is_file() and not copy.is_symlink()
    assert victim.is_as_it_was()


@pytest.mark.parametrize(
    "name", ["ledger.db-wal", "ledger.db-shm", "ledger.db-journal", "ledger.db.lock", "ledger.db.epoch"]
)
async def test_a_ledger_with_a_link_beside_it_is_refused_with_what_to_do(
    ledger: Path, victim: Victim, name: str
) -> None:
    link = ledger.with_name(name)
    link.unlink(missing_ok=True)
    link.symlink_to(victim.place)
    with pytest.raises(LedgerRefused, match=f"{name} is a link") as refused:
        await opened(ledger)
    assert f"rm {link}" in refused.value.explanation
    link.unlink()
    await opened(ledger)


@pytest.mark.parametrize("place", [FOLDER, f"{FOLDER}/forum"])
async def test_pages_are_neither_kept_nor_deleted_behind_a_link(tmp_path: Path, place: str) -> None:
    ledger, elsewhere = tmp_path / "state" / "ledger.db", tmp_path / "elsewhere"
    folder = elsewhere if place == FOLDER else tmp_path / "state" / FOLDER
    (elsewhere / "forum").mkdir(parents=True)
    letters = [elsewhere / "letter", elsewhere / "7-20200101T000000000000Z.html"]
    letters += [elsewhere / "forum" / each.name for each in letters]
    for letter in letters:
        letter.write_text(WORDS, encoding="utf-8")
    for each in (elsewhere, elsewhere / "forum"):
        each.chmod(0o755)
    (ledger.parent / place).parent.mkdir(parents=True)
    (ledger.parent / place).symlink_to(elsewhere)

    quarantine = Quarantine(ledger, timedelta(days=14), clock)
    assert await quarantine.keep("forum", 7, PAGE) is None
    await quarantine.tidy()
    with suppress(OSError):
        empty(ledger, "forum")
    assert [each.read_text(encoding="utf-8") for each in letters] == [WORDS] * 4
    assert len(list(elsewhere.rglob("*"))) == 5
    assert {stat.S_IMODE(each.stat().st_mode) for each in (elsewhere, elsewhere / "forum")} == {0o755}
    assert folder.is_dir()


async def test_a_page_is_not_written_through_a_link_which_is_deleted_itself(tmp_path: Path, victim: Victim) -> None:
    ledger = tmp_path / "ledger.db"
    place = tmp_path / FOLDER / "forum"
    place.mkdir(parents=True)
    link = place / f"7-{NOW:%Y%m%dT%H%M%S%fZ}.html"
    link.symlink_to(victim.place)
    quarantine = Quarantine(ledger, timedelta(days=14), clock)
    assert await quarantine.keep("forum", 7, PAGE) is None
    old = place / "7-20200101T000000000000Z.html"
    old.symlink_to(victim.place)
    await quarantine.tidy()
    assert not old.is_symlink()
    empty(ledger, "forum")
    assert list(place.iterdir()) == []
    assert victim.is_as_it_was()


async def test_the_control_socket_takes_the_links_place(tmp_path: Path, victim: Victim) -> None:
    path = socket_path(tmp_path / "ledger.db", {})
    path.symlink_to(victim.place)
    async with Control(path, tmp_path / "ledger.db", cast("Commanded", object())):
        assert path.is_socket() and not path.is_symlink()
        assert victim.is_as_it_was()
