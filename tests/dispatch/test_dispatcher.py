import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from forum_bridge.dispatch import Dispatcher
from forum_bridge.model import WorkKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAR = NOW + timedelta(days=1)


class Clock:
    """A clock that stands still until it is moved."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


Made = Callable[[Callable[[str], Awaitable[datetime | None]]], Dispatcher]


@pytest.fixture
async def dispatcher() -> AsyncIterator[Made]:
    made: list[Dispatcher] = []

    def make(handler: Callable[[str], Awaitable[datetime | None]]) -> Dispatcher:
        made.append(Dispatcher(dict.fromkeys(WorkKind, handler), Clock()))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        await each.stop(patience=timedelta(0))


async def test_what_is_woken_runs(dispatcher: Made) -> None:
    ran: asyncio.Queue[str] = asyncio.Queue()

    async def handler(key: str) -> None:
        await ran.put(key)

    dispatcher(handler).wake(WorkKind.POLL, "7")
    assert await asyncio.wait_for(ran.get(), 5) == "7"


async def test_one_key_never_runs_twice_at_once_and_a_ring_while_running_is_kept(dispatcher: Made) -> None:
    started: asyncio.Queue[int] = asyncio.Queue()
    go_on = asyncio.Event()
    at_once = 0

    async def handler(key: str) -> datetime | None:
        nonlocal at_once
        at_once += 1
        await started.put(at_once)
        await go_on.wait()
        at_once -= 1
        return FAR  # a finishing run must not erase the ring

    bell = dispatcher(handler)
    bell.wake(WorkKind.DELIVER, "7")
    assert await asyncio.wait_for(started.get(), 5) == 1
    bell.wake(WorkKind.DELIVER, "7")
    bell.wake(WorkKind.DELIVER, "7")
    go_on.set()
    assert await asyncio.wait_for(started.get(), 5) == 1
    assert started.empty()


async def test_different_keys_run_side_by_side(dispatcher: Made) -> None:
    all_three = asyncio.Barrier(3)

    async def handler(key: str) -> None:
        await all_three.wait()

    bell = dispatcher(handler)
    bell.wake(WorkKind.POLL, "1")
    bell.wake(WorkKind.POLL, "2")
    await asyncio.wait_for(all_three.wait(), 5)


async def test_polls_that_hang_do_not_hold_up_deliveries() -> None:
    delivered = asyncio.Event()

    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    async def deliver(_: str) -> None:
        delivered.set()

    bell = Dispatcher({WorkKind.POLL: hang, WorkKind.DELIVER: deliver}, Clock(), at_once=2)
    bell.start()
    try:
        for number in range(5):
            bell.wake(WorkKind.POLL, str(number))
        bell.wake(WorkKind.DELIVER, "7")
        await asyncio.wait_for(delivered.wait(), 5)
    finally:
        await bell.stop(patience=timedelta(0))


async def test_nothing_begins_after_the_stop() -> None:
    ran: list[str] = []

    async def handler(key: str) -> None:
        ran.append(key)

    bell = Dispatcher(dict.fromkeys(WorkKind, handler), Clock())
    bell.start()
    bell.wake(WorkKind.POLL, "late")
    await bell.stop(patience=timedelta(0))
    bell.wake(WorkKind.POLL, "later")
    for _ in range(20):
        await asyncio.sleep(0)
    assert ran == []


async def test_an_earlier_wish_comes_before_a_later_one(dispatcher: Made) -> None:
    ran = asyncio.Event()

    async def handler(key: str) -> None:
        ran.set()

    bell = dispatcher(handler)
    bell.wake(WorkKind.POLL, "7", FAR)
    bell.wake(WorkKind.POLL, "7")
    bell.wake(WorkKind.POLL, "7", FAR)
    await asyncio.wait_for(ran.wait(), 5)


async def test_a_handler_that_fails_ends_neither_itself_nor_others(dispatcher: Made) -> None:
    ran: asyncio.Queue[str] = asyncio.Queue()

    async def handler(key: str) -> None:
        await ran.put(key)
        if key == "bad":
            raise RuntimeError

    bell = dispatcher(handler)
    bell.wake(WorkKind.POLL, "bad")
    assert await asyncio.wait_for(ran.get(), 5) == "bad"
    bell.wake(WorkKind.POLL, "bad")
    bell.wake(WorkKind.POLL, "good")
    assert {await asyncio.wait_for(ran.get(), 5) for _ in range(2)} == {"bad", "good"}


async def test_stopping_waits_for_what_runs_then_cancels_it() -> None:
    ended: list[str] = []
    started = asyncio.Event()

    async def handler(key: str) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(key)
            raise

    bell = Dispatcher(dict.fromkeys(WorkKind, handler), Clock())
    bell.start()
    bell.wake(WorkKind.POLL, "7")
    await asyncio.wait_for(started.wait(), 5)
    await bell.stop(patience=timedelta(0))
    assert ended == ["7"]


async def test_a_clock_moved_by_hand_brings_what_became_due_by_it() -> None:
    clock, ran = Clock(), asyncio.Queue[str]()

    async def handler(key: str) -> datetime | None:
        await ran.put(key)
        return None

    dispatcher = Dispatcher({WorkKind.POLL: handler}, clock)
    dispatcher.start()
    try:
        dispatcher.wake(WorkKind.POLL, "later", FAR)
        dispatcher.wake(WorkKind.POLL, "much later", FAR + timedelta(days=1))
        dispatcher.catch_up()
        assert dispatcher.next_due == FAR
        clock.now = FAR
        dispatcher.catch_up()
        assert await asyncio.wait_for(ran.get(), 5) == "later"
        await asyncio.sleep(0)
        assert dispatcher.next_due == FAR + timedelta(days=1)
        assert ran.empty()
    finally:
        await dispatcher.stop(patience=timedelta(0))
