"""The watchdog is fed only while every part of the work goes on and the ledger answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs
from tests.daemon.manager import Manager, Told, listening

from forum_bridge.daemon.heartbeat import EVERY, Heartbeat, Sleep, beating, interval, patience
from forum_bridge.daemon.notify import Notifier
from forum_bridge.daemon.progress import PATIENCE, Progress
from forum_bridge.errors import Retry
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import WorkKind

LONG = PATIENCE.total_seconds() + 1
FED: Told = {"WATCHDOG": "1"}


class Time:
    """A clock that people may set, and one that they may not; both stand still until moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.seconds = 1000.0

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def progress(time: Time) -> Progress:
    return Progress(time.clock, time.monotonic)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with listening(tmp_path / "notify") as made:
        yield made


async def well() -> str:
    return "1 forum; no troubles"


async def turns(number: int = 20) -> None:
    """Let everything that can go on go on."""
    for _ in range(number):
        await asyncio.sleep(0)


def nothing() -> str | None:
    return None


async def test_it_is_fed_while_all_is_well(manager: Manager) -> None:
    heartbeat = Heartbeat(Notifier(manager.address), well, nothing)
    for _ in range(3):
        heartbeat.beat()
        await turns()
        assert manager.heard() == [FED, {"STATUS": "1 forum; no troubles"}]


async def test_a_ledger_that_does_not_answer_ends_the_feeding(manager: Manager, tmp_path: Path, time: Time) -> None:
    free = asyncio.Event()

    async def wedge(_: AsyncConnection) -> None:
        await free.wait()

    async with Ledger.open(tmp_path / "ledger.sqlite", time.clock) as ledger:

        async def look() -> str:
            await ledger.probe()
            return "the ledger answers"

        heartbeat = Heartbeat(Notifier(manager.address), look, nothing)
        stuck = asyncio.create_task(ledger.commit(wedge))
        await turns()
        heartbeat.beat()
        asked = manager.heard()
        with capture_logs() as logs:
            for _ in range(3):
                await turns()
                heartbeat.beat()
        unanswered = manager.heard()
        free.set()
        await stuck
        while {"STATUS": "the ledger answers"} not in manager.heard():  # noqa: ASYNC110 -- SQLite's thread has no event
            await asyncio.sleep(0)
        heartbeat.beat()
        answered = manager.heard()
        while {"STATUS": "the ledger answers"} not in manager.heard():  # noqa: ASYNC110 -- as above; no look outlives it
            await asyncio.sleep(0)
    assert asked == [FED]  # it had only just been asked
    assert FED not in unanswered
    assert [(each["event"], each["what"]) for each in logs] == [("stalled", "the ledger does not answer")]
    assert FED in answered


@pytest.mark.parametrize("error", [Retry("The ledger has no space."), RuntimeError("a-secret")])
async def test_a_ledger_that_refuses_is_told_but_not_restarted(manager: Manager, error: Exception) -> None:
    async def look() -> str:
        raise error

    heartbeat = Heartbeat(Notifier(manager.address), look, nothing)
    for _ in range(2):
        heartbeat.beat()
        await turns()
    told = manager.heard()
    assert told.count(FED) == 2
    shown = "Ledger: The ledger has no space." if isinstance(error, Retry) else "Ledger: RuntimeError, see the log"
    assert {"STATUS": shown} in told


async def test_a_handler_that_hangs_ends_the_feeding(manager: Manager, progress: Progress, time: Time) -> None:
    heartbeat = Heartbeat(Notifier(manager.address), well, progress.stalled)

    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    handler = asyncio.ensure_future(progress.watched(WorkKind.POLL, hang)("7"))
    await turns()
    time.passes(LONG - 2)
    heartbeat.beat()
    await turns()
    assert FED in manager.heard()
    time.passes(3)
    heartbeat.beat()
    told = manager.heard()
    assert FED not in told
    assert "poll 7 has shown no sign of life" in told[0]["STATUS"]
    handler.cancel()
    with suppress(asyncio.CancelledError):
        await handler
    heartbeat.beat()
    assert FED in manager.heard()
    await turns()


