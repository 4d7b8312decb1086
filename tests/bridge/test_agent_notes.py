"""Agents are told, by an internal note in the case, when an answer will not stand on the forum; once, and only them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from tests.bridge.test_ties import two_cases
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import ELIF, World

from forum_bridge.daemon.operate import operate
from forum_bridge.deskie import NewCase
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.forum import moderating
from forum_bridge.sandbox.sandbox import CHANNEL

NOTE = r"POST /api/cases/\d+/note\.json"


def told(world: World, case_id: int) -> list[str]:
    """The notes in a case that the bridge wrote, oldest first."""
    messages = world.deskie.messages(world.deskie.case(case_id))
    return [each.content_html for each in messages if each.note and "forum-bridge ·" in each.content_html]


async def locked_out(world: World) -> int:
    """An agent answers in a thread that was closed meanwhile; return the case."""
    await world.write("Kargo <b>& iade</b>", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.lock(world.forum.threads()[0].id, locked=True)
    await world.answer(case.case_id, "<p>Yola çıktı.</p>")
    return case.case_id


async def test_a_thread_that_was_closed(world: World) -> None:
    (note,) = told(world, await locked_out(world))
    assert "not posted" in note
    assert "closed" in note or "locked" in note
    assert world.ours() == []


async def test_two_threads_in_one_case_are_named_with_what_to_do(world: World) -> None:
    first, second, _ = await two_cases(world)
    await world.write("Fatura", "O da yok.")
    third = max(case.case_id for case in world.deskie.cases())
    world.deskie.merge(third, first)
    await world.later(minutes=2)
    await world.reply(world.forum.threads()[0].id, "Fatura hâlâ yok.")
    await world.later(minutes=2)
    await world.answer(first, "<p>Gönderdik.</p>")
    (note,) = told(world, first)
    assert "Kargo" in note
    assert "Fatura" in note
    assert f"{world.url}/thread/" in note
    assert "by hand" in note
    assert told(world, second) == []
    assert world.ours() == []


async def test_an_answer_that_waits_for_a_moderator(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.switches.moderation = True
    await world.answer(case.case_id, "<p>Yola çıktı.</p>")
    (note,) = told(world, case.case_id)
    assert "moderator" in note


async def test_in_turkish_or_not_at_all(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"tell_agents": "tr"}))
    await world.restart()
    case = await locked_out(world)
    assert "yayımlanmadı" in told(world, case)[0]
    world.configure(lambda forum: forum.update(answers={"tell_agents": "never"}))
    await world.restart()
    await world.answer(case, "<p>Alo?</p>")
    assert len(told(world, case)) == 1


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.SERVER_ERROR, What.TOO_MANY, What.HTML])
async def test_a_note_is_written_once_whatever_becomes_of_the_write(world: World, what: What) -> None:
    world.deskie.faults.next(NOTE, what)
    case = await locked_out(world)
    await world.restart()
    for _ in range(4):
        await world.later(minutes=1)
    assert len(told(world, case)) == 1


async def test_a_note_survives_a_restart(world: World) -> None:
    world.deskie.faults.next(NOTE, What.UNAVAILABLE, times=3)
    case = await locked_out(world)
    assert told(world, case) == []
    await world.restart()
    for _ in range(8):
        await world.later(minutes=1)
    assert len(told(world, case)) == 1


async def test_a_note_follows_a_merged_case(world: World) -> None:
    world.deskie.faults.next(NOTE, What.UNAVAILABLE)
    await world.write("Fatura", "O da yok.")
    (other,) = world.deskie.cases()
    await world.write("Kargo", "Nerede?")
    case = max(each.case_id for each in world.deskie.cases())
    world.forum.lock(world.forum.threads()[0].id, locked=True)
    await world.answer(case, "<p>Yola çıktı.</p>")
    world.deskie.merge(case, other.case_id)
    for _ in range(4):
        await world.later(minutes=1)
    assert len(told(world, other.case_id)) == 1


async def test_a_note_that_comes_back_by_the_webhook_ends_there(world: World) -> None:
    world.deskie.switches.webhook_notes = True
    case = await locked_out(world)
    await world.later(minutes=10)
    assert len(told(world, case)) == 1
    assert world.ours() == []
    assert len(await world.answer_states()) == 1


@pytest.mark.parametrize("what", ["cut_after", "cut_before"])
async def test_a_lost_note_is_looked_for_where_its_case_was_merged_to(world: World, what: str) -> None:
    first, second, _ = await two_cases(world)
    world.forum.lock(world.forum.threads()[0].id, locked=True)
    world.deskie.faults.next(NOTE, what)
    await world.answer(second, "<p>Yola çıktı.</p>")
    world.deskie.merge(second, first)
    for _ in range(6):
        await world.later(minutes=2)
    assert len(told(world, first)) == 1


async def test_a_case_of_others_gets_no_note(world: World) -> None:
    case = await locked_out(world)
    stranger = await world.desk.client.create_case(NewCase("bambaşka", CHANNEL, "Başka", "<p>?</p>", "Başka Biri"))
    custom = world.deskie.users()[0].custom_id
    body = form(case_id=stranger.id, message_id=77, content="Selam", custom_user_id=custom)
    assert await knock(world.door, body) == 200
    await world.settle()
    assert told(world, stranger.id) == []
    assert len(told(world, case)) == 1


LABEL = 56


def labels(world: World, case_id: int) -> list[int]:
    return list(world.deskie.case(case_id).labels)


def agents_answers(world: World, case_id: int) -> list[int]:
    """The numbers of what agents answered in a case."""
    messages = world.deskie.messages(world.deskie.case(case_id))
    return [each.message_id for each in messages if each.staff_id == ELIF and not each.note]


@pytest.fixture
async def labelling(world: World) -> World:
    """A world whose bridge labels cases with answers that are not on the forum."""
    title = world.deskie.tables.labels[LABEL].title
    world.configure(lambda forum: forum.update(answers={"unsent_label": title}))
    await world.restart()
    return world


async def test_a_label_shows_which_cases_have_an_unsent_answer_until_it_stands_there(labelling: World) -> None:
    world = labelling
    case = await locked_out(world)
    assert LABEL in labels(world, case)
    (message,) = agents_answers(world, case)
    world.forum.lock(world.forum.threads()[0].id, locked=False)
    await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock, anyway=True)
    await world.sweep()
    await world.later(minutes=2)
    assert len(world.ours()) == 1
    assert LABEL not in labels(world, case)
    _, recovered = told(world, case)
    assert "stands on the forum" in recovered
    assert f"{world.url}/post/" in recovered


@pytest.mark.parametrize("act", [Act.MARK_SENT, Act.DROP])
async def test_a_label_goes_when_a_person_decides_and_not_before_the_last_answer_is_settled(
    labelling: World, act: Act
) -> None:
    world = labelling
    case = await locked_out(world)
    await world.answer(case, "<p>Alo?</p>")
    first, second = agents_answers(world, case)
    await operate(world.ledger, act, f"answer-{first}", world.clock)
    await world.sweep()
    await world.later(minutes=2)
    assert LABEL in labels(world, case)
    await operate(world.ledger, act, f"answer-{second}", world.clock)
    await world.sweep()
    await world.later(minutes=2)
    assert LABEL not in labels(world, case)
    assert len(told(world, case)) == 2


async def test_a_label_that_the_desk_does_not_have_or_refuses_keeps_no_note_back(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"unsent_label": "yok böyle etiket"}))
    await world.restart()
    assert len(told(world, await locked_out(world))) == 1


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.SERVER_ERROR, What.TOO_MANY, What.HTML])
async def test_a_label_is_set_and_its_note_written_once_whatever_becomes_of_it(labelling: World, what: What) -> None:
    labelling.deskie.faults.next(r"PUT /api/cases/\d+\.json", what)
    case = await locked_out(labelling)
    await labelling.restart()
    for _ in range(4):
        await labelling.later(minutes=1)
    assert LABEL in labels(labelling, case)
    assert len(told(labelling, case)) == 1


async def test_where_the_answer_stands_is_told_to_those_who_want_to_know(world: World) -> None:
    world.configure(lambda forum: forum.update(answers={"tell_permalink": True, "tell_agents": "tr"}))
    await world.restart()
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Yola çıktı.</p>")
    (note,) = told(world, case.case_id)
    assert "yayımlandı" in note
    assert f"{world.url}/post/" in note


async def asked(world: World) -> int:
    """A customer asks; return the case."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    return case.case_id


