"""Agents' answers reach the owner signed, and stand there once, whatever happens on the way."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError
from tests.push.place import FORUM, OTHER, SECRET, PushWorld, open_push_world, post

from forum_bridge.bridge.publish import LOST_WRITES_KNOWN_AGAIN


async def test_an_answer_arrives_signed_with_what_it_answers(place: PushWorld) -> None:
    case = await place.case(post(1))
    message = await place.world.answer(case, "<p>Yarın <b>elinizde</b>.</p>")
    (key,) = place.owner.answers
    assert key == f"default:{message.message_id}:1"
    told = place.owner.answers[key]
    assert told["id"] == key
    assert told["thread"] == {"id": "7", "url": "https://app.example/chat/7", "title": "Kargo", "private": False}
    assert told["in_reply_to"] == {
        "id": "1",
        "url": "https://app.example/chat/7#post-1",
        "author": {"id": "12", "name": "Ayşe Öz"},
    }
    assert told["agent"] == {"name": "Elif Kaya"}
    assert "Yarın <" in str(told["html"]) and "Yarın elinizde." in str(told["text"])
    assert await place.world.answer_states() == ["sent"]


async def test_an_answer_whose_response_is_lost_is_sent_again_under_the_same_id(place: PushWorld) -> None:
    case = await place.case(post(1))
    place.owner.statuses = [0]
    await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == ["unclear"]
    await place.world.later(seconds=29)
    assert len(place.owner.asked) == 1
    await place.world.later(seconds=2)
    assert await place.world.answer_states() == ["sent"]
    assert len(place.owner.asked) == 2 and len(set(place.owner.asked)) == 1
    assert len(place.owner.answers) == 1


async def test_a_bridge_that_is_killed_while_it_sends_sends_again_under_the_same_id(place: PushWorld) -> None:
    case = await place.case(post(1))
    async with place.world.unwritable("answer", "sent", "unclear"):
        with suppress(SQLAlchemyError):
            await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == ["sending"]
    await place.world.restart()
    for _ in range(2):
        await place.world.later(seconds=31)
    assert await place.world.answer_states() == ["sent"]
    assert len(place.owner.asked) == 2 and len(place.owner.answers) == 1


async def test_an_owner_who_never_says_so_gets_an_answer_for_hours_and_then_a_person_decides(place: PushWorld) -> None:
    case = await place.case(post(1))
    place.owner.statuses = [0] * 100
    await place.world.answer(case, "<p>Yolda.</p>")
    for _ in range(200):
        await place.world.later(minutes=16)
    assert await place.world.answer_states() == ["held"]
    assert len(place.owner.asked) == LOST_WRITES_KNOWN_AGAIN and len(set(place.owner.asked)) == 1
    assert any("never said that it took it" in reason for reason in await place.world.reasons())


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_owner_who_is_busy_is_asked_again_when_they_said(place: PushWorld, status: int) -> None:
    case = await place.case(post(1))
    place.owner.statuses, place.owner.headers = [status], {"Retry-After": "120"}
    await place.world.answer(case, "<p>Yolda.</p>")
    await place.world.later(seconds=119)
    assert len(place.owner.asked) == 1 and await place.world.answer_states() == ["waiting"]
    await place.world.later(seconds=2)
    assert await place.world.answer_states() == ["sent"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, "dead"),
        (404, "dead"),
        (410, "dead"),
        (422, "dead"),
        (401, "waiting"),
        (403, "waiting"),
        (301, "waiting"),
        (500, "unclear"),
    ],
)
async def test_other_refusals(place: PushWorld, status: int, state: str) -> None:
    case = await place.case(post(1))
    place.owner.statuses, place.owner.headers = [status], {"Location": "https://elsewhere.example/"}
    await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == [state]
    reasons = " ".join(await place.world.reasons())
    if status < 500 and status != 301:
        assert "the chat is closed" in reasons
    assert SECRET not in reasons


async def test_a_wrong_secret_on_their_side_waits_and_arrives_once_it_is_mended(place: PushWorld) -> None:
    case = await place.case(post(1))
    place.owner.secret = OTHER
    await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == ["waiting"]
    assert any("Compare options.secret" in reason for reason in await place.world.reasons())
    place.owner.secret = SECRET
    await place.world.later(minutes=15)
    assert await place.world.answer_states() == ["sent"]


async def test_while_a_secret_is_changed_answers_bear_both_signatures(place: PushWorld) -> None:
    place.world.config.forums[FORUM].options["secret"] = [OTHER, SECRET]
    await place.world.restart()
    case = await place.case(post(1))
    await place.world.answer(case, "<p>Bir.</p>")
    place.owner.secret = OTHER
    await place.world.answer(case, "<p>İki.</p>")
    assert await place.world.answer_states() == ["sent", "sent"]


async def test_whatever_an_owner_says_with_2xx_it_is_taken(place: PushWorld) -> None:
    case = await place.case(post(1))
    replies: list[object] = [None, "ok", [], {"id": None}, {"id": 5}, {"url": "x"}]
    for place.owner.reply in replies:
        await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == ["sent"] * len(replies)


async def test_an_internal_note_never_leaves(place: PushWorld) -> None:
    case = await place.case(post(1))
    await place.world.deskie.add_note(case, "<p>Gizli</p>", 905)
    await place.world.settle()
    assert place.owner.asked == []
    (_, told) = await place.history(thread="7")
    assert "Gizli" not in str(told)


async def test_without_an_address_an_answer_is_a_dead_letter_that_says_what_to_do(tmp_path: Path) -> None:
    async with open_push_world(tmp_path / "ledger.sqlite", {"answers_to": None}) as place:
        case = await place.case(post(1))
        await place.world.answer(case, "<p>Yolda.</p>")
        assert await place.world.answer_states() == ["dead"]
        assert any("options.answers_to" in reason for reason in await place.world.reasons())


async def test_an_address_that_leads_into_a_private_network_is_not_asked(tmp_path: Path) -> None:
    """The name is public by its looks; where it leads only the resolver tells."""
    async with open_push_world(tmp_path / "ledger.sqlite") as place:
        options = place.world.config.forums[FORUM].options
        options["answers_to"] = place.owner.url.replace("127.0.0.1", "localhost").replace("http:", "https:")
        options["private_network"] = False
        await place.world.restart()
        case = await place.case(post(1))
        await place.world.answer(case, "<p>Yolda.</p>")
        assert await place.world.answer_states() == ["waiting"]
        assert any("leads into a private network" in reason for reason in await place.world.reasons())
        assert place.owner.asked == []


async def test_nobody_there_is_asked_again(place: PushWorld) -> None:
    place.world.config.forums[FORUM].options["answers_to"] = "http://127.0.0.1:9/"
    await place.world.restart()
    case = await place.case(post(1))
    await place.world.answer(case, "<p>Yolda.</p>")
    assert await place.world.answer_states() == ["waiting"]
    assert any("No connection to 127.0.0.1" in reason for reason in await place.world.reasons())