async def test_a_handler_that_takes_long_but_goes_on_is_left_alone(progress: Progress, time: Time) -> None:
    step = asyncio.Event()

    async def many_posts(conversation: str) -> None:
        for _ in conversation:
            await step.wait()
            step.clear()
            progress.now()

    handler = asyncio.ensure_future(progress.watched(WorkKind.DELIVER, many_posts)("12345"))
    for _ in range(5):
        await turns()
        time.passes(LONG - 2)
        assert progress.stalled() is None
        step.set()
    await handler
    time.passes(10 * LONG)
    assert progress.stalled() is None  # nothing is due


async def test_one_handler_is_no_excuse_for_another(progress: Progress, time: Time) -> None:
    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    async def quick(_: str) -> None:
        progress.now()

    handler = asyncio.ensure_future(progress.watched(WorkKind.PUBLISH, hang)("kargo"))
    for _ in range(4):
        await turns()
        time.passes(LONG / 3)
        await progress.watched(WorkKind.POLL, quick)("7")
    assert progress.stalled() == "publish kargo has shown no sign of life for 80 minutes"
    handler.cancel()
    with suppress(asyncio.CancelledError):
        await handler


def test_work_that_is_due_and_never_begun_ends_the_feeding(progress: Progress, time: Time) -> None:
    progress.woken(WorkKind.SWEEP, "default", time.now + timedelta(minutes=1))
    time.passes(LONG)
    assert progress.stalled() is None  # overdue, but by less than our patience
    time.passes(60)
    assert progress.stalled() == "overdue: 1; nothing was begun for 61 minutes"


async def test_a_queue_that_moves_is_no_stall(progress: Progress, time: Time) -> None:
    async def quick(_: str) -> None:
        return None

    for number in range(9):
        progress.woken(WorkKind.POLL, str(number), None)
    for number in range(9):
        time.passes(LONG / 2)
        await progress.watched(WorkKind.POLL, quick)(str(number))
        assert progress.stalled() is None


async def test_what_a_handler_asks_for_next_is_watched_too(progress: Progress, time: Time) -> None:
    async def again(_: str) -> datetime:
        return time.now + timedelta(minutes=5)

    await progress.watched(WorkKind.POLL, again)("7")
    time.passes(300 + LONG)
    assert progress.stalled() is not None


async def test_a_handler_that_fails_is_not_under_way_any_more(progress: Progress, time: Time) -> None:
    async def fail(_: str) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await progress.watched(WorkKind.POLL, fail)("7")
    time.passes(2 * LONG)
    assert progress.stalled() is None


async def test_a_clock_that_is_set_by_hours_is_no_stall(progress: Progress, time: Time) -> None:
    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    progress.woken(WorkKind.SWEEP, "default", time.now + timedelta(minutes=1))
    handler = asyncio.ensure_future(progress.watched(WorkKind.POLL, hang)("7"))
    await turns()
    time.now += timedelta(hours=5)
    assert progress.stalled() is None
    handler.cancel()
    with suppress(asyncio.CancelledError):
        await handler


@pytest.mark.parametrize(("watchdog", "seconds"), [(None, EVERY), (180.0, EVERY), (20.0, 5.0)])
def test_four_beats_fit_into_the_watchdogs_time(watchdog: float | None, seconds: float) -> None:
    assert interval(watchdog) == seconds


def ticking() -> tuple[list[float], asyncio.Event, Sleep]:
    waits: list[float] = []
    tick = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await tick.wait()
        tick.clear()

    return waits, tick, sleep


async def test_it_beats_until_the_daemon_stops(manager: Manager) -> None:
    waits, tick, sleep = ticking()
    async with beating(Heartbeat(Notifier(manager.address), well, nothing), 7.0, sleep):
        for _ in range(3):
            await turns()
            tick.set()
        await turns()
    assert waits == [7.0] * 4
    assert manager.heard().count(FED) == 4


async def test_a_look_that_hangs_does_not_keep_the_daemon_from_stopping(manager: Manager) -> None:
    async def look() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async with beating(Heartbeat(Notifier(manager.address), look, nothing), 7.0):
        await turns()
    assert manager.heard() == [FED]


async def test_more_time_is_asked_for_while_a_start_takes_long(manager: Manager) -> None:
    waits, tick, sleep = ticking()
    async with patience(Notifier(manager.address), "Opening the ledger", sleep):
        for _ in range(2):
            await turns()
            tick.set()
        await turns()
    told = manager.heard()
    assert [each["EXTEND_TIMEOUT_USEC"] for each in told] == ["120000000"] * 3
    assert waits == [EVERY] * 3
