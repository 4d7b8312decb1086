"""What a person decides about held and dead items, and what becomes of them: never a double without being told."""

from __future__ import annotations

import pytest
from tests.bridge.world import ELIF, World

from forum_bridge.daemon.operate import operate
from forum_bridge.errors import BridgeError
from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act

REPLY = r"POST /thread/\d+/reply"


async def dead_answer(world: World) -> str:
    """An answer died because its thread was closed; return its name."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.lock(world.forum.threads()[0].id, locked=True)
    message = await world.answer(case.case_id, "<p>Yola çıktı.</p>")
    assert await world.answer_states() == ["dead"]
    return f"answer-{message.message_id}"


async def decided(world: World, act: Act, name: str, *, anyway: bool = False) -> str:
    said = await operate(world.ledger, act, name, world.clock, anyway=anyway)
    await world.sweep()
    await world.settle()
    for _ in range(3):
        await world.later(minutes=1)
    return said


async def test_an_answer_is_tried_again_once_the_cause_is_mended(world: World) -> None:
    name = await dead_answer(world)
    world.forum.lock(world.forum.threads()[0].id, locked=False)
    await decided(world, Act.RETRY, name)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


async def held_answer(world: World) -> str:
    """An answer's write was lost in a forum where moderators hold posts back; return its name."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.switches.moderation = True
    await world.answer(case.case_id, "<p>Bakıyoruz.</p>")
    world.forum.faults.next(REPLY, "cut_before")
    message = await world.deskie.agent_reply(case.case_id, "<p>Yola çıktı.</p>", ELIF)
    await world.settle()
    for _ in range(3):
        await world.later(minutes=1)
    assert await world.answer_states() == ["queued", "held"]
    return f"answer-{message.message_id}"


async def test_a_held_answer_that_a_person_posted_meanwhile_is_found_and_not_posted_again(world: World) -> None:
    name = await held_answer(world)
    us = world.forum.person("acme_destek")
    assert us is not None
    world.forum.switches.moderation = False
    world.forum.reply(world.forum.threads()[0].id, us, "Yola çıktı.")
    said = await decided(world, Act.RETRY, name)
    assert "looked for" in said
    assert await world.answer_states() == ["queued", "sent"]
    assert len(world.ours()) == 2


async def test_a_held_answer_is_posted_when_a_person_has_looked(world: World) -> None:
    name = await held_answer(world)
    await decided(world, Act.RETRY, name)
    assert await world.answer_states() == ["queued", "held"]
    assert len(world.ours()) == 1
    await decided(world, Act.RETRY, name, anyway=True)
    assert await world.answer_states() == ["queued", "queued"]
    assert len(world.ours()) == 2


async def test_with_anyway_it_is_written_without_looking(world: World) -> None:
    name = await dead_answer(world)
    world.forum.lock(world.forum.threads()[0].id, locked=False)
    assert "tried again" in await decided(world, Act.RETRY, name, anyway=True)
    assert len(world.ours()) == 1


@pytest.mark.parametrize(("act", "state"), [(Act.MARK_SENT, "sent"), (Act.DROP, "ignored")])
async def test_what_is_done_with_is_never_posted(world: World, act: Act, state: str) -> None:
    name = await dead_answer(world)
    world.forum.lock(world.forum.threads()[0].id, locked=False)
    await decided(world, act, name)
    assert world.ours() == []
    assert await world.answer_states() == [state]


async def test_a_post_that_deskie_declined_is_delivered_after_a_retry(world: World) -> None:
    world.deskie.switches.content_limit = 20
    made = await world.write("Kargo", "Siparişim üç haftadır gelmedi, nerede kaldı?")
    assert (await world.post_states())[str(made)] == "dead"
    world.deskie.switches.content_limit = 0
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    await decided(world, Act.RETRY, item.name)
    assert world.times_delivered(made) == 1


@pytest.mark.parametrize(("act", "state"), [(Act.MARK_SENT, "sent"), (Act.DROP, "ignored")])
async def test_a_post_that_is_done_with_is_never_delivered_and_what_follows_it_is(
    world: World, act: Act, state: str
) -> None:
    world.deskie.switches.content_limit = 20
    made = await world.write("Kargo", "Siparişim üç haftadır gelmedi, nerede kaldı?")
    world.deskie.switches.content_limit = 0
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    await decided(world, act, item.name)
    await world.restart()
    await world.later(minutes=10)
    assert (await world.post_states())[str(made)] == state
    assert world.times_delivered(made) == 0
    following = await world.reply(world.forum.threads()[0].id, "Alo?")
    assert (world.times_delivered(made), world.times_delivered(following)) == (0, 1)


@pytest.mark.parametrize(
    ("name", "said"), [("Kargo", "not the name"), ("post-999", "no post-999"), ("answer-5", "no answer-5")]
)
async def test_what_is_no_item_is_told(world: World, name: str, said: str) -> None:
    with pytest.raises(BridgeError, match=said) as error:
        await operate(world.ledger, Act.RETRY, name, world.clock)
    assert "forum-bridge status" in error.value.explanation


async def test_what_is_sent_is_not_decided_about(world: World) -> None:
    name = await dead_answer(world)
    await decided(world, Act.DROP, name)
    with pytest.raises(BridgeError, match="nothing to decide"):
        await operate(world.ledger, Act.RETRY, name, world.clock)
