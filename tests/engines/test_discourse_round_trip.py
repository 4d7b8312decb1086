"""Both roads over the adapter `discourse`: posts become cases, and of answers each is a post, however alike they are
and whatever is lost on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bridge.confidence import MARKED
from tests.bridge.world import ELIF, World, open_world
from tests.engines.discourse import DiscourseForum
from tests.engines.discourse_files import DiscourseFiles
from tests.engines.discourse_messages import DiscourseMessages
from tests.engines.place import Time, serving

from forum_bridge.sandbox.desk.records import Upload


@pytest.fixture
def forum() -> DiscourseForum:
    forum = DiscourseForum(Time())
    DiscourseFiles(forum)
    DiscourseMessages(forum)
    return forum


@pytest.fixture
async def world(forum: DiscourseForum, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bridge looks after a board of the stand-in."""
    async with serving(forum.app) as url:

        def prepare(world: World) -> None:
            forum.clock = world.clock
            forum.kopru.staff = True
            forum.begin("Eski konu", forum.ayse, "Eski söz")
            world.clock.advance(minutes=10)

            def at_the_stand_in(raw: dict[str, object]) -> None:
                login = {"user": "kopru", "api_key": forum.key}
                raw |= {"url": url, "adapter": "discourse", "login": login}
                raw |= {"watch": [{"board": f"{url}/c/destek/5"}, {"inbox": True}], "answers": MARKED}
                raw.pop("options", None)

            world.configure(at_the_stand_in)

        async with open_world(tmp_path / "ledger.sqlite", prepare) as made:
            yield made


def ours(forum: DiscourseForum) -> list[str]:
    return [entry.raw for topic in forum.topics.values() for entry in topic.entries if entry.author is forum.kopru]


async def asked(world: World, forum: DiscourseForum) -> int:
    """Let a customer open a topic; return the case that it became."""
    world.clock.advance(minutes=1)
    forum.begin("Kargo", forum.ayse, "Siparişim nerede?")
    await world.later(minutes=1)
    (case,) = world.deskie.cases()
    return case.case_id


async def test_a_post_becomes_a_case_and_the_answer_a_post(world: World, forum: DiscourseForum) -> None:
    case = await asked(world, forum)
    assert "Siparişim nerede?" in world.messages()[case][0]
    await world.answer(case, "<p>Yarın <b>sizde</b>.</p>")
    assert await world.answer_states() == ["sent"]
    assert len(ours(forum)) == 1 and "Yarın **sizde**." in ours(forum)[0]
    await world.later(minutes=5)
    assert len(world.messages()[case]) == 1  # our own post is nobody's message


async def test_the_same_macro_twice_within_two_minutes_is_two_posts(world: World, forum: DiscourseForum) -> None:
    case = await asked(world, forum)
    await world.answer(case, "<p>Teşekkürler!</p>")
    await world.answer(case, "<p>Teşekkürler!</p>")
    assert await world.answer_states() == ["sent", "sent"]
    assert len(ours(forum)) == 2


async def test_a_version_that_takes_the_second_for_the_first_gets_it_again_once_it_has_forgotten(
    world: World, forum: DiscourseForum
) -> None:
    forum.counts_external_id = False
    case = await asked(world, forum)
    await world.answer(case, "<p>Teşekkürler!</p>")
    await world.answer(case, "<p>Teşekkürler!</p>")
    assert await world.answer_states() == ["sent", "waiting"] and len(ours(forum)) == 1
    assert "an earlier one of the same text" in (await world.reasons())[-1]
    await world.later(seconds=119)
    assert len(ours(forum)) == 1
    await world.later(seconds=40)
    assert await world.answer_states() == ["sent", "sent"] and len(ours(forum)) == 2


async def test_an_answer_whose_write_is_lost_is_posted_once(world: World, forum: DiscourseForum) -> None:
    case = await asked(world, forum)
    forum.cut = True
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert await world.answer_states() == ["unclear"]
    for _ in range(4):
        await world.later(seconds=31)
    assert await world.answer_states() == ["sent"]
    assert len(ours(forum)) == 1


async def test_an_answer_with_files_that_got_lost_is_found_with_them(world: World, forum: DiscourseForum) -> None:
    case = await asked(world, forum)
    forum.cut = True
    files = (
        Upload("İade formu.pdf", "application/pdf", b"%PDF-1.7 iade"),
        Upload("ekran_1.png", "image/png", b"\x89PNG ekran"),
    )
    await world.deskie.agent_reply(case, "<p>Formu doldurun.</p>", ELIF, files=files)
    await world.settle()
    await world.later(minutes=10)
    assert await world.answer_states() == ["sent"] and len(ours(forum)) == 1
    assert "[İade formu.pdf|attachment](upload://" in ours(forum)[0]
    assert "📎 ekran\\_1.png\n\n![ekran\\_1.png](upload://" in ours(forum)[0]


async def test_a_private_answer_is_a_personal_message_once_and_the_reply_to_it_a_case(
    world: World, forum: DiscourseForum
) -> None:
    case = await asked(world, forum)
    forum.cut = True
    await world.answer(case, "<p>[private] Şifreniz 1234.</p>")
    assert await world.answer_states() == ["unclear"]
    await world.later(minutes=2)
    await world.later(minutes=2)
    assert await world.answer_states() == ["sent"]
    (told,) = [topic for topic in forum.topics.values() if topic.private]
    assert told.members == {1, 2} and len(told.entries) == 1 and "Şifreniz 1234." in told.entries[0].raw
    assert not any(
        "1234" in entry.raw for topic in forum.topics.values() if not topic.private for entry in topic.entries
    )
    world.clock.advance(minutes=1)
    forum.write(told, forum.ayse, "Olmuyor")
    await world.later(minutes=2)
    (new,) = [each for each in world.messages() if each != case]
    assert "Olmuyor" in world.messages()[new][0]
    await world.answer(new, "<p>Yenisi 5678.</p>")
    assert (await world.answer_states())[-1] == "sent" and "5678" in told.entries[-1].raw
