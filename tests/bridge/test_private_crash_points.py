"""Whatever is lost, refused or changed meanwhile: a private answer reaches its customer once and nobody else ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from tests.bridge.confidence import SECRET, case_of, label, marking, public, reader, sent
from tests.bridge.test_agent_notes import told
from tests.bridge.test_crash_points import broken_off, healed
from tests.bridge.test_private_answers import unmarked
from tests.bridge.world import ELIF, World, open_world
from tests.markup.test_marker import answers as any_answers

from forum_bridge.bridge.privacy import as_received
from forum_bridge.bridge.sealed import OpenDraft, PrivateThread, SealedDraft
from forum_bridge.config import AnswersConfig
from forum_bridge.daemon.operate import operate
from forum_bridge.deskie import AgentAnswer, Origin
from forum_bridge.errors import NotPosted
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.tables import answer, body
from forum_bridge.model import Attachment, Draft, ThreadId, ThreadRef, folded
from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.forum import What

if TYPE_CHECKING:
    from forum_bridge.forums.contract import CanReply

OPEN = r"POST /messages/new"
HTML = f"<p>[private] {SECRET}</p>"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite", marking(private_label="gizli")) as made:
        yield made


async def in_time(world: World) -> None:
    for _ in range(5):
        await world.later(seconds=31)


def once(world: World) -> None:
    """It reached Deniz once, and nobody else."""
    assert [(reader(world, each), SECRET in each.text) for each in sent(world)] == [("Deniz", True)]
    assert SECRET not in public(world)


# ------------------------------------------------------------------------------------------------------ lost writes


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE])
async def test_a_lost_message_is_looked_for_after_a_while(world: World, what: What) -> None:
    case = await case_of(world)
    world.forum.faults.next(OPEN, what)
    await world.answer(case, HTML)
    assert await world.answer_states() == ["unclear"]
    await in_time(world)
    once(world)
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize("what", [None, What.CUT_AFTER, What.CUT_BEFORE])
async def test_the_same_answer_twice_is_two_messages(world: World, what: What | None) -> None:
    case = await case_of(world)
    await world.answer(case, HTML)
    if what is not None:
        world.forum.faults.next(OPEN, what)
    await world.answer(case, HTML)
    await in_time(world)
    assert [SECRET in each.text for each in sent(world)] == [True, True]
    assert await world.answer_states() == ["sent", "sent"]
    assert SECRET not in public(world)


async def test_where_not_all_could_be_read_a_person_is_asked_and_told_what_is_not_known(world: World) -> None:
    case = await case_of(world)
    await world.answer(case, "<p>[private] Eski</p>")
    world.forum.faults.next(OPEN, What.CUT_BEFORE)
    await world.answer(case, HTML)
    world.forum.faults.next(r"GET /messages/1$", What.HALF, None)
    await in_time(world)
    assert await world.answer_states() == ["sent", "held"]
    assert "not known: look among the messages" in told(world, case)[0]
    assert any("not every conversation" in reason for reason in await world.reasons())
    world.forum.faults.clear()
    async with world.ledger.reading() as db:
        message = (await db.execute(select(answer.c.message_id).order_by(answer.c.id.desc()))).scalars().first()
    await operate(world.ledger, Act.RETRY, f"answer-{message}", world.clock)
    await world.sweep()
    await in_time(world)
    assert [SECRET in each.text for each in sent(world)] == [False, True]
    assert SECRET not in public(world)


async def test_a_forum_that_names_no_id_is_looked_at_at_once(world: World) -> None:
    marking(options={"message": {"posted_at": None}, "inbox": {"reply": {"posted_at": None}}})(world)
    await world.restart()
    await world.answer(await case_of(world), HTML)
    assert await world.answer_states() == ["sent"]
    once(world)


async def test_a_public_answer_whose_write_was_lost_is_looked_for_where_it_was_written(world: World) -> None:
    case = await case_of(world)
    world.forum.faults.next(r"POST /thread/\d+/reply", What.CUT_AFTER)
    await world.answer(case, "<p>Bu herkese.</p>")
    label(world, case)
    await world.restart()
    await world.answer(case, f"<p>{SECRET}</p>")
    await in_time(world)
    assert await world.answer_states() == ["sent", "sent"]
    assert ["Bu herkese." in text for text in world.ours()] == [True]
    once(world)


# ----------------------------------------------------------------------------------------------------- crash points


@pytest.mark.parametrize("dies", [True, False])
async def test_a_message_that_was_sent_but_not_noted_is_not_sent_again(world: World, dies: bool) -> None:
    file = Upload("iade.pdf", "application/pdf", b"%PDF-1.7\n" * 9)  # linked, so no upload's end is waited for
    await world.deskie.agent_reply(await case_of(world), HTML, ELIF, files=[file])
    async with world.unwritable("answer", "sent", *(["unclear"] if dies else [])):
        await broken_off(world)
    await healed(world)
    once(world)
    assert await world.answer_states() == ["sent"]


async def test_before_anything_is_written_the_ledger_knows_that_it_is_private_and_how_it_reads(world: World) -> None:
    case = await case_of(world)
    label(world, case)
    await world.deskie.agent_reply(case, f"<p>{SECRET}</p>", ELIF)
    await world.deskie.agent_reply(case, HTML, ELIF)
    async with world.unwritable("answer", "sending", "unclear"):
        await broken_off(world)
        assert sent(world) == []
        async with world.ledger.reading() as db:
            rows = await db.execute(select(answer.c.private, body.c.html).join(body, answer.c.body_id == body.c.id))
            first, second = rows.all()
    assert first == (True, f"<p>{SECRET}</p>")
    assert second.private is True  # from the webhook on
    assert "rivate" not in second.html
    label(world, case, on=False)
    await healed(world)
    assert [SECRET in each.text for each in sent(world)] == [True, True]
    assert SECRET not in public(world)


@pytest.mark.parametrize("refused", ["INSERT ON answer", "UPDATE OF private ON answer", "UPDATE ON body"])
async def test_a_ledger_that_cannot_write_it_down_makes_nothing_public(world: World, refused: str) -> None:
    case = await case_of(world)
    label(world, case)
    async with world.refusing(refused):
        await world.deskie.agent_reply(case, HTML, ELIF)
        await broken_off(world)
        assert (sent(world), world.ours()) == ([], [])
    await healed(world)
    await world.later(minutes=6)
    await in_time(world)
    once(world)


@pytest.mark.parametrize("to", [{}, {"private_marker": "#baska"}])
async def test_a_configuration_that_changes_while_it_waits_changes_nothing(world: World, to: dict[str, str]) -> None:
    case = await case_of(world)
    world.forum.faults.next(r"GET /messages/new", 503, None)
    await world.answer(case, HTML)
    label(world, case)
    await world.answer(case, f"<p><b>{SECRET}</b> iki</p>")
    assert await world.answer_states() == ["waiting", "waiting"]
    label(world, case, on=False)  # before the second one's turn has come
    world.forum.faults.clear()
    world.configure(lambda forum: forum.update(answers=to))
    await healed(world)
    first, second = (each.text for each in sent(world))
    assert SECRET in first
    assert "rivate" not in first
    assert f"**{SECRET}** iki" in second
    assert SECRET not in public(world)


@pytest.mark.parametrize("what", ["500", "html"])
async def test_the_label_of_what_waits_is_asked_for_until_it_is_known(world: World, what: str) -> None:
    case = await case_of(world)
    world.forum.switches.flood_seconds = 120
    await world.answer(case, "<p>Herkese.</p>")
    await world.answer(case, "<p>Bu da.</p>")
    label(world, case)
    world.deskie.faults.next(r"GET /api/cases/\d+\.json", what)
    await world.answer(case, f"<p>{SECRET}</p>")
    await world.later(seconds=61)
    label(world, case, on=False)
    for _ in range(4):
        await world.later(seconds=121)
    assert [SECRET in each.text for each in sent(world)] == [True]
    assert len(world.ours()) == 2
    assert SECRET not in public(world)


def test_what_came_with_a_mark_is_private_and_loses_it_at_the_door() -> None:
    config = AnswersConfig(private_marker="[private]")
    file = Attachment("https://acme.deskie.io/a/1", "iade [PRIVATE].pdf")
    plain = AgentAnswer(1, 2, ELIF, None, None, "Merhaba\n[private]", False, (), Origin.AGENT)
    assert as_received(config, plain) == (replace(plain, body="Merhaba\n"), True)
    html = replace(plain, body="<p>[<b>private]</b> Merhaba</p>", is_html=True)
    assert as_received(config, html) == (replace(html, body="<p>Merhaba</p>"), True)
    named = replace(plain, body="Merhaba", attachments=(file,))
    assert as_received(config, named) == (replace(named, attachments=(replace(file, name="iade .pdf"),)), True)
    stuck = replace(html, body="<p>https://acme.example/[private]</p><a href='https://acme.example/?[private]'>x</a>")
    assert as_received(config, stuck) == (stuck, True)
    assert as_received(config, replace(plain, body="Merhaba")) == (replace(plain, body="Merhaba"), False)
    assert as_received(AnswersConfig(), plain) == (plain, False)


async def test_what_the_webhook_marked_stays_private_before_the_case_was_ever_read(world: World) -> None:
    case = await case_of(world)
    world.deskie.faults.next(r"GET /api/cases/\d+/messages", "500", 99)
    await world.answer(case, f"<p>[<i>private</i>] <b>{SECRET}</b></p>")
    world.deskie.faults.clear()
    world.configure(unmarked)
    await healed(world)
    once(world)
    assert "rivate" not in sent(world)[0].text


# ---------------------------------------------------------------------------------------------- in turn, not too fast


async def test_they_keep_their_place_among_the_forums_answers_and_its_pauses(world: World) -> None:
    case = await case_of(world)
    world.forum.switches.flood_seconds = 60
    await world.answer(case, HTML)
    await world.answer(case, f"<p>[private] {SECRET} iki</p>")
    await world.answer(case, "<p>Bu herkese.</p>")
    assert await world.answer_states() == ["sent", "waiting", "waiting"]
    for _ in range(6):
        await world.later(seconds=61)
    assert await world.answer_states() == ["sent"] * 3
    times = [
        *(each.time for each in sent(world)),
        *(post.time for post in world.forum.posts() if "herkese" in post.text),
    ]
    assert times == sorted(times)
    assert SECRET not in public(world)


async def test_a_forum_that_takes_and_never_shows_a_message_does_not_get_it_for_ever(world: World) -> None:
    fault = world.forum.faults.next(OPEN, 200, None)
    await world.answer(await case_of(world), HTML)
    for _ in range(60):
        await world.later(seconds=31)
    assert await world.answer_states() == ["held"]
    assert fault.hits <= 5
    assert SECRET not in public(world)


async def test_a_person_may_retry_what_could_not_be_sent_and_it_stays_private(world: World) -> None:
    marking(options={"message": None})(world)
    await world.restart()
    case = await case_of(world)
    message = await world.answer(case, HTML)
    assert await world.answer_states() == ["dead"]
    world.configure(lambda forum: forum.update(answers={}, options={}))
    await world.restart()
    await operate(world.ledger, Act.RETRY, f"answer-{message.message_id}", world.clock)
    await world.sweep()
    await in_time(world)
    once(world)


# ----------------------------------------------------------------------------------------------------- by their types


def test_a_private_draft_has_no_way_into_a_public_thread() -> None:
    with pytest.raises(NotPosted, match="no public thread"):
        PrivateThread(ThreadRef(ThreadId("1"), "https://forum.example/thread/1"))
    assert SECRET not in repr(SealedDraft(Draft(SECRET)))


if TYPE_CHECKING:

    async def _none_of_this_is_let_pass(adapter: CanReply, thread: ThreadRef, sealed: SealedDraft) -> None:
        await sealed.into(adapter, thread)  # type: ignore[arg-type]
        await adapter.reply(thread, sealed)  # type: ignore[arg-type]
        OpenDraft(sealed)  # type: ignore[arg-type]
        draft: Draft = sealed  # type: ignore[assignment]
        draft2: OpenDraft = sealed  # type: ignore[assignment]
        del draft, draft2


# ---------------------------------------------------------------------------------------------------- whatever is said


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(html=any_answers())
async def test_whatever_an_answer_says_and_wherever_its_marker_stands(world: World, html: str) -> None:
    case = world.deskie.cases()[0].case_id if world.deskie.cases() else await case_of(world)
    before = len(await world.answer_states())
    await world.answer(case, f"{html}<p>{SECRET}</p>")
    await world.later(seconds=31)
    assert (await world.answer_states())[before:] == ["sent"]
    message = sent(world)[-1].text
    assert SECRET in message
    assert "[private]" not in folded(message.replace("\\", ""))
    assert world.ours() == []
    assert SECRET not in public(world)
    assert reader(world, sent(world)[-1]) == "Deniz"
