"""An answer that a person found, or wrote by hand, on the forum: with its address the bridge takes that post for no
other answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.bridge.test_operator import REPLY, dead_answer
from tests.bridge.world import ELIF, World

from forum_bridge.daemon.operate import operate
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.tables import answer


async def two_alike(world: World) -> tuple[str, str]:
    """An answer died, the write of its like was lost, and meanwhile a person posted the first by hand. Return the name
    of the dead one and the address of the post."""
    name = await dead_answer(world)
    (case,) = world.deskie.cases()
    (thread,) = [thread for thread in world.forum.threads() if thread.title == "Kargo"]
    world.forum.lock(thread.id, locked=False)
    world.forum.faults.next(REPLY, "cut_before")
    await world.deskie.agent_reply(case.case_id, "<p>Yola çıktı.</p>", ELIF)
    await world.settle()
    assert await world.answer_states() == ["dead", "unclear"]
    us = world.forum.person("acme_destek")
    assert us is not None
    made = world.forum.reply(thread.id, us, "Yola çıktı.")
    await world.polled()
    return name, f"{world.url}/post/{made.id}"


async def gone_on(world: World) -> None:
    for _ in range(3):
        await world.later(minutes=1)


async def test_the_other_is_posted(world: World) -> None:
    name, url = await two_alike(world)
    said = await operate(world.ledger, Act.MARK_SENT, name, world.clock, url=url)
    assert said == f"{name} counts as sent."
    await gone_on(world)
    assert await world.answer_states() == ["sent", "sent"]
    assert len(world.ours()) == 2
    async with world.ledger.reading() as db:
        (stands, other) = (await db.scalars(select(answer.c.receipt_url).order_by(answer.c.id))).all()
    assert (stands, other == url) == (url, False)


async def test_the_address_of_a_customers_post_makes_it_no_post_of_ours(world: World) -> None:
    name, _ = await two_alike(world)
    (first, *_) = world.forum.threads()[0].posts
    await operate(world.ledger, Act.MARK_SENT, name, world.clock, url=f"{world.url}/post/{first.id}")
    async with world.ledger.reading() as db:
        assert (await db.scalars(select(answer.c.receipt_post).order_by(answer.c.id))).first() is None


async def test_what_goes_to_deskie_has_no_address(world: World) -> None:
    with pytest.raises(BridgeError, match="post-1 is no answer"):
        await operate(world.ledger, Act.MARK_SENT, "post-1", world.clock, url="http://forum.example/post/1")
