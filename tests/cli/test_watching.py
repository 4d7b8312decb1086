"""What is shown again and again, on a terminal and elsewhere, without waiting."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime

from rich.console import Console

from forum_bridge.cli.say import Lines
from forum_bridge.cli.watching import EVERY, watching
from forum_bridge.errors import LedgerRefused

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


def clock() -> datetime:
    return datetime(2026, 11, 23, 9, 5, 7, tzinfo=UTC)


class Times:
    """Lets it be shown a number of times; then Ctrl-C."""

    def __init__(self, times: int, *, fails: int = 0) -> None:
        self._times = times
        self._fails = fails
        self.shown = 0
        self.slept: list[float] = []

    async def show(self, say: Lines) -> None:
        self.shown += 1
        if self.shown == self._fails:
            raise LedgerRefused("There is no ledger.", explanation="Start the bridge.")
        for number in range(40):
            say.line(f"satır {number} ğüş, {self.shown}. kez")

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.shown == self._times:
            raise asyncio.CancelledError


def screen(*, terminal: bool) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=80, height=24, legacy_windows=False), out


async def test_elsewhere_one_stands_below_the_other_under_its_moment() -> None:
    console, out = screen(terminal=False)
    times = Times(3)
    await watching(times.show, console, clock, times.sleep)
    assert times.slept == [EVERY] * 3
    assert out.getvalue().count("2026-11-23 09:05:07 UTC\n") == 3
    assert "satır 0 ğüş, 3. kez\n" in out.getvalue()
    assert "\x1b" not in out.getvalue()


async def test_on_a_terminal_it_has_a_screen_of_its_own_and_gives_it_back() -> None:
    console, out = screen(terminal=True)
    times = Times(2)
    await watching(times.show, console, clock, times.sleep)
    told = out.getvalue()
    assert told.startswith(ENTER) or ENTER in told.partition("satır")[0]
    assert told.rstrip().endswith("\x1b[?25h") or LEAVE in told.rpartition("satır")[2]
    assert LEAVE in told.rpartition("satır")[2]
    assert "09:05:07 UTC" in told


async def test_what_does_not_fit_on_it_gives_way_at_the_top() -> None:
    console, out = screen(terminal=True)
    times = Times(1)
    await watching(times.show, console, clock, times.sleep)
    assert "satır 39 " in out.getvalue()
    assert "satır 17 " in out.getvalue()
    assert "satır 3 " not in out.getvalue()


async def test_a_ledger_that_is_away_for_a_moment_does_not_end_it() -> None:
    for terminal in (True, False):
        console, out = screen(terminal=terminal)
        times = Times(2, fails=1)
        await watching(times.show, console, clock, times.sleep)
        assert "There is no ledger." in out.getvalue()
        assert "Start the bridge." in out.getvalue()
        assert "satır 39 ğüş, 2. kez" in out.getvalue()
