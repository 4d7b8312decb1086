"""Pages that tell no times: what is new is told by its number, whichever thread is read first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bridge.world import World, open_world

TIMELESS = {"posts": {"time": ".nowhere", "edited": ".nowhere"}, "board": {"time": ".nowhere"}}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Its threads tell no times, and a poll reads one of them."""

    def before(world: World) -> None:
        watch = [{"board": f"{world.url}/board/1"}, {"thread": f"{world.url}/thread/1"}]
        world.configure(lambda forum: forum.update(options={**TIMELESS, "threads_a_poll": 1}, watch=watch))
        world.forum.open_thread(world.deniz, "Eski", "Geçen yıldan")

    async with open_world(tmp_path / "ledger.sqlite", before) as made:
        for _ in range(5):
            await made.later(seconds=2)
        yield made


async def test_what_was_there_at_first_is_old(world: World) -> None:
    assert world.deskie.cases() == []
    assert set((await world.post_states()).values()) == {"old"}


async def test_threads_that_wait_for_their_turn_are_new(world: World) -> None:
    posts = [world.forum.open_thread(world.deniz, f"Konu {number}", "Nerede?").id for number in range(4)]
    for _ in range(6):
        await world.later(seconds=2)
    assert [world.times_delivered(each) for each in posts] == [1] * 4


async def test_a_thread_that_failed_once_is_new(world: World) -> None:
    first = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.forum.faults.next(rf"GET /thread/{first.thread_id}\b", 503, 2)
    later = world.forum.open_thread(world.deniz, "Fatura", "Faturam yok")
    for _ in range(6):
        await world.later(minutes=2)
    assert [world.times_delivered(each.id) for each in (first, later)] == [1, 1]


async def test_a_thread_of_a_board_that_is_polled_after_another_place_is_new(world: World) -> None:
    made = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    later = world.forum.reply(1, world.deniz, "Buradan da yazayım")
    world.clock.advance(seconds=2)
    board, thread = await world.watches()
    for watch in (thread, board, board):
        await world.poll(watch.id)
    await world.later(seconds=2)
    assert [world.times_delivered(each.id) for each in (made, later)] == [1, 1]


async def test_an_old_thread_that_moves_brings_only_what_is_new(world: World) -> None:
    for number in range(3):
        world.forum.open_thread(world.deniz, f"Konu {number}", "Nerede?")
    for _ in range(4):
        await world.later(minutes=1)
    before = await world.post_states()
    made = await world.reply(2, "Hatırladınız mı?")
    await world.later(seconds=2)
    assert world.times_delivered(made) == 1
    assert await world.post_states() == before | {str(made): "sent"}
