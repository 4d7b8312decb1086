"""A board and one of its threads are both watched: each post is taken in once, by the watch that wants it."""

import pytest
from tests.bridge.world import World


def watching(world: World, thread: int, **more: object) -> None:
    watch = [{"board": f"{world.url}/board/1"}, {"thread": f"{world.url}/thread/{thread}"}]
    world.configure(lambda forum: forum.update(watch=watch, cases={}, **more))


@pytest.mark.parametrize("board_first", [True, False])
async def test_what_the_board_leaves_the_thread_takes_whoever_reads_first(world: World, board_first: bool) -> None:
    watching(world, 1)
    await world.restart()
    await world.settle()
    made = world.forum.reply(1, "Ada Yılmaz", "Benim de bir sorum var.")
    world.clock.advance(seconds=2)
    for watch in sorted(await world.watches(), key=lambda each: each.id, reverse=not board_first):
        await world.poll(watch.id)
    for _ in range(3):
        await world.later(seconds=2)
    assert world.times_delivered(made.id) == 1
    world.forum.reply(1, "Ada Yılmaz", "Alo?")
    await world.later(seconds=2)
    (messages,) = world.messages().values()
    assert len(messages) == 2


async def test_a_thread_watched_later_brings_what_its_start_asks_for(world: World) -> None:
    old = [post.id for post in world.forum.posts() if post.thread_id == 1]
    watching(world, 1, start_from="all")
    await world.restart()
    for _ in range(3):
        await world.later(seconds=2)
    assert [world.times_delivered(post) for post in old] == [1] * len(old)


async def test_old_posts_stay_old_for_a_watch_that_begins_now(world: World) -> None:
    watching(world, 1)
    await world.restart()
    for _ in range(3):
        await world.later(seconds=2)
    assert world.deskie.cases() == []
