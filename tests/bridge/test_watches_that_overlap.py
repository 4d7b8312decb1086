"""A board and one of its threads are both watched, or one takes the place of the other: each post is taken in once, by
the watch that wants it."""

import pytest
from tests.bridge.test_operator import decided
from tests.bridge.world import World

from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act


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


@pytest.mark.parametrize("act", [Act.DROP, Act.MARK_SENT])
async def test_what_a_person_gave_up_no_watch_takes_up_again(world: World, act: Act) -> None:
    watching(world, 1)
    await world.restart()
    await world.settle()
    world.deskie.switches.content_limit = 20
    given_up = await world.reply(1, "Siparişim üç haftadır gelmedi, nerede kaldı?")
    assert (await world.post_states())[str(given_up)] == "dead"
    world.deskie.switches.content_limit = 0
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    await decided(world, act, item.name)
    world.forum.edit(given_up, "Siparişim üç haftadır gelmedi!")
    later = await world.reply(1, "Bir de fatura.")
    for _ in range(3):
        await world.later(minutes=2)
    assert (world.times_delivered(given_up), world.times_delivered(later)) == (0, 1)


async def test_what_is_added_to_a_post_that_was_given_up_arrives(world: World) -> None:
    watching(world, 1)
    await world.restart()
    await world.settle()
    world.deskie.switches.content_limit = 20
    given_up = await world.reply(1, "Siparişim üç haftadır gelmedi, nerede kaldı?")
    world.deskie.switches.content_limit = 0
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    await decided(world, Act.DROP, item.name)
    world.forum.edit(given_up, "Siparişim üç haftadır gelmedi, nerede kaldı?\n\nBir de fatura.")
    for _ in range(3):
        await world.later(minutes=2)
    (said,) = [html for htmls in world.messages().values() for html in htmls]
    assert "Bir de fatura" in said


async def test_a_note_that_had_no_case_is_no_question_for_the_thread_s_watch(world: World) -> None:
    watching(world, 1)
    cases = {"from": "starter", "others": "note"}
    world.configure(lambda forum: forum.update(cases=cases))
    await world.restart()
    await world.settle()
    made = world.forum.reply(1, "Ada Yılmaz", "Benim de bir sorum var.")
    world.clock.advance(seconds=2)
    for watch in await world.watches():
        await world.poll(watch.id)
    for _ in range(3):
        await world.later(minutes=2)
    assert (await world.post_states())[str(made.id)] == "ignored"
    assert world.deskie.cases() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"board": "/board/1"}, {"board": "/board/1?page=1"}),  # the address has changed
        ({"thread": "/thread/1"}, {"board": "/board/1"}),
        ({"board": "/board/1"}, {"thread": "/thread/1"}),
    ],
)
async def test_a_watch_goes_on_where_the_one_ended_whose_place_it_takes(
    world: World, before: dict[str, str], after: dict[str, str]
) -> None:
    def watched(watch: dict[str, str]) -> None:
        world.configure(lambda forum: forum.update(watch=[{kind: world.url + path for kind, path in watch.items()}]))

    watched(before)
    await world.restart()
    await world.settle()
    known = await world.reply(1, "Merhaba")
    old = {number for number, state in (await world.post_states()).items() if state == "old"}
    made = world.forum.reply(1, world.deniz, "Acil!")
    await world.bridge_down()
    world.clock.advance(hours=20)
    watched(after)
    await world.bridge_up()
    for _ in range(4):
        await world.later(minutes=10)
    assert [world.times_delivered(each) for each in (known, made.id)] == [1, 1]
    assert old <= {number for number, state in (await world.post_states()).items() if state == "old"}


@pytest.mark.parametrize(("start_from", "hours"), [("now", 0), (None, 5)])
async def test_a_watch_that_takes_no_place_begins_now(world: World, start_from: str | None, hours: int) -> None:
    two = [{"board": f"{world.url}/board/1?page=1"}, {"thread": f"{world.url}/thread/1"}]
    world.configure(lambda forum: forum.update(watch=two[1:]))
    await world.restart()
    for _ in range(hours * 2):
        await world.later(minutes=30)
    made = world.forum.open_thread(world.deniz, "Yeni", "Acil!")
    world.clock.advance(minutes=3)
    begins = {"start_from": start_from} if start_from else {}
    world.configure(lambda forum: forum.update(watch=two, **begins))
    await world.restart()
    for _ in range(4):
        await world.later(minutes=10)
    assert world.times_delivered(made.id) == 0
