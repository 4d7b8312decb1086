"""What an owner sends becomes cases by the road of every other post, once; what is not theirs leaves no trace."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO

import aiohttp
import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs
from tests.push.place import FORUM, OTHER, SECRET, PushWorld, post, signed

from forum_bridge.bridge import push_door
from forum_bridge.bridge.deletions import REASON
from forum_bridge.ledger.tables import watch
from forum_bridge.web.standard_webhooks import Keys


async def test_a_post_becomes_a_case_and_the_next_one_a_message_in_it(place: PushWorld) -> None:
    status, told = await place.send(post(1, "Siparişim <nerede>?\n\nAcil."))
    assert (status, told) == (200, {"result": "taken", "new": 1, "deleted": 0})
    await place.world.settle()
    (case,) = place.world.deskie.cases()
    assert case.subject == "Kargo"
    user = place.world.deskie.user(case.user_id)
    assert (user.custom_id, user.full_name) == (f"{FORUM}:12", "Ayşe Öz")
    (message,) = place.world.messages()[case.case_id]
    assert "<p>Siparişim &lt;nerede&gt;?</p><p>Acil.</p>" in message.replace("\n", "")
    assert 'href="https://app.example/chat/7#post-1"' in message

    place.world.clock.advance(seconds=5)
    assert (await place.send(post(2, "Hâlâ bekliyorum.")))[0] == 200
    await place.world.settle()
    assert len(place.world.deskie.cases()) == 1
    assert len(place.world.messages()[case.case_id]) == 2


async def test_html_email_address_and_time_are_taken_over(place: PushWorld) -> None:
    written = place.world.clock() + timedelta(minutes=1)
    case = await place.case(
        {
            "id": "a-9",
            "thread": {"id": "t", "url": "https://app.example/t"},
            "author": {"name": "Ece", "id": "ece@app", "email": "ece@firm.example"},
            "html": "<p>Bakar <b>mısınız</b></p><script>x</script>",
            "url": "https://app.example/t/a-9",
            "time": written.isoformat(),
        }
    )
    user = place.world.deskie.user(place.world.deskie.case(case).user_id)
    assert user.email == "ece@firm.example"
    (message,) = place.world.messages()[case]
    assert "<b>mısınız</b>" in message or "<strong>mısınız</strong>" in message
    assert "script" not in message
    assert 'href="https://app.example/t/a-9"' in message
    _, told = await place.history(author="ece@app")
    assert told["messages"][0]["time"] == written.isoformat()  # type: ignore[index]


async def test_the_same_request_and_the_same_posts_are_taken_in_once(place: PushWorld) -> None:
    assert (await place.send(post(1), message_id="m"))[1]["result"] == "taken"
    assert (await place.send(post(1), message_id="m"))[1] == {"result": "known", "new": 0, "deleted": 0}
    assert (await place.send(post(1), message_id="n"))[1] == {"result": "taken", "new": 0, "deleted": 0}
    await place.world.restart()
    assert (await place.send(post(1), message_id="m"))[1]["result"] == "known"
    await place.world.settle()
    assert [len(each) for each in place.world.messages().values()] == [1]


async def test_a_name_that_is_given_twice_is_not_silently_lost(place: PushWorld) -> None:
    await place.send(post(1), message_id="m")
    status, told = await place.send(post(2), message_id="m")
    assert status == 409 and "one of its own" in str(told["error"])
    assert f"{2}" not in await place.world.post_states()


def at(place: PushWorld, **shift: float) -> datetime:
    return place.world.clock() + timedelta(**shift)


async def test_what_the_owner_did_not_sign_just_now_is_401_and_leaves_nothing(place: PushWorld) -> None:
    body = json.dumps({"posts": [post(1)]}).encode()
    good = signed(SECRET, "m", body, at(place))
    wrong = {
        "no header": {},
        "no id": {key: value for key, value in good.items() if key != "webhook-id"},
        "another secret": signed(OTHER, "m", body, at(place)),
        "another id": {**good, "webhook-id": "n"},
        "another body": signed(SECRET, "m", body + b" ", at(place)),
        "too old": signed(SECRET, "m", body, at(place, minutes=-5, seconds=-1)),
        "too new": signed(SECRET, "m", body, at(place, minutes=5, seconds=1)),
        "a moved time": {**good, "webhook-timestamp": str(int(at(place, minutes=4).timestamp()))},
        "another version": {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
        "no signature": {**good, "webhook-signature": "v1,%%%"},
    }
    with capture_logs() as logs:
        for why, headers in wrong.items():
            status, told = await place.knock(body, headers)
            assert status == 401, why
            assert told["error"], why
    assert [each["event"] for each in logs] == ["push_refused"] * len(wrong)
    assert SECRET not in str(logs) and good["webhook-signature"] not in str(logs)
    assert "webhook-timestamp is 301 seconds old" in str(logs)
    await place.world.settle()
    assert place.world.deskie.cases() == [] and "1" not in await place.world.post_states()
    assert (await place.knock(body, good))[0] == 200


async def test_while_a_secret_is_changed_both_hold(place: PushWorld) -> None:
    place.world.config.forums[FORUM].options["secret"] = [OTHER, SECRET]
    await place.world.restart()
    assert (await place.send(post(1), secret=SECRET))[0] == 200
    assert (await place.send(post(2), secret=OTHER))[0] == 200


MALFORMED: list[tuple[bytes, str]] = [
    (b"", ""),
    (b"[]", ""),
    (b"\xff", ""),
    (b'{"posts": []}', "posts"),
    (b'{"posts": [1]}', "posts.0"),
    (json.dumps({"posts": [post(1)], "more": 1}).encode(), "more"),
    (json.dumps({"posts": [post(1), {**post(2), "body": "x"}]}).encode(), "posts.1.body"),
    (json.dumps({"posts": [post(1, html="<p>x</p>")]}).encode(), "posts.0"),
    (json.dumps({"posts": [post(1, time="2026-03-02T09:00:00")]}).encode(), "posts.0.time"),
    (json.dumps({"posts": [post(1, time=1772442000)]}).encode(), "posts.0.time"),
    (json.dumps({"posts": [post("pm-1")]}).encode(), "posts.0.id"),
    (json.dumps({"posts": [post(1, author={"id": "guest:x", "name": "x"})]}).encode(), "posts.0.author.id"),
    (json.dumps({"posts": [post(1, author={"name": " \t"})]}).encode(), "posts.0.author.name"),
    (json.dumps({"posts": [post(1, url="javascript:alert(1)")]}).encode(), "posts.0.url"),
    (json.dumps({"posts": [post(1, url="https://a:b@app.example/")]}).encode(), "posts.0.url"),
    (json.dumps({"posts": [post(1, text="x" * 200_001)]}).encode(), "posts.0.text"),
    (json.dumps({"posts": [{**post(1), "text": None, "html": "<div>" * 600}]}).encode(), "posts.0.html"),
    (json.dumps({"posts": [post(1), post(1)]}).encode(), "posts"),
    (json.dumps({"posts": [{"id": 1, "deleted": True, "text": "x"}]}).encode(), "posts.0.text"),
    (json.dumps({"posts": [post(each) for each in range(101)]}).encode(), "posts"),
]


async def test_what_cannot_be_read_is_400_and_says_where_and_nothing_of_it_is_taken(place: PushWorld) -> None:
    for body, where in MALFORMED:
        place.world.clock.advance(seconds=1)
        status, told = await place.knock(body, Keys.of([SECRET]).signed("m", body, at(place)))
        assert (status, told.get("where", "")) == (400, where), body[:200]
        assert told["error"]
    assert "1" not in await place.world.post_states()


async def test_more_than_a_megabyte_is_413(place: PushWorld) -> None:
    async with aiohttp.ClientSession() as http, http.post(place.url, data=BytesIO(b"x" * 1_100_000)) as answer:
        assert answer.status == 413


async def test_who_knocks_too_often_is_429_and_others_are_let_in(place: PushWorld) -> None:
    def behind(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": f"1.2.3.4, {address}"}

    statuses = [(await place.knock(b"", behind("198.51.100.7")))[0] for _ in range(push_door.BURST + 1)]
    assert statuses == [401] * push_door.BURST + [429]
    assert (await place.knock(b"", behind("198.51.100.8")))[0] == 401
    six = [(await place.knock(b"", behind(f"2001:db8::{each:x}")))[0] for each in range(push_door.BURST + 1)]
    assert six[-1] == 429
    place.world.clock.advance(seconds=1)
    again = [(await place.knock(b"", behind("198.51.100.7")))[0] for _ in range(2)]
    assert again == [401, 429]


@pytest.mark.parametrize("forum", ["sandbox", "nobody", "%00"])
async def test_a_forum_that_does_not_send_is_404(place: PushWorld, forum: str) -> None:
    base = f"{place.world.bridge_url}/push/{forum}"
    async with aiohttp.ClientSession() as http:
        async with http.post(base) as answer:
            assert answer.status == 404
        async with http.get(f"{base}/history?author=1") as answer:
            assert answer.status == 404


async def test_before_the_forum_is_registered_it_is_503_and_the_next_try_is_taken(place: PushWorld) -> None:
    remove = delete(watch).where(watch.c.kind == "push")
    await place.world.ledger.commit(lambda db: db.execute(remove))
    status, _ = await place.send(post(1), message_id="m")
    assert status == 503 and "1" not in await place.world.post_states()
    await place.world.restart()
    assert (await place.send(post(1), message_id="m"))[1]["result"] == "taken"


async def test_an_edit_before_delivery_replaces_and_a_later_one_adds_nothing_twice(place: PushWorld) -> None:
    await place.send(post(1, "Nerde?"))
    await place.send(post(1, "Nerede?"))
    await place.world.settle()
    (htmls,) = place.world.messages().values()
    assert len(htmls) == 1 and "Nerede?" in htmls[0]
    await place.send(post(1, "Nerede? Ek: 42 numaralı sipariş."))
    await place.world.settle()
    (htmls,) = place.world.messages().values()
    assert len(htmls) == 2 and "42 numaralı" in htmls[1]


async def test_what_is_deleted_before_delivery_never_reaches_the_desk_unless_it_comes_back(place: PushWorld) -> None:
    await place.send(post(1, "Yanlış yere yazdım."))
    assert (await place.send({"id": 1, "deleted": True}))[1] == {"result": "taken", "new": 0, "deleted": 1}
    await place.world.settle()
    assert place.world.deskie.cases() == []
    assert REASON in await place.world.reasons()
    await place.send(post(1, "Yanlış yere yazdım."))
    await place.world.settle()
    assert [len(each) for each in place.world.messages().values()] == [1]
    assert (await place.send({"id": 99, "deleted": True}))[0] == 200


async def test_the_owners_own_post_of_an_answer_is_nobodys_message(place: PushWorld) -> None:
    case = await place.case(post(1))
    await place.world.answer(case, "<p>Yolda.</p>")
    assert (await place.send(post("c-1", "Yolda.", author={"id": 1, "name": "Destek"})))[0] == 200  # the receipt's id
    assert (await place.send(post(3, "Yolda.", author={"id": 1, "name": "Destek"}, own=True)))[0] == 200
    await place.world.settle()
    assert [len(each) for each in place.world.messages().values()] == [1]


async def test_posts_from_before_the_bridge_began_are_old_by_the_owners_clock(place: PushWorld) -> None:
    """The owner's clock is two minutes behind: a post written just now is new all the same."""
    place.world.clock.advance(minutes=1)
    theirs = at(place, minutes=-2)
    body = json.dumps(
        {"posts": [post(1, time=theirs.isoformat()), post(2, time=(theirs - timedelta(days=1)).isoformat())]}
    )
    status, _ = await place.knock(body.encode(), signed(SECRET, "m", body.encode(), theirs))
    assert status == 200
    states = await place.world.post_states()
    assert (states["1"], states["2"]) == ("waiting", "old")


async def test_a_private_thread_is_told_as_one_and_keeps_apart_from_a_public_one_of_the_same_number(
    place: PushWorld,
) -> None:
    hidden = {"id": 7, "url": "https://app.example/my/7", "title": "Fatura", "private": True}
    await place.case(post(1), post(2, "Kimse görmesin.", thread=hidden, author={"id": 13, "name": "Can"}))
    cases = {case.subject: case.case_id for case in place.world.deskie.cases()}
    assert set(cases) == {"Kargo", "Fatura"}
    await place.world.answer(cases["Fatura"], "<p>Size özel.</p>")
    (answer,) = place.owner.answers.values()
    assert answer["thread"] == {"id": "7", "url": "https://app.example/my/7", "title": "Fatura", "private": True}
    assert answer["in_reply_to"]["id"] == "2"  # type: ignore[index]
    (_, public), (_, private) = await place.history(thread="7"), await place.history(thread="7", private="true")
    assert [each["html"] for each in public["messages"]] == ["<p>Siparişim nerede?</p>"]  # type: ignore[attr-defined]
    assert [each["kind"] for each in private["messages"]] == ["answer", "post"]  # type: ignore[attr-defined]
