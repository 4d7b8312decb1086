"""Who may ask which host when."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from forum_bridge.errors import Retry

if TYPE_CHECKING:
    from tests.web.conftest import HandClock

    from forum_bridge.web.pacer import Pacer

PACE = timedelta(seconds=2)


async def test_requests_to_one_host_start_a_pace_apart(pacer: Pacer, clock: HandClock) -> None:
    starts = []
    for host in ("a", "a", "b", "a"):
        async with pacer.turn(host, PACE):
            starts.append((host, (clock.now - clock.now.replace(hour=12, minute=0, second=0)).total_seconds()))

    assert starts == [("a", 0), ("a", 2), ("b", 2), ("a", 4)]


async def test_a_rest_counts_from_the_end_of_the_last_request(pacer: Pacer, clock: HandClock) -> None:
    async with pacer.turn("a", PACE):
        clock.now += timedelta(seconds=1.5)
    async with pacer.turn("a", PACE, timedelta(seconds=1)):
        assert clock.slept == [1]
    async with pacer.turn("a", PACE, timedelta(seconds=1)):
        assert clock.slept == [1, 2]


async def test_one_at_a_time_in_the_order_of_asking(pacer: Pacer) -> None:
    told: list[str] = []
    release = asyncio.Event()

    async def ask(name: str) -> None:
        async with pacer.turn("a", timedelta()):
            told.append(f"{name} in")
            if name == "one":
                await release.wait()
            told.append(f"{name} out")

    async with asyncio.TaskGroup() as tasks:
        for name in ("one", "two", "three"):
            tasks.create_task(ask(name))
        await asyncio.sleep(0)
        assert told == ["one in"]
        release.set()

    assert told == ["one in", "one out", "two in", "two out", "three in", "three out"]


async def test_a_closed_host_sends_callers_away_and_opens_by_itself(pacer: Pacer, clock: HandClock) -> None:
    pacer.close("a", clock.now + timedelta(minutes=10))
    pacer.close("a", clock.now + timedelta(minutes=5))  # does not open it sooner

    with pytest.raises(Retry) as refused:
        async with pacer.turn("a", PACE):
            pass
    assert refused.value.after == timedelta(minutes=10)

    clock.now += timedelta(minutes=9, seconds=30)
    async with pacer.turn("a", PACE):
        assert clock.slept == [30]


async def test_a_clock_set_back_costs_no_more_than_the_pace(pacer: Pacer, clock: HandClock) -> None:
    async with pacer.turn("a", PACE):
        pass
    clock.now -= timedelta(days=1)

    async with pacer.turn("a", PACE):
        assert clock.slept == [2]


async def test_a_failed_request_gives_the_host_back(pacer: Pacer) -> None:
    with pytest.raises(ZeroDivisionError):
        async with pacer.turn("a", PACE):
            raise ZeroDivisionError

    async with asyncio.timeout(5), pacer.turn("a", PACE):
        pass


async def test_a_host_that_closed_while_our_clock_was_fast_is_left_alone_no_longer_than_it_asked(
    pacer: Pacer, clock: HandClock
) -> None:
    clock.now += timedelta(days=2)
    pacer.close("a", clock.now + timedelta(minutes=10))
    clock.now -= timedelta(days=2)
    with pytest.raises(Retry) as refused:
        async with pacer.turn("a", PACE):
            pass
    assert refused.value.after == timedelta(minutes=10)
    clock.now += timedelta(minutes=10)
    async with pacer.turn("a", PACE):
        assert clock.slept == []
