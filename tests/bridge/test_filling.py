"""Adopt and backfill: what stands on a forum counts as seen, or what was old becomes cases; both once, over a crash."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from tests.bridge.world import World

from forum_bridge.bridge.backfill import Filled
from forum_bridge.daemon.filling import adopt, backfill
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import threads


async def filled(world: World, name: str, since: datetime | None = None, limit: int | None = None) -> list[Filled]:
    running = backfill(world.ledger, world.sites, world.wake, world.clock, name, since, limit)
    told = [each async for each in running]
    await world.settle()
    return told


def delivered(world: World) -> list[int]:
    """Return the posts on the desk in the order of their messages, by their footers."""
    every = sorted(
        (each for case in world.deskie.cases() for each in world.deskie.messages(case) if each.user_id),
        key=lambda each: each.message_id,
    )
    return [int(re.findall(r"/post/(\d+)", each.content_html)[-1]) for each in every]


async def with_an_old_thread(world: World, posts: int = 14) -> tuple[str, list[int]]:
    """A thread that was there before the bridge began; return its address and posts."""
    await world.bridge_down()
    opened = world.forum.open_thread(world.deniz, "Eski konu", "Soru 0")
    ids = [opened.id]
    for number in range(1, posts):
        world.clock.advance(minutes=1)
        ids.append(world.forum.reply(opened.thread_id, world.deniz, f"Soru {number}").id)
    world.clock.advance(hours=1)
    for each in world.ledger_path.parent.glob(f"{world.ledger_path.name}*"):  # and what would tell of one put back
        each.unlink()
    await world.bridge_up()
    await world.settle()
    assert delivered(world) == []
    return f"{world.url}/thread/{opened.thread_id}", ids


async def test_old_posts_become_a_case_oldest_first_and_once(world: World) -> None:
    url, ids = await with_an_old_thread(world)
    told = await filled(world, url)
    assert told[-1].taken == len(ids)
    await world.later(minutes=2)  # the desk takes so many requests a minute
    assert delivered(world) == ids
    assert len({case.case_id for case in world.deskie.cases()}) == 1
    assert (await filled(world, url))[-1].taken == 0
    await world.restart()
    await world.later(minutes=5)
    assert delivered(world) == ids


async def test_in_pieces_and_over_a_crash_nothing_is_sent_twice(world: World) -> None:
    url, ids = await with_an_old_thread(world)
    assert (await filled(world, url, limit=5))[-1] == Filled(url, 5, 5, left=True)
    assert delivered(world) == ids[:5]
    world.deskie.faults.next(r"POST /api/cases/\d+/messages\.json", "cut_after")
    running = backfill(world.ledger, world.sites, world.wake, world.clock, url, None, None)
    await anext(running)
    await running.aclose()
    await world.restart()
    await filled(world, url)
    for _ in range(6):
        await world.later(seconds=31)
    assert delivered(world) == ids


async def test_only_from_a_moment_on(world: World) -> None:
    url, ids = await with_an_old_thread(world)
    written = {post.id: post.time for post in world.forum.posts()}
    told = await filled(world, url, since=written[ids[10]])
    assert (told[-1].taken, delivered(world)) == (4, ids[10:])


async def test_a_whole_forum_within_the_days_number_of_new_cases(world: World) -> None:
    world.config = world.config.model_copy(
        update={"deskie": world.config.deskie.model_copy(update={"new_cases_per_day": 1})}
    )
    await with_an_old_thread(world, posts=1)
    told = await filled(world, "sandbox")
    assert sum(each.taken for each in {each.target: each for each in told}.values()) >= 2
    assert len(world.deskie.cases()) == 1
    for _ in range(160):
        await world.later(minutes=11)
    assert len(world.deskie.cases()) >= 2


async def test_our_own_posts_and_those_left_out_by_name_stay_out(world: World) -> None:
    world.configure(lambda forum: forum.update(ignore_authors=["Ayşe"]))
    url, ids = await with_an_old_thread(world, posts=2)
    us = world.forum.person("acme_destek")
    assert us is not None
    thread = int(url.rpartition("/")[2].partition("-")[0])
    world.forum.reply(thread, us, "Yanıt")
    world.forum.reply(thread, "Ayşe", "Bende de.")
    await filled(world, url)
    assert delivered(world) == ids


async def test_an_edit_that_no_poll_saw_is_told_by_it(world: World) -> None:
    made = await world.write("Kargo", "Sipariş 4419 nerede?")
    world.forum.edit(made, "Sipariş 4491 nerede?")
    await world.later(minutes=5)
    await filled(world, f"{world.url}/thread/{world.forum.threads()[0].id}")
    await world.later(minutes=5)
    notes = [each for case in world.deskie.cases() for each in world.deskie.messages(case) if each.note]
    assert len(notes) == 1


async def test_what_waits_is_not_sent_once_it_is_adopted_and_what_comes_later_is(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", "429", times=3)
    await world.write("Kargo", "Nerede?")
    unread = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Daha okunmadı.")
    world.clock.advance(minutes=2)
    assert "1 posts that waited are not sent" in await adopt(world.ledger, "sandbox", world.clock)
    world.clock.advance(minutes=2)
    new = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Bir daha sorayım.")
    for _ in range(5):
        await world.later(minutes=2)
    assert delivered(world) == [new.id]
    assert (await world.post_states())[str(unread.id)] == "old"
    await adopt(world.ledger, "sandbox", world.clock)
    await world.restart()
    await world.later(minutes=5)
    assert delivered(world) == [new.id]


async def test_a_thread_alone_is_adopted(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", "429", times=2)
    await world.write("Kargo", "Nerede?")
    other = await world.write("İade", "Olur mu?")
    async with world.ledger.reading() as db:
        thread = await threads.get(db, "sandbox", "2")
    assert thread is not None
    await adopt(world.ledger, thread.ref.url, world.clock)
    for _ in range(5):
        await world.later(minutes=2)
    assert delivered(world) == [other]


async def test_what_was_adopted_can_be_filled_in_again(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", "429")
    made = await world.write("Kargo", "Nerede?")
    world.clock.advance(minutes=2)
    await adopt(world.ledger, "sandbox", world.clock)
    await filled(world, "sandbox", since=world.clock() - timedelta(hours=1))
    await world.later(minutes=2)
    assert made in delivered(world)


async def test_what_is_being_sent_is_not_adopted(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", "cut_after")
    made = await world.write("Kargo", "Nerede?")
    await adopt(world.ledger, "sandbox", world.clock)
    for _ in range(3):
        await world.later(minutes=1)
    assert (await world.post_states())[str(made)] == "sent"
    assert delivered(world) == [made]


async def test_what_is_unknown_is_told(world: World) -> None:
    with pytest.raises(BridgeError, match="was read yet"):
        await adopt(world.ledger, "https://other.example/t/1", world.clock)
    with pytest.raises(BridgeError, match="neither a configured forum"):
        await filled(world, "https://other.example/t/1")