async def banned(world: World) -> int:
    case = await asked(world)
    us = world.forum.person("acme_destek")
    assert us is not None
    us.banned = True
    await world.answer(case, "<p>Yola çıktı.</p>")
    return case


async def deleted(world: World) -> int:
    case = await asked(world)
    moderating.delete_thread(world.forum, world.forum.threads()[0].id)
    await world.answer(case, "<p>Yola çıktı.</p>")
    return case


async def queued(world: World) -> int:
    case = await asked(world)
    world.forum.switches.moderation = True
    await world.answer(case, "<p>Yola çıktı.</p>")
    return case


async def held(world: World) -> int:
    """An answer's write is lost where moderators hold posts back: whether it is there nobody can tell."""
    case = await queued(world)
    assert len(told(world, case)) == 1
    world.forum.faults.next(r"POST /thread/\d+/reply", "cut_before")
    await world.answer(case, "<p>Takip no 44-19.</p>")
    for _ in range(2):
        await world.later(minutes=1)
    return case


async def ambiguous(world: World) -> int:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "O da yok.")
    parent, child = sorted(case.case_id for case in world.deskie.cases())
    world.deskie.merge(child, parent)
    await world.later(seconds=61)
    await world.reply(world.forum.threads()[0].id, "Fatura hâlâ yok.")
    await world.later(minutes=2)
    await world.answer(parent, "<p>Gönderdik.</p>")
    return parent


@pytest.mark.parametrize(
    ("fate", "states", "says"),
    [
        (banned, ["dead"], "not posted.*account may not post here"),
        (deleted, ["dead"], "not posted.*nothing at this address"),
        (queued, ["queued"], "waits for a moderator"),
        (held, ["queued", "held"], "Nobody can tell whether.*a moderator may be looking at it.*mark it as sent"),
        (ambiguous, ["held"], "not posted.*several threads.*Kargo.*Fatura"),
    ],
)
async def test_whatever_becomes_of_an_answer_its_agents_are_told_and_the_case_is_labelled(
    labelling: World, fate: Callable[[World], Awaitable[int]], states: list[str], says: str
) -> None:
    case = await fate(labelling)
    await labelling.later(minutes=2)
    assert await labelling.answer_states() == states
    notes = told(labelling, case)
    assert len(notes) == len(states)
    assert re.search(says, notes[-1], re.DOTALL), notes[-1]
    assert labels(labelling, case).count(LABEL) == 1
    await labelling.restart()
    await labelling.later(minutes=10)
    assert told(labelling, case) == notes
