"""The machine misbehaves: its disk is full, its ledger is locked or may not be written, its clock jumps. Both roads go
on once it is well again, and each post stands on the desk once, each answer in its thread once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import aiohttp
import pytest
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.desk.faults import Fault as DeskFault
from forum_bridge.sandbox.forum.faults import Fault as ForumFault
from forum_bridge.sandbox.forum.faults import What

APPEND, REPLY = r"POST /api/cases/\d+/messages\.json", r"POST /thread/\d+/reply"
Unwell = Callable[[World], Awaitable[Callable[[], Awaitable[None]]]]


async def pragma(world: World, text: str) -> None:
    await world.ledger.commit(lambda db: db.exec_driver_sql(f"PRAGMA {text}"))


async def full(world: World) -> Callable[[], Awaitable[None]]:
    await pragma(world, "max_page_count=1")  # SQLite takes the present size instead
    return lambda: pragma(world, "max_page_count=1000000")


async def locked(world: World) -> Callable[[], Awaitable[None]]:
    shell = sqlite3.connect(world.ledger_path, isolation_level=None)
    await pragma(world, "busy_timeout=1")
    shell.execute("BEGIN IMMEDIATE")

    async def let_go() -> None:
        shell.close()

    return let_go


async def read_only(world: World) -> Callable[[], Awaitable[None]]:
    async def again() -> None:
        """The ledger opens its connection anew by itself, at the first failure."""

    await pragma(world, "query_only=ON")
    return again


@pytest.mark.parametrize("unwell", [full, locked, read_only])
async def test_what_comes_while_the_ledger_cannot_be_written_is_lost_nowhere(world: World, unwell: Unwell) -> None:
    first = await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    well = await unwell(world)
    second = world.forum.reply(world.forum.threads()[0].id, world.deniz, "x" * 30_000)
    answer = await world.deskie.agent_reply(case.case_id, f"<p>Yarın. {'y' * 30_000}</p>", ELIF)
    world.clock.advance(seconds=2)
    await asyncio.gather(world.polled(), world.deskie.webhooks_idle(), return_exceptions=True)
    told = world.deskie.deliveries_of(answer.message_id)[0].accepted
    known = len(await world.answer_states()) == 1
    assert told == known  # 200 is said of what is kept, and of nothing else
    await well()
    for _ in range(4):
        await world.later(minutes=6)
    assert [world.times_delivered(post) for post in (first, second.id)] == [1, 1]
    assert sum("Yarın" in text for text in world.ours()) == 1
    with closing(sqlite3.connect(world.ledger_path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("hours", [-26, -1, 1, 26])
@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_jumps_while_writes_are_lost_doubles_nothing(
    world: World, hours: float, restarts: bool
) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.deskie.faults.next(APPEND, "cut_after")
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    second = await world.reply(world.forum.threads()[0].id, "Hâlâ yok.")
    await world.answer(case.case_id, "<p>Yarın sizde.</p>")
    world.clock.advance(hours=hours)
    if restarts:
        await world.restart()
    for _ in range(4):
        await world.later(seconds=31)
    await world.later(hours=max(-hours, 0))  # at the latest when the clock is where it was
    for _ in range(4):
        await world.later(seconds=31)
    assert world.times_delivered(second) == 1
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize("seconds", [1, 29])
async def test_a_write_that_takes_effect_after_its_connection_ended_is_found(world: World, seconds: int) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    late: list[DeskFault | ForumFault] = [
        world.deskie.faults.next(APPEND, "late"),
        world.forum.faults.next(REPLY, "late"),
    ]
    second = await world.reply(world.forum.threads()[0].id, "Hâlâ yok.")
    await world.answer(case.case_id, "<p>Yarın sizde.</p>")
    await world.later(seconds=seconds)
    for fault in late:
        fault.released.set()
        await asyncio.gather(*fault.late)
    for _ in range(4):
        await world.later(seconds=31)
    assert world.times_delivered(second) == 1
    assert len(world.ours()) == 1


async def test_a_lock_of_another_program_delays_webhooks_and_says_so(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    let_go = await locked(world)
    async with aiohttp.ClientSession() as http:
        body = {"type": "message_new", "object[message_id]": "7", "object[case_id]": "1", "object[content]": "Yarın"}
        async with http.post(world.door, data=body) as told:
            assert told.status == 503
            assert told.headers["Retry-After"]
    await let_go()
