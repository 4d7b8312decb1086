"""``answers.verify``: what only a webhook told is never published, and what Deskie shows is what is published."""

from collections.abc import Callable

import pytest
from tests.bridge.test_webhook import case_of, form, knock
from tests.bridge.world import ELIF, World

from forum_bridge.sandbox.desk.faults import Fault, Faults

FORGED = "Parolanızı bize yazın"


class Asked(Faults):
    """No faults, but what was asked of the desk."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__(changed)
        self.lines: list[str] = []

    def take(self, request_line: str) -> Fault | None:
        self.lines.append(request_line)
        return super().take(request_line)


async def later_webhooks(world: World) -> int:
    """Return a case from now on whose answers' webhooks lead nowhere, so that the test sends its own."""
    case = await case_of(world)
    world.deskie.channels["cch42"].webhook_url = ""
    return case


async def test_what_deskie_does_not_show_is_asked_for_again_and_never_published(world: World) -> None:
    case = await case_of(world)
    assert await knock(world.door, form(case_id=case, message_id=987_654, content=FORGED)) == 200
    await world.settle()
    assert await world.answer_states() == ["waiting"]
    await world.later(minutes=9)
    assert await world.answer_states() == ["waiting"]
    await world.later(minutes=2)
    assert await world.answer_states() == ["dead"]
    assert world.ours() == []
    assert any("does not show message 987654" in reason for reason in await world.reasons())
    notes = [each.content_html for each in world.deskie.messages(world.deskie.case(case)) if each.note]
    assert len(notes) == 1
    assert "was not posted" in notes[0]


async def test_an_answer_that_deskie_shows_late_is_published_then(world: World) -> None:
    case = await case_of(world)
    world.deskie.switches.messages_listed_after_seconds = 95
    await world.answer(case, "<p>Bugün gelir.</p>")
    assert world.ours() == []
    await world.later(seconds=90)
    assert world.ours() == []
    await world.later(seconds=30)
    assert len(world.ours()) == 1


async def test_what_deskie_does_not_show_keeps_nobody_back(world: World) -> None:
    case = await case_of(world)
    await knock(world.door, form(case_id=case, message_id=1, content=FORGED))
    await world.settle()
    await world.answer(case, "<p>Bugün gelir.</p>")
    assert len(world.ours()) == 1
    assert "Bugün gelir." in world.ours()[0]


@pytest.mark.parametrize("told", [True, False])
async def test_a_number_that_was_announced_too_early_does_no_harm_to_the_answer_that_gets_it(
    world: World, told: bool
) -> None:
    case = await case_of(world)
    coming = max(world.deskie.tables.messages) + 2 * 17  # the next but one: the next is the note to the agents
    await knock(world.door, form(case_id=case, message_id=coming, content=FORGED))
    await world.settle()
    await world.later(minutes=11)
    assert await world.answer_states() == ["dead"]
    if not told:
        world.deskie.channels["cch42"].webhook_url = ""
    while coming not in world.deskie.tables.messages:
        await world.deskie.agent_reply(case, "<p>Bugün gelir.</p>", ELIF)
        assert max(world.deskie.tables.messages) <= coming
    await world.later(minutes=11)
    assert not any(FORGED in each for each in world.ours())
    assert "dead" not in await world.answer_states()
    assert len(world.ours()) == len(await world.answer_states()) > 0


async def test_without_verify_the_webhooks_word_is_enough(world: World) -> None:
    case = await case_of(world)
    world.configure(lambda forum: forum.update(answers={"verify": False}))
    await world.restart()
    await knock(world.door, form(case_id=case, message_id=987_654, content="Merhaba"))
    await world.settle()
    assert len(world.ours()) == 1


@pytest.mark.parametrize("text", [FORGED, ""])
async def test_the_text_that_deskie_shows_is_published(world: World, text: str) -> None:
    case = await later_webhooks(world)
    made = await world.deskie.agent_reply(case, "<p>Kargonuz <b>yolda</b>.</p>", ELIF)
    await knock(world.door, form(case_id=case, message_id=made.message_id, content=text))
    await world.settle()
    assert FORGED not in world.ours()[0]
    assert "**yolda**" in world.ours()[0]


async def test_a_webhook_with_html_of_its_own_is_not_believed_either(world: World) -> None:
    case = await later_webhooks(world)
    made = await world.deskie.agent_reply(case, "<p>Kargonuz <b>yolda</b>.</p>", ELIF)
    await knock(world.door, form(case_id=case, message_id=made.message_id, content_html=f"<p>{FORGED}</p>"))
    await world.settle()
    assert FORGED not in world.ours()[0]


async def test_an_answer_that_an_agent_deleted_at_once_is_not_published(world: World) -> None:
    case = await later_webhooks(world)
    made = await world.deskie.agent_reply(case, "<p>Yanlış müşteri</p>", ELIF)
    del world.deskie.tables.messages[made.message_id]
    await knock(world.door, form(case_id=case, message_id=made.message_id, content="Yanlış müşteri"))
    await world.settle()
    await world.later(minutes=11)
    assert world.ours() == []


async def test_an_answer_without_a_case_is_found_among_its_customers(world: World) -> None:
    case = await later_webhooks(world)
    user = world.deskie.user(world.deskie.case(case).user_id)
    made = await world.deskie.agent_reply(case, "<p>Bugün gelir.</p>", ELIF)
    await knock(world.door, form(case_id="", message_id=made.message_id, custom_user_id=user.custom_id))
    await world.settle()
    assert len(world.ours()) == 1


async def test_an_answer_whose_case_was_merged_is_found_where_it_stands_now(world: World) -> None:
    case = await later_webhooks(world)
    await world.write("Fatura", "Eksik.")
    other = next(each.case_id for each in world.deskie.cases() if each.case_id != case)
    made = await world.deskie.agent_reply(case, "<p>Bugün gelir.</p>", ELIF)
    world.deskie.merge(case, other)
    await knock(world.door, form(case_id=case, message_id=made.message_id))
    await world.settle()
    assert await world.answer_states() != ["waiting"]


async def test_an_answer_behind_many_messages_is_found(world: World) -> None:
    case = await later_webhooks(world)
    made = await world.deskie.agent_reply(case, "<p>Bugün gelir.</p>", ELIF)
    for number in range(120):
        await world.deskie.add_note(case, f"<p>Not {number}</p>", ELIF)
    await knock(world.door, form(case_id=case, message_id=made.message_id))
    await world.settle()
    assert len(world.ours()) == 1


async def test_answers_that_wait_in_one_case_share_one_read(world: World) -> None:
    case = await later_webhooks(world)
    made = [await world.deskie.agent_reply(case, f"<p>Yanıt {number}</p>", ELIF) for number in range(3)]
    for each in made:
        await knock(world.door, form(case_id=case, message_id=each.message_id))
    asked = world.deskie.faults = Asked(lambda: None)
    await world.settle()
    assert len(world.ours()) == 3
    assert sum(f"/cases/{case}/messages.json" in line for line in asked.lines) == 1
