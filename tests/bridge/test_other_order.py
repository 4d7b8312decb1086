"""A forum that shows its threads otherwise from one day to the next: another number of posts a page, or the newest
first. Every post is delivered once, and every answer stands once."""

from __future__ import annotations

import pytest
from tests.bridge.world import World


async def a_long_thread(world: World, posts: int) -> int:
    """Return a watched thread of so many posts, all of them old."""
    thread = world.forum.open_thread(world.deniz, "Kargo", "Nerede?").thread_id
    for number in range(posts - 1):
        world.clock.advance(minutes=1)
        world.forum.reply(thread, world.deniz, f"Hâlâ yok, {number}")
    world.clock.advance(minutes=10)
    watch = [{"thread": f"{world.url}/thread/{thread}"}]
    world.configure(lambda forum: forum.update(watch=watch, start_from="now"))
    await world.restart()
    await world.settle()
    return thread


@pytest.mark.parametrize("posts", [4, 14, 25, 47])
@pytest.mark.parametrize("after", [{"newest_first": True}, {"posts_a_page": 4}, {"posts_a_page": 50}])
async def test_new_posts_come_once_whatever_order_they_stand_in(
    world: World, posts: int, after: dict[str, int]
) -> None:
    thread = await a_long_thread(world, posts)
    for name, value in after.items():
        setattr(world.forum.switches, name, value)
    new = []
    for number in range(3):
        new.append(await world.reply(thread, f"Kimse yok mu? {number}"))
        await world.later(minutes=10)
    assert [world.times_delivered(each) for each in new] == [1, 1, 1]
    for name in after:
        setattr(world.forum.switches, name, {"newest_first": False, "posts_a_page": 10}[name])
    new.append(await world.reply(thread, "Sağ olun."))
    await world.later(minutes=10)
    assert world.times_delivered(new[-1]) == 1
    states = await world.post_states()
    assert {state for post, state in states.items() if int(post) not in new} == {"old"}
