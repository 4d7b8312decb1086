"""Answers whose webhook never came: the bridge was down, or Deskie gave up. They are found, published once, in
order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.bridge.test_agent_notes import told
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import ELIF, START, World

from forum_bridge.bridge.company import Company
from forum_bridge.bridge.reconcile import missing
from forum_bridge.config import Echo
from forum_bridge.deskie import Message, NewCase
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.sandbox import CHANNEL


async def opened(world: World, title: str = "Kargo") -> int:
    """Deniz asks; return the case."""
    await world.write(title, "Nerede?")
    await world.later(minutes=1)
    return max(case.case_id for case in world.deskie.cases())


async def unheard(world: World, case_id: int, *texts: str) -> None:
    """Agents answer while nobody listens."""
    await world.bridge_down()
    for text in texts:
        world.clock.advance(seconds=5)
        await world.deskie.agent_reply(case_id, f"<p>{text}</p>", ELIF)
        await world.deskie.webhooks_idle()


async def up_and_compared(world: World, minutes: int = 6) -> None:
    await world.bridge_up()
    await world.settle()
    for _ in range(minutes):
        await world.later(minutes=1)


async def test_answers_given_while_the_bridge_was_down_are_published_in_order(world: World) -> None:
    case = await opened(world)
    await unheard(world, case, "Bakıyoruz.", "Yola çıktı.")
    world.clock.advance(hours=9)
    await up_and_compared(world, 1)
    first, second = world.ours()
    assert "Bakıyoruz." in first
    assert "Yola çıktı." in second
    assert await world.answer_states() == ["sent", "sent"]


async def test_an_answer_is_not_published_twice_though_its_webhook_comes_late(world: World) -> None:
    case = await opened(world)
    await unheard(world, case, "Bakıyoruz.")
    message = world.deskie.messages(world.deskie.case(case))[-1]
    world.clock.advance(minutes=30)
    await up_and_compared(world)
    assert await knock(world.door, form(case_id=case, message_id=message.message_id, content="Bakıyoruz.")) == 200
    await world.settle()
    assert len(world.ours()) == 1


async def test_notes_and_customers_words_are_never_taken_for_answers(world: World) -> None:
    case = await opened(world)
    await world.bridge_down()
    await world.deskie.add_note(case, "<p>Müşteriye söyleme</p>", ELIF)
    world.clock.advance(hours=1)
    await up_and_compared(world)
    assert world.ours() == []
    assert await world.answer_states() == []


async def test_what_came_by_webhook_is_left_alone(world: World) -> None:
    case = await opened(world)
    await world.answer(case, "<p>Bakıyoruz.</p>")
    for _ in range(12):
        await world.later(minutes=1)
    assert len(world.ours()) == 1


async def test_a_deferred_answer_waits_for_its_time(world: World) -> None:
    case = await opened(world)
    await world.bridge_down()
    deferred = Writing(html="<p>Yarın yolda olur.</p>", send_at=world.clock() + timedelta(hours=2))
    world.deskie.correspondence.by_agent(case, ELIF, deferred)
    world.clock.advance(hours=1)
    await up_and_compared(world, 20)
    assert world.ours() == []
    await world.bridge_down()
    world.clock.advance(hours=1)
    await up_and_compared(world)
    assert len(world.ours()) == 1


async def test_with_from_api_ignore_nobody_can_tell_so_it_is_held(world: World) -> None:
    def inside(forum: dict[str, object]) -> None:
        forum["answers"] = {"from_api": Echo.IGNORE.value, "unsent_label": "56"}

    world.configure(inside)
    await world.restart()
    case = await opened(world)
    await unheard(world, case, "Bakıyoruz.")
    world.clock.advance(hours=1)
    await up_and_compared(world)
    assert world.ours() == []
    assert await world.answer_states() == ["held"]
    assert any("webhook never came" in reason for reason in await world.reasons())
    await world.restart()
    for _ in range(20):
        await world.later(minutes=1)
    (note,) = told(world, case)
    assert "was not posted" in note
    assert "webhook never came" in note
    assert 56 in world.deskie.case(case).labels


async def test_what_agents_wrote_in_a_foreign_case_before_ours_was_merged_into_it_stays_there(world: World) -> None:
    case = await opened(world)
    stranger = NewCase("bambaşka", CHANNEL, "Başka", "<p>Ben de sordum.</p>", "Başka Biri")
    foreign = await world.desk.client.create_case(stranger)
    await unheard(world, foreign.id, "Bu başkasına.")
    world.deskie.merge(case, foreign.id)
    world.clock.advance(hours=1)
    await world.bridge_up()
    await world.settle()
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Alo?")
    await world.later(minutes=5)
    assert any("Alo?" in html for html in world.messages()[foreign.id])
    await world.answer(foreign.id, "<p>Bu size.</p>")
    await unheard(world, foreign.id, "Bu hangisine?")
    world.clock.advance(hours=1)
    await up_and_compared(world)
    (published,) = world.ours()
    assert "Bu size." in published
    assert sorted(await world.answer_states()) == ["held", "held", "sent"]


@pytest.mark.parametrize("what", [What.CUT_BEFORE, What.HTML])
async def test_a_desk_that_cannot_be_asked_now_is_asked_again(world: World, what: What) -> None:
    case = await opened(world)
    await unheard(world, case, "Bakıyoruz.")
    world.clock.advance(hours=1)
    world.deskie.faults.next(r"GET /api/cases\.json", what, times=2)
    await up_and_compared(world, 12)
    assert len(world.ours()) == 1


async def test_a_small_budget_takes_longer_and_loses_nothing(world: World) -> None:
    cases = [await opened(world, f"Konu {number}") for number in range(8)]
    world.deskie.switches.rate_limit_per_minute = 20
    await world.bridge_down()
    for case in cases:
        world.clock.advance(seconds=5)
        await world.deskie.agent_reply(case, f"<p>Yanıt {case}</p>", ELIF)
    await world.deskie.webhooks_idle()
    world.clock.advance(hours=1)
    await up_and_compared(world, 15)
    told = world.ours()
    assert len(told) == 8
    assert all(sum(f"Yanıt {case}" in post for post in told) == 1 for case in cases)


def test_only_answers_that_the_ledger_lacks_are_missing_oldest_first() -> None:
    def message(number: int, *, staff: int = ELIF, note: bool = False, rule: bool = False) -> Message:
        user = 0 if staff or rule else 501
        return Message(number, user, staff, "<p>?</p>", "", note, rule, created_at=START + timedelta(seconds=number))

    def found(messages: Sequence[Message], since: int | None, settled: int = 9) -> list[int]:
        bound = None if since is None else START + timedelta(seconds=since)
        beside = Company(frozenset({4}), (), (), (), (), bound, strangers=False)
        return [each.id for each in missing(messages, {2}, beside, START + timedelta(seconds=settled))]

    newest_first = [message(6, staff=0), message(5, staff=0, rule=True), message(4), message(3, note=True), message(2)]
    assert found([*newest_first, message(1)], 0) == [1, 5]
    assert found([*newest_first, message(1)], 2) == [5]
    assert found([*newest_first, message(1)], None) == []
    assert found([*newest_first, message(1)], 0, settled=4) == [1]
