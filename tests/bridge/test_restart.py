"""The bridge ends at the worst moment, or is configured anew: nothing is lost, nothing is doubled."""

import asyncio

import pytest
from tests.bridge.world import World

from forum_bridge.errors import ConfigurationRefused, LedgerRefused
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.sandbox.desk.faults import What as DeskFault
from forum_bridge.sandbox.forum.faults import What as ForumFault


async def cancelled_while_hanging(world: World, hits: object) -> None:
    """Let the bridge work until a request hangs, then end it on the spot, as a kill would."""
    work = asyncio.create_task(world.settle())
    async with asyncio.timeout(10):
        while not hits.hits:  # type: ignore[attr-defined]
            await asyncio.wait([work], timeout=0.01)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize("takes_effect", [False, True])
async def test_ended_while_a_case_is_being_opened(world: World, takes_effect: bool) -> None:
    fault = world.deskie.faults.next(r"POST /api/cases\.json", DeskFault.HANG, takes_effect=takes_effect)
    question = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.clock.advance(seconds=2)
    await cancelled_while_hanging(world, fault)
    await world.restart()
    for _ in range(3):
        await world.later(seconds=31)
    assert world.times_delivered(question.id) == 1
    assert len(world.deskie.cases()) == 1


@pytest.mark.parametrize("takes_effect", [False, True])
async def test_ended_while_an_answer_is_being_posted(world: World, takes_effect: bool) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    fault = world.forum.faults.next(r"POST /thread/\d+/reply", ForumFault.HANG, takes_effect=takes_effect)
    await world.deskie.agent_reply(case.case_id, "<p>Yarın sizde.</p>", 905)
    await cancelled_while_hanging(world, fault)
    world.forum.faults.clear()
    await world.restart()
    for _ in range(3):
        await world.later(seconds=31)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


async def test_what_is_written_while_the_bridge_is_down_is_found_in_order(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0]
    await world.bridge_down()
    texts = [f"Mesaj {number}" for number in range(1, 26)]
    for text in texts:
        world.forum.reply(thread.id, world.deniz, text)
        world.clock.advance(minutes=1)
    await world.bridge_up()
    for _ in range(25):
        await world.later(seconds=30)
    (messages,) = world.messages().values()
    assert len(messages) == 26
    assert [text in html for text, html in zip(texts, messages[1:], strict=True)] == [True] * 25


async def test_a_second_bridge_on_the_same_ledger_is_refused(world: World) -> None:
    with pytest.raises(LedgerRefused, match="in use by process"):
        async with Ledger.open(world.ledger_path, world.clock):
            pass


async def test_changing_the_identity_of_a_used_forum_is_refused_with_what_to_do(world: World) -> None:
    world.configure(lambda forum: forum.update(identity="author_in_thread"))
    await world.restart()  # nothing was written with it yet
    await world.write("Kargo", "Nerede?")
    world.configure(lambda forum: forum.update(identity="author"))
    await world.bridge_down()
    with pytest.raises(ConfigurationRefused, match="identity is author, but") as refused:
        await world.bridge_up()
    assert "Set it back to author_in_thread" in refused.value.explanation


async def test_renaming_a_used_forum_is_refused_with_what_to_do(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    forum = world.config.forums["sandbox"]
    world.config = world.config.model_copy(update={"forums": {"yeni": forum}})
    await world.bridge_down()
    with pytest.raises(ConfigurationRefused, match="has conversations in the ledger") as refused:
        await world.bridge_up()
    assert "call it sandbox again" in refused.value.explanation
