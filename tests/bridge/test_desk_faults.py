"""Deskie misbehaves while posts are delivered: each post ends in exactly one message."""

import pytest
from tests.bridge.world import World

from forum_bridge.sandbox.desk.records import Status

CREATE = r"POST /api/cases\.json"
APPEND = r"POST /api/cases/\d+/messages\.json"


@pytest.mark.parametrize("what", ["500", "502", "504", "429", "cut_before", "cut_after", "malformed", "html"])
async def test_a_case_is_opened_once_whatever_happens_to_the_answer(world: World, what: str) -> None:
    world.deskie.faults.next(CREATE, what)
    question = await world.write("Kargo", "Nerede?")
    for _ in range(6):
        await world.later(seconds=31)
    assert len(world.deskie.cases()) == 1
    assert world.times_delivered(question) == 1
    assert (await world.post_states())[str(question)] == "sent"


@pytest.mark.parametrize("what", ["500", "502", "504", "429", "cut_before", "cut_after", "malformed", "html"])
@pytest.mark.parametrize("takes_effect", [False, True])
async def test_a_message_is_added_once_and_in_order(world: World, what: str, takes_effect: bool) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    world.deskie.faults.next(APPEND, what, takes_effect=takes_effect and what not in {"429", "cut_before"})
    second = await world.reply(thread.id, "Hâlâ yok.")
    third = await world.reply(thread.id, "Alo?")
    for _ in range(6):
        await world.later(seconds=31)
    (messages,) = world.messages().values()
    assert [world.times_delivered(post) for post in (second, third)] == [1, 1]
    assert ["Nerede" in messages[0], "Hâlâ" in messages[1], "Alo" in messages[2]] == [True] * 3


@pytest.mark.parametrize("what", ["500", "malformed", "cut_before"])
async def test_nothing_is_sent_again_while_the_look_itself_fails(world: World, what: str) -> None:
    world.deskie.faults.next(CREATE, "cut_after")
    world.deskie.faults.next(r"GET /api/users\.json", what, times=3)
    question = await world.write("Kargo", "Nerede?")
    for _ in range(8):
        await world.later(seconds=40)
    assert world.times_delivered(question) == 1


async def test_a_lost_write_is_not_looked_for_before_it_can_have_taken_effect(world: World) -> None:
    world.deskie.faults.next(CREATE, "cut_before")
    question = await world.write("Kargo", "Nerede?")
    await world.later(seconds=20)
    assert (await world.post_states())[str(question)] == "unclear"
    assert world.deskie.cases() == []
    await world.later(seconds=11)
    assert world.times_delivered(question) == 1


async def test_a_wrong_key_makes_posts_wait_and_lose_nothing(world: World) -> None:
    key = world.deskie.agents[905].api_key
    world.deskie.agents[905].api_key = "another"
    question = await world.write("Kargo", "Nerede?")
    assert (await world.post_states())[str(question)] == "waiting"
    assert any("deskie.api_key" in reason for reason in await world.reasons())
    world.deskie.agents[905].api_key = key
    await world.later(minutes=7)
    assert world.times_delivered(question) == 1


async def test_a_purged_case_leads_to_a_new_one(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    (first,) = world.deskie.cases()
    world.deskie.purge(first.case_id)
    second = await world.reply(thread.id, "Hâlâ yok.")
    await world.later(seconds=5)
    (case,) = world.deskie.cases()
    assert case.case_id != first.case_id
    assert world.times_delivered(second) == 1


@pytest.mark.parametrize("act", ["trash", "spam"])
async def test_a_case_in_the_bin_or_in_spam_leads_to_a_new_one(world: World, act: str) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    (first,) = world.deskie.cases()
    getattr(world.deskie, act)(first.case_id)
    await world.later(seconds=61)  # what was known of the case for a minute counts no more
    await world.reply(thread.id, "Hâlâ yok.")
    assert len(world.messages()[first.case_id]) == 1
    assert len(world.deskie.cases()) == 2


@pytest.mark.parametrize("reopens", [True, False])
async def test_a_closed_case_is_open_again_after_a_customer_wrote(world: World, reopens: bool) -> None:
    world.deskie.switches.reopen_on_append = reopens
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    (case,) = world.deskie.cases()
    world.deskie.set_status(case.case_id, Status.CLOSED)
    await world.later(seconds=61)
    await world.reply(thread.id, "Hâlâ yok.")
    (case,) = world.deskie.cases()
    assert case.status is Status.OPEN
    assert len(world.messages()[case.case_id]) == 2


async def test_a_closed_case_stays_closed_where_a_new_one_is_wanted(world: World) -> None:
    world.configure(lambda forum: forum["cases"].update(when_closed="new"))  # type: ignore[attr-defined]
    await world.restart()
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    (first,) = world.deskie.cases()
    world.deskie.set_status(first.case_id, Status.CLOSED)
    await world.later(seconds=61)
    await world.reply(thread.id, "Hâlâ yok.")
    assert len(world.deskie.cases()) == 2
    assert world.deskie.case(first.case_id).status is Status.CLOSED


async def test_a_channel_switched_off_makes_posts_wait(world: World) -> None:
    world.deskie.channels["cch42"].active = False
    question = await world.write("Kargo", "Nerede?")
    assert (await world.post_states())[str(question)] == "waiting"
    world.deskie.channels["cch42"].active = True
    world.desk.learn(await world.desk.client.custom_channels())
    await world.later(minutes=1)
    assert world.times_delivered(question) == 1


async def test_over_the_daily_limit_posts_wait_for_the_next_day(world: World) -> None:
    world.desk.new_cases_per_day = 1
    await world.write("Bir", "Birinci")
    second = await world.write("İki", "İkinci")
    assert len(world.deskie.cases()) == 1
    assert any("new_cases_per_day" in reason for reason in await world.reasons())
    await world.later(hours=24)
    assert world.times_delivered(second) == 1


async def test_a_long_outage_does_not_mix_up_what_one_customer_wrote(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    outage = world.deskie.faults.next(APPEND, "503", times=1000)
    await world.reply(thread.id, "Hâlâ yok.")
    for _ in range(9):
        await world.later(minutes=20)
    outage.times = outage.hits
    await world.reply(thread.id, "Alo?")
    for _ in range(3):
        await world.later(minutes=20)
    (messages,) = world.messages().values()
    assert ["Nerede" in messages[0], "Hâlâ" in messages[1], "Alo" in messages[2]] == [True] * 3


async def test_a_message_that_the_desk_never_takes_costs_ever_fewer_requests_and_holds_up_no_other(
    world: World,
) -> None:
    await world.write("Kargo", "Nerede?")
    poison = world.deskie.faults.next(APPEND, "500", times=1000)
    await world.reply(world.forum.threads()[0].id, "Alo?")
    for _ in range(120):
        await world.later(seconds=30)
    assert 5 <= poison.hits <= 10
    await world.write("Fatura", "Gelmedi")
    assert len(world.deskie.cases()) == 2
    poison.times = poison.hits
    await world.later(minutes=31)
    assert any("Alo?" in each for each in world.messages()[min(world.messages())])
