"""The forum takes an answer and shows it late, elsewhere or never: it is not posted over and over."""

import pytest
from tests.bridge.test_webhook import knock
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.forum.faults import What
from forum_bridge.sandbox.forum.seed import BRIDGE_USER as US
from forum_bridge.sandbox.sandbox import CHANNEL

REPLY = r"POST /thread/\d+/reply"


async def case_of(world: World) -> int:
    await world.write("Kargo", "Nerede?")
    return world.deskie.cases()[0].case_id


@pytest.mark.parametrize("takes_effect", [True, False])
async def test_a_forum_that_never_shows_an_answer_does_not_get_it_for_ever(world: World, takes_effect: bool) -> None:
    case = await case_of(world)
    world.forum.switches.moderation = True  # and its words about that are unknown
    fault = world.forum.faults.next(REPLY, 200, None, takes_effect=takes_effect)
    await world.answer(case, "<p>Yarın sizde.</p>")
    for _ in range(60):
        await world.later(seconds=31)
    assert await world.answer_states() == ["held"]
    assert fault.hits <= 5
    assert any("moderator" in reason for reason in await world.reasons())


async def test_an_outage_of_some_minutes_needs_no_person(world: World) -> None:
    case = await case_of(world)
    fault = world.forum.faults.next(REPLY, 500, None)
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.answer(case, "<p>Takip 44-19.</p>")
    for _ in range(10):
        await world.later(seconds=31)
    assert fault.hits > 1
    world.forum.faults.clear()
    for _ in range(10):
        await world.later(seconds=31)
    assert ["Yarın sizde" in text for text in world.ours()] == [True, False]


async def test_an_answer_that_waited_long_for_other_reasons_is_not_given_up_at_its_first_loss(world: World) -> None:
    case = await case_of(world)
    refused = world.forum.faults.next(REPLY, 429, 6)
    lost = world.forum.faults.next(REPLY, 500)
    await world.answer(case, "<p>Yarın sizde.</p>")
    for _ in range(12):
        await world.later(seconds=301)
    assert refused.hits == 6
    assert lost.hits == 1
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


async def lose_into_our_previous_post(world: World, second: str, *, seen: bool) -> None:
    world.forum.switches.merge_posts = True
    case = await case_of(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    if seen:
        await world.later(seconds=2)
    before = world.ours()[0]
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    await world.answer(case, second)
    merged = world.ours()
    assert len(merged) == 1
    assert len(merged[0]) > len(before)
    for _ in range(10):
        await world.later(seconds=31)
    assert world.ours() == merged


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("second", ["<p>Takip numarası 44-19.</p>", "<p>Yarın sizde.</p>"])
async def test_an_answer_lost_into_our_previous_post_is_found_there(world: World, seen: bool, second: str) -> None:
    await lose_into_our_previous_post(world, second, seen=seen)
    assert await world.answer_states() == ["sent", "sent"]


@pytest.mark.parametrize("second", ["<p>Takip numarası 44-19.</p>", "<p>Yarın sizde.</p>"])
async def test_it_is_found_there_though_a_post_that_stood_between_was_deleted_just_before(
    world: World, second: str
) -> None:
    world.forum.switches.merge_posts = True
    case = await case_of(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.later(seconds=2)
    between = await world.reply(world.forum.threads()[0].id, "Tamam.", author=world.forum.person("Elif Şahin"))
    world.forum.delete(between)
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    await world.answer(case, second)
    (merged,) = world.ours()
    for _ in range(10):
        await world.later(seconds=31)
    assert world.ours() == [merged]
    assert await world.answer_states() == ["sent", "sent"]


async def two_lost_into_one_post(world: World, older: str, later: str) -> None:
    """To two customers in one thread. The webhook of the older one comes late: it is written into the post of the later
    one, and looked for before anybody knows what that post is."""
    world.forum.switches.merge_posts = True
    await world.write("Kargo", "Nerede?")
    await world.reply(world.forum.threads()[0].id, "Benimki de yok.", author=world.forum.person("Elif Şahin"))
    of_deniz, of_elif = sorted(case.case_id for case in world.deskie.cases())
    channel = world.deskie.channels[CHANNEL]
    channel.webhook_url = ""
    unheard = await world.deskie.agent_reply(of_elif, older, ELIF)
    channel.webhook_url = world.door
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    await world.answer(of_deniz, later)
    await world.later(seconds=2)
    world.forum.faults.next(REPLY, What.CUT_AFTER)
    (late,) = world.deskie.deliveries_of(unheard.message_id)
    assert await knock(world.door, late.body, late.content_type) == 200
    await world.settle()
    for _ in range(12):
        await world.later(seconds=31)


@pytest.mark.parametrize("older", ["<p>Takip numarası 44-19.</p>", "<p>Yarın sizde.</p>"])
async def test_an_answer_lost_into_a_post_that_was_lost_itself_is_found_there(world: World, older: str) -> None:
    await two_lost_into_one_post(world, older, "<p>Yarın sizde.</p>")
    (ours,) = world.ours()
    assert ours.count("Yarın sizde") + ours.count("44-19") == 2
    assert await world.answer_states() == ["sent", "sent"]


async def test_where_nobody_knows_whose_part_it_is_a_person_decides(world: World) -> None:
    case = await case_of(world)
    await world.reply(world.forum.threads()[0].id, "Merhaba.\n\n---\n\nYarın sizde.", author=world.forum.person(US))
    world.forum.faults.next(REPLY, What.CUT_BEFORE)
    await world.answer(case, "<p>Yarın sizde.</p>")
    for _ in range(4):
        await world.later(seconds=31)
    assert await world.answer_states() == ["held"]


async def test_where_no_rule_tells_them_apart_a_person_decides(world: World) -> None:
    world.forum.switches.merge_mark = ""
    await two_lost_into_one_post(world, "<p>Takip numarası 44-19.</p>", "<p>Yarın sizde.</p>")
    (ours,) = world.ours()
    assert ours.count("Yarın sizde") + ours.count("44-19") == 2
    assert sorted(await world.answer_states()) == ["held", "sent"]


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("second", ["<p>Takip numarası 44-19.</p>", "<p>Yarın sizde.</p>"])
async def test_where_no_rule_tells_the_parts_of_a_post_a_person_decides(world: World, seen: bool, second: str) -> None:
    world.forum.switches.merge_mark = ""
    await lose_into_our_previous_post(world, second, seen=seen)
    assert await world.answer_states() == ["sent", "held"]


@pytest.mark.parametrize("seen", [True, False])
async def test_an_answer_that_never_left_is_posted_where_the_forum_merges(world: World, seen: bool) -> None:
    world.forum.switches.merge_posts = True
    case = await case_of(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    if seen:
        await world.later(seconds=2)
    world.forum.faults.next(REPLY, What.CUT_BEFORE)
    await world.answer(case, "<p>Yarın sizde.</p>")
    for _ in range(4):
        await world.later(seconds=31)
    (ours,) = world.ours()
    assert ours.count("Yarın sizde") == 2
    assert await world.answer_states() == ["sent", "sent"]
