"""Answers stand in a thread in the order in which they were written, whatever the order in which they came."""

import asyncio

from tests.bridge.test_webhook import knock
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.desk import Status
from forum_bridge.sandbox.sandbox import CHANNEL

MESSAGES = r"GET /api/cases/\d+/messages"


async def test_an_answer_that_comes_while_a_later_one_is_prepared_goes_first(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    channel = world.deskie.channels[CHANNEL]
    channel.webhook_url = ""
    first = await world.deskie.agent_reply(case.case_id, "<p>Birinci.</p>", ELIF)
    channel.webhook_url = world.door
    hangs = world.deskie.faults.next(MESSAGES, "hang")
    await world.deskie.agent_reply(case.case_id, "<p>İkinci.</p>", ELIF)
    working = asyncio.create_task(world.settle())
    await world.deskie.wait_for(lambda: hangs.hits > 0)
    (late,) = world.deskie.deliveries_of(first.message_id)
    assert await knock(world.door, late.body, late.content_type) == 200
    hangs.release()
    await working
    await world.settle()
    assert ["Birinci" in text for text in world.ours()] == [True, False]


async def test_answers_of_a_case_that_was_merged_before_they_are_published_keep_their_order(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki de.", author=world.forum.person("Harry Whitlock"))
    into, left = sorted(case.case_id for case in world.deskie.cases())
    channel = world.deskie.channels[CHANNEL]
    channel.webhook_url = ""
    await world.deskie.agent_reply(left, "<p>Birinci.</p>", ELIF)
    channel.webhook_url = world.door
    await world.deskie.agent_reply(left, "<p>İkinci, <b>kalın</b>.</p>", ELIF)
    await world.deskie.webhooks_idle()
    world.deskie.merge(left, into)
    await world.settle()
    for _ in range(12):
        await world.later(seconds=31)
    assert ["Birinci" in text for text in world.ours()] == [True, False]
    assert "**kalın**" in world.ours()[1]


async def test_an_answer_in_the_case_before_goes_first_though_its_webhook_never_came(world: World) -> None:
    world.deskie.channels[CHANNEL].type = "sync"
    await world.restart()
    await world.write("Kargo", "Nerede?")
    (before,) = world.deskie.cases()
    world.deskie.set_status(before.case_id, Status.CLOSED, done_by=f"staff_{ELIF}")
    await world.reply(world.forum.threads()[0].id, "Hâlâ gelmedi.")
    (now,) = (case for case in world.deskie.cases() if case.case_id != before.case_id)
    channel = world.deskie.channels[CHANNEL]
    channel.webhook_url = ""
    await world.deskie.agent_reply(before.case_id, "<p>Birinci.</p>", ELIF)
    channel.webhook_url = world.door
    await world.deskie.agent_reply(now.case_id, "<p>İkinci.</p>", ELIF)
    await world.settle()
    for _ in range(12):
        await world.later(seconds=31)
    assert ["Birinci" in text for text in world.ours()] == [True, False]


async def test_an_answer_that_waits_for_hours_lets_others_pass_but_none_of_its_own_conversation(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "O da yok.", author=world.forum.person("Elif Şahin"))
    parcel, invoice = sorted(case.case_id for case in world.deskie.cases())
    world.forum.faults.next(r"GET /thread/", 503, None)
    await world.answer(parcel, "<p>Birinci.</p>")
    for _ in range(8):
        await world.later(minutes=16)
    world.forum.faults.clear()
    await world.answer(parcel, "<p>İkinci.</p>")
    await world.answer(invoice, "<p>Üçüncü.</p>")
    assert ["Üçüncü" in text for text in world.ours()] == [True]
    for _ in range(2):
        await world.later(minutes=16)
    assert [["Üçüncü", "Birinci", "İkinci"][n] in text for n, text in enumerate(world.ours())] == [True] * 3
