"""Threads that are locked or deleted, and authors who are no more: said where it matters, and nothing else stops."""

from __future__ import annotations

import pytest
from tests.bridge.world import World

from forum_bridge.sandbox.forum.moderating import DELETED, delete_thread, forget


async def kargo(world: World) -> tuple[int, int]:
    await world.write("Kargo", "Nerede?")
    return world.forum.threads()[0].id, world.deskie.cases()[0].case_id


async def watching(world: World, *threads: int) -> None:
    world.configure(
        lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread}"} for thread in threads])
    )
    await world.restart()
    await world.settle()


async def test_an_answer_to_a_locked_thread_is_dead_and_says_so(world: World) -> None:
    thread, case = await kargo(world)
    world.forum.lock(thread)
    await world.later(seconds=2)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["dead"]
    assert any("locked" in reason for reason in await world.reasons())
    world.forum.lock(thread, locked=False)
    await world.later(minutes=5)
    assert await world.answer_states() == ["dead"]  # nobody said that it should be tried again
    await world.answer(case, "<p>Yolda.</p>")
    assert await world.answer_states() == ["dead", "sent"]
    assert len(world.ours()) == 1


async def test_a_deleted_thread_troubles_its_watch_alone(world: World) -> None:
    thread, case = await kargo(world)
    await watching(world, thread, 1)
    delete_thread(world.forum, thread)
    await world.later(seconds=2)
    gone, other = [each for each in await world.watches() if "thread" in each.watch.target]
    assert gone.trouble is not None
    assert f"/thread/{thread}" in gone.trouble
    assert "take it out of watch if the thread or board was deleted" in gone.trouble
    assert other.trouble is None
    more = await world.reply(1, "Burada da yazıyorum")
    await world.later(seconds=2)
    assert world.times_delivered(more) == 1
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["dead"]
    assert any("There is nothing at this address" in reason and "drop it" in reason for reason in await world.reasons())


async def test_a_deleted_thread_on_a_board_does_not_stop_the_board(world: World) -> None:
    thread, case = await kargo(world)
    delete_thread(world.forum, thread)
    fresh = await world.write("Fatura", "Fatura yok.")
    assert world.times_delivered(fresh) == 1
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["dead"]
    assert all(each.trouble is None for each in await world.watches())


async def test_the_posts_of_a_deleted_author_stay_whose_they_were(world: World) -> None:
    thread, case = await kargo(world)
    await watching(world, thread)
    question = await world.reply(thread, "Alo?")
    forget(world.forum, world.deniz)
    await world.later(seconds=2)
    assert [each.case_id for each in world.deskie.cases()] == [case]
    assert await world.revisions(question) == 1
    world.forum.edit(question, "Alo?\n\nHâlâ bekliyorum")  # by a moderator, or just before the account went
    await world.later(seconds=2)
    assert [each.case_id for each in world.deskie.cases()] == [case]
    assert any("Hâlâ bekliyorum" in html for html in world.messages()[case])


async def test_a_guest_who_is_called_like_deleted_authors_has_a_case_of_their_own(world: World) -> None:
    thread, case = await kargo(world)
    forget(world.forum, world.deniz)
    stranger = await world.reply(thread, "Ben başka biriyim", author=DELETED)
    await world.later(seconds=2)
    assert world.times_delivered(stranger) == 1
    assert len(world.deskie.cases()) == 2
    assert not any("başka biriyim" in html for html in world.messages()[case])
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert len(world.ours()) == 1


async def test_an_ignored_author_s_posts_stay_ignored_when_the_account_is_deleted(world: World) -> None:
    thread, case = await kargo(world)
    world.configure(lambda forum: forum.update(ignore_authors=["Elif Şahin"]))
    await world.restart()
    found = world.forum.person("Elif Şahin")
    spam = await world.reply(thread, "Reklam!", author=found)
    assert found is not None
    forget(world.forum, found)
    world.configure(lambda forum: forum.update(start_from="all"))
    await watching(world, thread)  # asks for everyone's posts, and gives those that were left a second opinion
    for _ in range(3):
        await world.later(seconds=2)
    assert world.times_delivered(spam) == 0
    assert [each.case_id for each in world.deskie.cases()] == [case]


@pytest.mark.parametrize("status", [403, 404])
async def test_a_board_of_which_no_thread_is_shown_is_in_trouble_and_loses_nothing(world: World, status: int) -> None:
    await world.write("Kargo", "Nerede?")
    refused = world.forum.faults.next(r"GET /thread/", status, None)
    posts = [world.forum.open_thread(world.deniz, f"Konu {number}", "Alo?").id for number in range(3)]
    for _ in range(12):
        await world.later(minutes=20)
    (board,) = await world.watches()
    assert board.trouble is not None and str(status) in board.trouble
    world.forum.faults.clear()
    await world.later(minutes=20)
    assert refused.hits > len(posts)
    assert [world.times_delivered(each) for each in posts] == [1, 1, 1]
    assert all(each.trouble is None for each in await world.watches())


async def test_a_thread_that_cannot_be_read_does_not_stand_before_the_others_for_ever(world: World) -> None:
    world.configure(lambda forum: forum.update(options={"threads_a_poll": 1}))
    await world.restart()
    good = world.forum.open_thread(world.deniz, "Fatura", "Fatura yok.").id
    bad = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.forum.faults.next(rf"GET /thread/{bad.thread_id}\b", 500, None)
    for _ in range(4):
        await world.later(minutes=2)
    assert world.times_delivered(good) == 1
    world.forum.faults.clear()
    await world.later(minutes=20)
    assert world.times_delivered(bad.id) == 1
