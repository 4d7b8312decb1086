"""What counts as sent is sent again once it is gone from the other side, and never while it stands there."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.bridge.world import World

from forum_bridge.bridge.replay import Replay
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.tables import post, trail


async def replayed(world: World, name: str) -> str:
    said = await Replay(world.ledger, world.desk, world.sites, world.clock)(name)
    await world.sweep()
    await world.settle()
    return said


async def name_of(world: World, post_id: int) -> str:
    async with world.ledger.reading() as db:
        return f"post-{(await db.execute(select(post.c.id).where(post.c.post_id == str(post_id)))).scalar_one()}"


async def test_a_post_whose_case_was_purged_opens_a_new_one(world: World) -> None:
    made = await world.write("Kargo", "Nerede?")
    name = await name_of(world, made)
    with pytest.raises(BridgeError, match="still stands on the other side: in case"):
        await replayed(world, name)
    (case,) = world.deskie.cases()
    world.deskie.purge(case.case_id)
    await world.later(minutes=2)
    assert "sent again" in await replayed(world, name)
    assert world.times_delivered(made) == 1
    async with world.ledger.reading() as db:
        (mark,) = (await db.execute(select(trail))).all()
    assert (mark.step, mark.detail) == ("decided", f"replay; it had stood in case {case.case_id}, message not known")
    with pytest.raises(BridgeError, match="still stands"):
        await replayed(world, name)


async def test_a_post_that_stands_among_very_many_messages_is_not_sent_again(world: World) -> None:
    made = await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    for number in range(120):
        await world.deskie.agent_reply(case.case_id, f"<p>Yanıt {number}</p>", 905)
        world.clock.advance(seconds=1)
    with pytest.raises(BridgeError, match="too many newer messages"):
        await replayed(world, await name_of(world, made))
    assert world.times_delivered(made) == 1


async def test_a_post_that_agents_merged_elsewhere_is_found_there(world: World) -> None:
    first = await world.write("Kargo", "Nerede?")
    second = await world.write("İade", "Olur mu?")
    one, other = (case.case_id for case in world.deskie.cases())
    world.deskie.merge(one, other)
    for made in (first, second):
        with pytest.raises(BridgeError, match="still stands"):
            await replayed(world, await name_of(world, made))


async def test_an_answer_that_a_moderator_removed_is_posted_again(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    name = f"answer-{(await world.answer(case.case_id, '<p>Yola çıktı.</p>')).message_id}"
    with pytest.raises(BridgeError, match=r"still stands on the other side: http.*/post/"):
        await replayed(world, name)
    world.forum.delete(world.forum.posts()[-1].id)
    await replayed(world, name)
    assert len(world.ours()) == 1
    assert await world.answer_states() == ["sent"]


async def test_one_that_somebody_posted_by_hand_instead_is_found(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    name = f"answer-{(await world.answer(case.case_id, '<p>Yola çıktı.</p>')).message_id}"
    world.forum.delete(world.forum.posts()[-1].id)
    us = world.forum.person("acme_destek")
    assert us is not None
    world.forum.reply(world.forum.threads()[0].id, us, "Yola çıktı.")
    with pytest.raises(BridgeError, match="still stands"):
        await replayed(world, name)


async def test_what_a_moderator_may_be_looking_at_is_not_posted_again(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.switches.moderation = True
    name = f"answer-{(await world.answer(case.case_id, '<p>Yola çıktı.</p>')).message_id}"
    with pytest.raises(BridgeError, match="moderator"):
        await replayed(world, name)


@pytest.mark.parametrize(("name", "said"), [("Kargo", "not the name"), ("post-999", "no post-999"), ("note-1", "not")])
async def test_what_is_none_is_told(world: World, name: str, said: str) -> None:
    with pytest.raises(BridgeError, match=said):
        await replayed(world, name)


async def test_what_does_not_count_as_sent_is_not_replayed(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", "429", times=9)
    made = await world.write("Kargo", "Nerede?")
    with pytest.raises(BridgeError, match="does not count as sent"):
        await replayed(world, await name_of(world, made))


async def test_while_the_forum_cannot_be_read_nothing_is_posted(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    name = f"answer-{(await world.answer(case.case_id, '<p>Yola çıktı.</p>')).message_id}"
    world.forum.delete(world.forum.posts()[-1].id)
    world.forum.faults.next(r"GET /thread/.*", "empty", times=9)
    with pytest.raises(BridgeError):
        await replayed(world, name)
    assert await world.answer_states() == ["sent"]
