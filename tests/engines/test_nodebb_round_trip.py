"""Both roads over the adapter `nodebb`: posts become cases, and of answers each is a post, whatever gets lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bridge.world import World, open_world
from tests.engines.nodebb import Entry, NodeBBForum
from tests.engines.place import Time, serving


@pytest.fixture
def forum() -> NodeBBForum:
    return NodeBBForum(Time())


@pytest.fixture
async def world(forum: NodeBBForum, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bridge looks after a board of the stand-in."""
    async with serving(forum.app) as url:

        def prepare(world: World) -> None:
            forum.clock = world.clock
            forum.begin("Eski konu", forum.ayse, "<p>Eski söz</p>")
            world.clock.advance(minutes=10)

            def at_the_stand_in(raw: dict[str, object]) -> None:
                login = {"user": "kopru", "api_key": forum.token}
                raw |= {"url": url, "adapter": "nodebb", "login": login, "watch": [{"board": f"{url}/category/2"}]}
                raw.pop("options", None)

            world.configure(at_the_stand_in)

        async with open_world(tmp_path / "ledger.sqlite", prepare) as made:
            yield made


def ours(forum: NodeBBForum) -> list[Entry]:
    return [entry for topic in forum.topics.values() for entry in topic.entries if entry.author is forum.kopru]


async def asked(world: World, forum: NodeBBForum) -> int:
    """Let a customer open a topic; return the case that it became."""
    world.clock.advance(minutes=1)
    forum.begin("Kargo", forum.ayse, "<p>Siparişim nerede?</p>")
    await world.later(minutes=1)
    (case,) = world.deskie.cases()
    return case.case_id


async def test_a_post_becomes_a_case_and_the_answer_a_post(world: World, forum: NodeBBForum) -> None:
    case = await asked(world, forum)
    assert "Siparişim nerede?" in world.messages()[case][0]
    await world.answer(case, "<p>Yarın <b>sizde</b>.</p>")
    assert await world.answer_states() == ["sent"]
    (post,) = ours(forum)
    assert "Yarın <strong>sizde</strong>." in post.html
    assert post.to == str(forum.topics[2].entries[0].pid)  # it stands as an answer to what was asked
    await world.later(minutes=5)
    assert len(world.messages()[case]) == 1  # our own post is nobody's message


async def test_the_pause_that_the_forum_asks_for_is_kept(world: World, forum: NodeBBForum) -> None:
    case = await asked(world, forum)
    await world.answer(case, "<p>Teşekkürler!</p>")
    await world.answer(case, "<p>Teşekkürler!</p>")
    assert await world.answer_states() == ["sent", "waiting"]
    await world.later(seconds=13)
    assert await world.answer_states() == ["sent", "sent"]
    assert len(ours(forum)) == 2


async def test_an_answer_whose_write_is_lost_is_posted_once(world: World, forum: NodeBBForum) -> None:
    case = await asked(world, forum)
    forum.cut = True
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["unclear"]
    for _ in range(4):
        await world.later(seconds=31)
    assert await world.answer_states() == ["sent"]
    assert len(ours(forum)) == 1


async def test_an_answer_in_the_post_queue_is_told_as_waiting_there(world: World, forum: NodeBBForum) -> None:
    case = await asked(world, forum)
    forum.moderated = True
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["queued"]
    assert ours(forum) == []
    (note,) = [each for each in world.deskie.messages(world.deskie.cases()[0]) if each.note]
    assert "moderator" in note.content_html
