"""The bridge ends, or the ledger refuses, right beside a remote write: every write still takes effect exactly once."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.exc import SQLAlchemyError
from tests.bridge.world import World

from forum_bridge.sandbox.desk.faults import Fault as DeskFault
from forum_bridge.sandbox.desk.records import Status
from forum_bridge.sandbox.forum.faults import Fault as ForumFault

REPLY = r"POST /thread/\d+/reply"


async def broken_off(world: World) -> None:
    """Work until what the test refuses breaks the work off, as a kill at that place would."""
    world.clock.advance(seconds=2)
    with suppress(SQLAlchemyError):
        await world.settle()


async def healed(world: World) -> None:
    await world.restart()
    for _ in range(4):
        await world.later(seconds=31)


@pytest.mark.parametrize("dies", [True, False])
async def test_a_case_that_was_opened_but_not_noted_as_sent_is_not_written_again(world: World, dies: bool) -> None:
    question = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    async with world.unwritable("post", "sent", *(["unclear"] if dies else [])):
        await broken_off(world)
    await healed(world)
    assert len(world.deskie.cases()) == 1
    assert world.times_delivered(question.id) == 1
    assert (await world.post_states())[str(question.id)] == "sent"


@pytest.mark.parametrize("dies", [True, False])
async def test_a_message_that_was_added_but_not_noted_is_not_added_again(world: World, dies: bool) -> None:
    await world.write("Kargo", "Nerede?")
    second = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Hâlâ yok.")
    async with world.unwritable("post", "sent", *(["unclear"] if dies else [])):
        await broken_off(world)
    await healed(world)
    assert world.times_delivered(second.id) == 1


async def test_nothing_is_written_to_the_desk_before_the_ledger_knows(world: World) -> None:
    question = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    async with world.unwritable("post", "sending", "unclear"):
        await broken_off(world)
        assert world.deskie.cases() == []
    await healed(world)
    assert world.times_delivered(question.id) == 1


@pytest.mark.parametrize("dies", [True, False])
async def test_an_answer_that_was_posted_but_not_noted_is_not_posted_again(world: World, dies: bool) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    await world.deskie.agent_reply(case.case_id, "<p>Yarın sizde.</p>", 905)
    async with world.unwritable("answer", "sent", *(["unclear"] if dies else [])):
        await broken_off(world)
    await healed(world)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


async def dead_after_long_preparations(world: World, table: str, late: ForumFault | DeskFault, *, dies: bool) -> None:
    """End the bridge while a write is under way that it had begun 40 seconds before, and sent off just now: the other
    side carries it out 15 seconds later."""
    async with world.unwritable(table, "sent", "unclear"):
        await broken_off(world)
        world.clock.advance(seconds=38)
    assert late.hits == 1
    await (world.restart() if dies else world.sweep())
    await world.later(seconds=15)
    late.released.set()
    await asyncio.gather(*late.late)
    for _ in range(4):
        await world.later(seconds=31)


@pytest.mark.parametrize("dies", [True, False])
async def test_an_answer_that_was_prepared_for_long_is_not_posted_again_too_early(world: World, dies: bool) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    late = world.forum.faults.next(REPLY, "late")
    await world.deskie.agent_reply(case.case_id, "<p>Yarın sizde.</p>", 905)
    await dead_after_long_preparations(world, "answer", late, dies=dies)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


@pytest.mark.parametrize("dies", [True, False])
async def test_a_case_that_was_prepared_for_long_is_not_opened_again_too_early(world: World, dies: bool) -> None:
    late = world.deskie.faults.next(r"POST /api/cases\.json", "late")
    question = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    await dead_after_long_preparations(world, "post", late, dies=dies)
    assert world.times_delivered(question.id) == 1
    assert len(world.deskie.cases()) == 1


@pytest.mark.parametrize("dies", [True, False])
async def test_a_message_that_was_prepared_for_long_is_not_added_again_too_early(world: World, dies: bool) -> None:
    await world.write("Kargo", "Nerede?")
    late = world.deskie.faults.next(r"POST /api/cases/\d+/messages\.json", "late")
    second = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Hâlâ yok.")
    await dead_after_long_preparations(world, "post", late, dies=dies)
    assert world.times_delivered(second.id) == 1


@pytest.mark.parametrize("dies", [True, False])
async def test_a_note_that_was_prepared_for_long_is_not_written_again_too_early(world: World, dies: bool) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.lock(world.forum.threads()[0].id)
    await world.deskie.agent_reply(case.case_id, "<p>Yarın sizde.</p>", 905)
    late = world.deskie.faults.next(r"POST /api/cases/\d+/note\.json", "late")
    await dead_after_long_preparations(world, "agent_note", late, dies=dies)
    notes = [each for each in world.deskie.messages(case) if each.note]
    assert len(notes) == 1


@pytest.mark.parametrize("what", ["500", "429", "cut_before", "malformed"])
@pytest.mark.parametrize("reopens", [True, False])
async def test_a_message_into_a_closed_case_is_added_once_though_reopening_fails(
    world: World, what: str, reopens: bool
) -> None:
    world.deskie.switches.reopen_on_append = reopens
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.deskie.set_status(case.case_id, Status.CLOSED)
    await world.later(seconds=61)
    second = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Hâlâ yok.")
    async with world.unwritable("post", "sending"):  # the case's state is known before the fault is ordered
        await broken_off(world)
    world.deskie.faults.next(rf"(GET|PUT) /api/cases/{case.case_id}\.json", what, times=2)
    for _ in range(6):
        await world.later(seconds=31)
    assert world.times_delivered(second.id) == 1
    assert world.deskie.case(case.case_id).status is Status.OPEN
    assert (await world.post_states())[str(second.id)] == "sent"


async def test_a_message_found_after_a_lost_answer_opens_its_closed_case_too(world: World) -> None:
    world.deskie.switches.reopen_on_append = False
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.deskie.set_status(case.case_id, Status.CLOSED)
    await world.later(seconds=61)
    world.deskie.faults.next(r"POST /api/cases/\d+/messages\.json", "cut_after")
    second = await world.reply(world.forum.threads()[0].id, "Hâlâ yok.")
    for _ in range(4):
        await world.later(seconds=31)
    assert world.times_delivered(second) == 1
    assert world.deskie.case(case.case_id).status is Status.OPEN


async def test_ended_at_every_moment_a_post_becomes_one_message(world: World) -> None:
    """Cancel the work after ever more turns of the loop: no moment may lose or double anything."""
    turns, done = 0, False
    thread = None
    written = []
    while not done:
        if thread is None:
            post = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
            thread = world.forum.threads()[0]
        else:
            post = world.forum.reply(thread.id, world.deniz, f"Mesaj {turns}")
        written.append(post.id)
        world.clock.advance(seconds=31)
        work = asyncio.create_task(world.settle())
        for _ in range(turns):
            await asyncio.sleep(0)
        done = work.done()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await world.restart()
        turns += 23 + turns // 10  # the thread grows, and with it what there is to do
    for _ in range(6):
        await world.later(seconds=31)
    assert [world.times_delivered(post) for post in written] == [1] * len(written)
