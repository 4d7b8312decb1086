"""``poll``: by the running bridge, in its place, and only as a rehearsal."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from tests.cli.conftest import Place, ended, told

from forum_bridge.sandbox.forum.records import Person

ADDED = "Bir şey daha soracaktım 🙏"


@pytest.fixture
def watched(place: Place) -> Place:
    """Every post of one thread and one board counts, and nothing is read unless asked for."""
    watch = [{"thread": f"{place.url}/thread/2"}, {"board": f"{place.url}/board/1"}]
    place.acme.update(start_from="all", cases={"from": "everyone"}, watch=watch, every="1h")
    place.desk.switches.rate_limit_per_minute = 10_000
    return place


def write(place: Place, thread_id: int = 2) -> None:
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    place.forum.reply(thread_id, deniz, ADDED)


def messages(place: Place) -> str:
    return "\n".join(each.content_html for case in place.desk.cases() for each in place.desk.messages(case))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def test_without_a_bridge_it_reads_and_delivers_in_its_place(watched: Place) -> None:
    ran = await watched.run("poll", "--once")
    assert (ran.status, ran.err) == (0, "")
    assert f"✓ acme: thread {watched.url}/thread/2\n  12 new posts\n" in ran.out
    assert ran.out.count("→ in case ") == 15
    assert ran.out.endswith("\nAll is well.\n")
    assert len(watched.desk.cases()) == 5
    again = await watched.run("poll")
    assert again.status == 0
    assert again.out.count("nothing new") == 2
    assert len(watched.desk.cases()) == 5


async def test_a_running_bridge_does_it_and_goes_on(watched: Place) -> None:
    async with watched.process("run") as bridge:
        await told(bridge, "event=running")
        await told(bridge, "event=desk_ready")
        first = await watched.run("poll")
        assert first.status == 0
        write(watched)
        ran = await watched.run("poll", "acme")
        assert (ran.status, ran.err) == (0, "")
        assert f"✓ acme: thread {watched.url}/thread/2\n  1 new post\n" in ran.out
        assert re.search(r"#\d+ Deniz · \S+\n      → in case \S+\n", ran.out)
        assert ADDED in messages(watched)
        assert bridge.returncode is None
        bridge.send_signal(signal.SIGTERM)
        assert (await ended(bridge)).status == 0
    assert not (watched.folder / "ledger.sqlite.sock").exists()


async def test_only_what_is_named_is_read(watched: Place) -> None:
    ran = await watched.run("poll", f"{watched.url}/board/1/")
    assert ran.status == 0
    assert f"board {watched.url}/board/1" in ran.out
    assert "/thread/2\n" not in ran.out
    unknown = await watched.run("poll", "acne")
    assert (unknown.status, unknown.out) == (2, "")
    assert "acne is neither a configured forum nor a watched address." in unknown.err
    assert "Forums: acme." in unknown.err


async def test_a_watch_that_cannot_be_read_says_why(watched: Place) -> None:
    watched.acme["watch"].insert(0, {"thread": f"{watched.url}/thread/99"})
    ran = await watched.run("poll")
    assert ran.status == 1
    assert f"✗ acme: thread {watched.url}/thread/99\n" in ran.out
    assert "take it out of watch if the thread or board was deleted" in " ".join(ran.out.split())
    assert f"✓ acme: thread {watched.url}/thread/2\n" in ran.out
    assert "1 watch could not be read." in ran.out


async def test_what_does_not_reach_deskie_is_told(watched: Place) -> None:
    watched.desk.faults.next("POST /api", "503", 999)
    ran = await watched.run("poll")
    assert ran.status == 1
    assert "→ waits: " in ran.out
    assert "15 posts wait: a running bridge goes on" in ran.out


async def test_a_dry_run_says_what_would_come_and_writes_nothing(watched: Place) -> None:
    first = await watched.run("poll", "--dry-run")
    assert (first.status, first.err) == (0, "")
    assert first.out.count("→ would open a case") == 5
    assert first.out.count("→ would be a message in the case opened before") == 10
    assert first.out.endswith("\nNothing was written.\n")
    assert sorted(files(watched.folder)) == ["config.yaml"]
    assert watched.desk.cases() == []

    await watched.run("poll")
    write(watched)
    before, cases = files(watched.folder), messages(watched)
    ran = await watched.run("poll", "--dry-run")
    assert f"✓ acme: thread {watched.url}/thread/2\n  1 new post\n" in ran.out
    assert f"→ would be a message in case {case_of(watched, 'Mesaj 1 ')}\n" in ran.out
    assert "✓ acme: board" in ran.out and "nothing new" in ran.out
    after = files(watched.folder)
    assert after["ledger.sqlite"] == before["ledger.sqlite"]
    assert set(after) - set(before) <= {"ledger.sqlite-shm", "ledger.sqlite-wal"}  # what SQLite needs to read
    assert messages(watched) == cases


def case_of(place: Place, text: str) -> str:
    """The number of the case in which a text stands."""
    cases = place.desk.cases()
    return next(
        case.case_number for case in cases if any(text in each.content_html for each in place.desk.messages(case))
    )


async def test_beside_a_running_bridge_a_dry_run_disturbs_nothing(watched: Place) -> None:
    async with watched.process("run") as bridge:
        await told(bridge, "event=running")
        await told(bridge, "event=desk_ready")
        await watched.run("poll")
        write(watched)
        ran = await watched.run("poll", "--dry-run")
        assert ran.status == 0
        assert "would be a message in case" in ran.out
        assert ADDED not in messages(watched)
        assert "1 new post" in (await watched.run("poll")).out


async def test_a_bridge_that_cannot_be_reached_is_said_to_run(watched: Place) -> None:
    async with watched.process("run") as bridge:
        await told(bridge, "event=running")
        (watched.folder / "ledger.sqlite.sock").unlink()
        for words in (("poll",), ("retry", "post-1")):
            ran = await watched.run(*words)
            assert ran.status == 1
            told_so = " ".join(ran.err.split())
            assert f"in use by process {bridge.pid}." in told_so
            assert "run the command as root" in told_so


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder another user's")
async def test_root_makes_no_ledger_in_the_folder_of_a_service(watched: Place) -> None:
    state = watched.folder / "state"
    state.mkdir()
    os.chown(state, 65534, 65534)
    watched.tree["ledger"]["url"] = "state/ledger.sqlite"
    ran = await watched.run("poll")
    assert ran.status == 1
    assert "belongs to another user" in " ".join(ran.err.split())
    assert list(state.iterdir()) == []


async def test_on_a_terminal_a_bar_says_what_is_being_read(watched: Place) -> None:
    ran = await watched.on_terminal("poll")
    assert ran.status == 0
    assert f"reading acme: thread {watched.url}/thread/2 …" in ran.out
    assert "0/2" in ran.out
    assert "All is well." in ran.out
