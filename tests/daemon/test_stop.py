"""``forum-bridge run`` as the service manager sees it: a process that tells how it is, and stops without losing
anything."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.daemon.manager import Manager, listening
from tests.daemon.place import SECRET, SECRETS, Place, knock, now, open_place, until

from forum_bridge.daemon import shift
from forum_bridge.ledger import tally
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.sandbox.forum.faults import What


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as made:
        made.tree["webhook"]["bind"] = f"127.0.0.1:{made.free_port()}"
        yield made


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with listening(tmp_path / "notify") as made:
        yield made


@asynccontextmanager
async def run(place: Place, manager: Manager | None, stdin: int = asyncio.subprocess.DEVNULL) -> AsyncIterator[Process]:
    log = place.path.with_name("log")
    environ = {"PATH": os.environ["PATH"], "WATCHDOG_USEC": "1000000"}
    if manager is not None:
        environ["NOTIFY_SOCKET"] = manager.address
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "forum_bridge", "run", "--config", str(place.written())),
            env=environ,
            stdin=stdin,
            stdout=out,
            stderr=out,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


Process = asyncio.subprocess.Process


async def end(process: Process) -> int:
    process.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(process.wait(), 30)


async def counts(place: Place, road: str) -> dict[State, int]:
    async with Ledger.open(place.ledger, now, read_only=True) as ledger, ledger.reading() as db:
        return await tally.counts(db, road)


async def test_ready_is_told_once_the_door_is_open(place: Place, manager: Manager) -> None:
    async with run(place, manager) as process:
        told = await manager.until("READY")
        assert await knock(place.port, SECRET) == 400
        assert [each for each in told if "EXTEND_TIMEOUT_USEC" in each]
        told = await manager.until("STATUS", "1 forum; 0 posts and 0 answers waiting; no troubles")
        assert {"WATCHDOG": "1"} in told
        assert await end(process) == 0
        assert manager.heard()[-1]["STOPPING"] == "1"


async def test_the_watchdog_is_fed_four_times_in_its_time(place: Place, manager: Manager) -> None:
    async with run(place, manager) as process:
        for _ in range(5):
            await manager.until("WATCHDOG")
        assert await end(process) == 0


async def test_hup_reads_the_configuration_anew(place: Place, manager: Manager) -> None:
    async with run(place, manager) as process:
        await manager.until("READY")
        place.changed()["forums"]["kargo"]["every"] = "1s"
        place.written()
        process.send_signal(signal.SIGHUP)
        reloading = await manager.until("RELOADING")
        assert int(reloading[-1]["MONOTONIC_USEC"]) > 0
        assert (await manager.until("READY"))[-1]["STATUS"] == "Reloaded"
        place.changed()["webhook"]["secret"] = "short"
        place.written()
        process.send_signal(signal.SIGHUP)
        await manager.until("RELOADING")
        assert (await manager.until("READY"))[-1]["STATUS"].startswith("the new configuration was refused")
        assert await knock(place.port, SECRET) == 400
        assert await end(process) == 0
    log = place.path.with_name("log").read_text()
    assert "configuration_taken_over" in log
    assert "webhook.secret: is shorter than 24 characters" in log
    assert not any(secret in log for secret in SECRETS)


async def test_a_closed_terminal_ends_it(place: Place, manager: Manager) -> None:
    try:
        ours, theirs = pty.openpty()
    except OSError:
        pytest.skip("no pseudo-terminals here: mount devpts at /dev/pts")
    try:
        async with run(place, manager, stdin=theirs) as process:
            await manager.until("READY")
            process.send_signal(signal.SIGHUP)
            assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        os.close(ours)
        os.close(theirs)


async def test_a_write_under_way_is_finished_before_it_ends(place: Place, manager: Manager) -> None:
    async with run(place, manager) as process:
        await manager.until("STATUS", "1 forum; 0 posts and 0 answers waiting; no troubles")
        write = place.desk.faults.next(r"POST /api/cases\.json", "hang")
        place.write("Kapanırken")
        await until(lambda: write.hits == 1)
        process.send_signal(signal.SIGTERM)
        await manager.until("STOPPING")
        assert process.returncode is None
        write.release()
        assert await asyncio.wait_for(process.wait(), 30) == 0
    assert len(place.desk.cases()) == 1
    assert (await counts(place, "post"))[State.SENT] == 1


async def test_a_write_that_never_ends_is_recorded_and_looked_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "PATIENCE", timedelta(0))
    async with place.daemon():
        place.desk.faults.next(r"POST /api/cases\.json", "hang", takes_effect=True)
        place.write("Yarıda")
        await until(lambda: len(place.desk.cases()) == 1)
    assert (await counts(place, "post"))[State.SENDING] == 1
    place.desk.faults.clear()
    async with place.daemon() as daemon:
        assert (await daemon.look()) == "1 forum; 1 post and 0 answers waiting; no troubles"


async def test_a_stop_while_the_forum_hangs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "PATIENCE", timedelta(0))
    async with place.daemon():
        hang = place.forum.faults.next("GET /board", What.HANG, None)
        place.write("Okunmadan")
        await until(lambda: hang.hits == 1)
    assert await counts(place, "post") == {}
    place.forum.faults.clear()
    async with place.daemon():
        await until(lambda: len(place.desk.cases()) == 1)
