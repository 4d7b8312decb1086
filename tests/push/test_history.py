"""What an owner may ask back: their customers' posts and the answers, page by page; never what is for agents alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import update
from tests.bridge.test_others_words import by_mail, told_the_stranger
from tests.push.place import OTHER, PushWorld, post, signed

from forum_bridge.daemon.operate import operate
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.tables import answer, body

CAN = {"id": 13, "name": "Can"}


async def messages(place: PushWorld, **asked: str) -> list[dict[str, Any]]:
    """Return all pages of a history, and see that none is empty and each is as long as asked for."""
    found: list[dict[str, Any]] = []
    while True:
        status, told = await place.history(**asked)
        assert status == 200, told
        page: list[dict[str, Any]] = told["messages"]  # type: ignore[assignment]
        found += page
        if told["next"] is None:
            return found
        assert len(page) == int(asked.get("limit", "50"))
        asked["before"] = str(told["next"])


async def test_a_customers_posts_and_the_answers_to_them_the_newest_first(place: PushWorld) -> None:
    case = await place.case(post(1, "Nerede?"), post(2, "Ben de!", author=CAN))
    place.world.clock.advance(minutes=1)
    ayse = next(
        each.case_id
        for each in place.world.deskie.cases()
        if "12" in str(place.world.deskie.user(each.user_id).custom_id)
    )
    await place.world.answer(ayse, "<p>Yolda, <b>Ayşe</b>.</p>")
    place.world.clock.advance(minutes=1)
    await place.case(post(3, "Teşekkürler."))
    assert case
    told = await messages(place, author="12")
    assert [(each["kind"], each["html"]) for each in told] == [
        ("post", "<p>Teşekkürler.</p>"),
        ("answer", "<p>Yolda, <b>Ayşe</b>.</p>"),
        ("post", "<p>Nerede?</p>"),
    ]
    assert told[1]["author"] is None and told[1]["url"] == "https://app.example/chat/7#c-1"
    assert told[2] == {
        "kind": "post",
        "id": "1",
        "time": told[2]["time"],
        "thread": {"id": "7", "url": "https://app.example/chat/7", "title": "Kargo", "private": False},
        "author": {"id": "12", "name": "Ayşe Öz"},
        "url": "https://app.example/chat/7#post-1",
        "html": "<p>Nerede?</p>",
    }
    assert datetime.fromisoformat(told[0]["time"]) > datetime.fromisoformat(told[2]["time"])
    assert [each["id"] for each in await messages(place, author="13")] == ["2"]
    assert len(await messages(place, thread="7")) == 4
    assert [each["id"] for each in await messages(place, thread="7", author="13")] == ["2"]
    assert await messages(place, author="99") == []


async def test_every_page_follows_the_one_before_even_where_all_is_of_one_moment(place: PushWorld) -> None:
    await place.case(*(post(each, f"{each}") for each in range(1, 8)))
    whole = await messages(place, author="12")
    assert [each["id"] for each in whole] == ["7", "6", "5", "4", "3", "2", "1"]
    for limit in ("1", "2", "3", "7"):
        assert await messages(place, author="12", limit=limit) == whole


async def test_what_is_for_agents_alone_is_never_told(place: PushWorld) -> None:
    case = await place.case(post(1))
    await place.world.deskie.add_note(case, "<p>Gizli not</p>", 905)
    message = await place.world.deskie.agent_reply(case, "<p>Gizli taslak</p>", 905)
    message.note = True  # it turns out to be a note only when the case is read
    await place.world.settle()
    assert await place.world.answer_states() == ["ignored"]
    place.owner.statuses = [422]
    await place.world.answer(case, "<p>Gizli ret</p>")
    assert (await place.world.answer_states())[-1] == "dead"
    await place.world.settle()
    told = await messages(place, thread="7")
    assert [each["kind"] for each in told] == ["post"] and "Gizli" not in str(told)


async def test_a_private_answer_to_a_public_post_is_not_told(place: PushWorld) -> None:
    case = await place.case(post(1))
    await place.world.answer(case, "<p>Size özel.</p>")
    await place.world.ledger.commit(lambda db: db.execute(update(answer).values(private=True)))
    assert [each["kind"] for each in await messages(place, author="12")] == ["post"]


@pytest.mark.parametrize("url", [None, "https://app.example/chat/7#c-9"])
async def test_a_held_answer_that_somebody_calls_sent_is_told_only_if_they_say_where_it_stands(
    place: PushWorld, url: str | None
) -> None:
    world, case = place.world, await place.case(post(1, "Nerede?"))
    stranger = by_mail(world)
    message = await told_the_stranger(world, stranger)
    world.deskie.merge(stranger, case)
    for _ in range(4):
        await world.later(minutes=6)
    assert await world.answer_states() == ["held"]
    await operate(world.ledger, Act.MARK_SENT, f"answer-{message}", world.clock, url=url)
    assert ("answer" in [each["kind"] for each in await messages(place, author="12")]) == (url is not None)


async def test_what_our_own_people_wrote_there_is_a_note_and_not_told(place: PushWorld) -> None:
    forums = dict(place.world.config.forums)
    forums["uygulama"] = forums["uygulama"].model_copy(update={"own_authors": ("Destek",)})
    place.world.config = place.world.config.model_copy(update={"forums": forums})
    await place.world.restart()
    await place.case(post(1))
    await place.case(post(2, "Elden yazdım.", author={"id": 1, "name": "Destek"}))
    assert [each["id"] for each in await messages(place, thread="7")] == ["1"]


async def test_an_edit_is_told_as_it_stands_and_what_was_deleted_is_not(place: PushWorld) -> None:
    await place.case(post(1, "Nerde?"), post(2, "Sil bunu."))
    await place.send(post(1, "Başka bir şey."))
    await place.send({"id": 2, "deleted": True})
    assert [(each["id"], each["html"]) for each in await messages(place, author="12")] == [
        ("1", "<p>Başka bir şey.</p>")
    ]


async def test_where_retention_has_emptied_the_texts_the_rest_is_told(place: PushWorld) -> None:
    case = await place.case(post(1))
    await place.world.answer(case, "<p>Yolda.</p>")
    await place.world.ledger.commit(lambda db: db.execute(update(body).values(html="")))
    await place.world.ledger.commit(lambda db: db.execute(update(answer).values(body_id=None)))
    assert [each["html"] for each in await messages(place, author="12")] == [None, None]


async def test_a_long_answer_is_told_in_its_parts(place: PushWorld) -> None:
    forums = dict(place.world.config.forums)
    answers = forums["uygulama"].answers.model_copy(update={"longest": 300, "template": "{{ body }}"})
    forums["uygulama"] = forums["uygulama"].model_copy(update={"answers": answers})
    place.world.config = place.world.config.model_copy(update={"forums": forums})
    await place.world.restart()
    case = await place.case(post(1))
    await place.world.answer(case, "".join(f"<p>{number} {'uzun ' * 20}</p>" for number in range(6)))
    told = await messages(place, thread="7")
    parts = [each["id"] for each in told if each["kind"] == "answer"]
    assert len(parts) > 1 and sorted(parts) == sorted(place.owner.answers)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"author": ""},
        {"author": "1", "limit": "0"},
        {"author": "1", "limit": "101"},
        {"author": "1", "limit": "x"},
        {"author": "1", "private": "yes", "thread": "1"},
        {"author": "1", "before": "x"},
        {"author": "1", "before": "MjAyNi0wMy0wMiA5IDE"},
        {"author": "1", "who": "me"},
    ],
)
async def test_what_cannot_be_understood_is_400(place: PushWorld, asked: dict[str, str]) -> None:
    status, told = await place.history(**asked)
    assert status == 400 and told["error"]


async def test_nobody_else_may_ask(place: PushWorld) -> None:
    await place.case(post(1))
    query, now = urlencode({"author": "12"}), place.world.clock()
    tries = {
        "no signature": ({}, query),
        "another secret": (signed(OTHER, "a", query.encode(), now), query),
        "another question": (signed(OTHER, "a", b"author=13", now), query),
        "too old": (signed(OTHER, "a", query.encode(), now - timedelta(minutes=6)), query),
    }
    async with aiohttp.ClientSession() as http:
        for why, (headers, asked) in tries.items():
            async with http.get(f"{place.url}/history?{asked}", headers=headers) as answer:
                assert answer.status == 401, why
                assert "Ayşe" not in await answer.text()
