"""A forum that sends its posts by itself, as the operator meets it; its secret stands nowhere."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.cli.conftest import Place, ended, told
from tests.push.place import SECRET, post, signed


def only_push(place: Place, **options: object) -> None:
    given = {"secret": SECRET, "answers_to": "http://127.0.0.1:9/answers", "private_network": True, **options}
    place.tree["forums"] = {"app": {"adapter": "push", "url": "https://app.example/", "options": given}}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"options": {}}, "options.secret", "Field required"),
        ({"options": {"secret": "gizli"}}, "options.secret", "secrets.token_bytes(32)"),
        ({"options": {"secret": [SECRET, "whsec_gizli"]}}, "options.secret[1]", "whsec_ and base64"),
        ({"options": {"secret": []}}, "options.secret", "at least 1"),
        ({"options": {"secret": SECRET, "answers_to": "http://app.example/"}}, "options", "private_network: true"),
        ({"options": {"secret": SECRET, "answers_to": "https://10.0.0.5/"}}, "options", "lies in a private network"),
        ({"options": {"secret": SECRET, "answers_to": "app.example"}}, "options.answers_to", "is not an address"),
        ({"watch": [{"mentions": True}]}, "watch[0]", "sends its posts by itself"),
        ({"login": {"user": "a", "password": "gizli"}}, "login", "Take it out."),
    ],
)
async def test_what_is_wrong_is_told_with_its_place_and_no_secret(
    place: Place, change: dict[str, object], key: str, words: str
) -> None:
    only_push(place)
    place.tree["forums"]["app"] |= change
    ran = await place.call("check")
    assert ran.status == 2
    assert f"forums.app.{key}:" in ran.err and words in ran.err
    assert "gizli" not in ran.err.replace("login.password", "") and SECRET not in ran.err


async def test_check_says_where_to_send_and_whether_the_owner_is_reached(place: Place) -> None:
    asked: list[str] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(status=405)

    app = web.Application()
    app.router.add_route("*", "/answers", take)
    async with TestServer(app) as server:
        only_push(place, answers_to=str(server.make_url("/answers")))
        ran = await place.call("check", "--json")
    found = {each["what"]: each for each in ran.json if each["part"] == "app"}
    assert found["posts"]["found"] == f"the forum sends its posts to {place.bridge}/push/app"
    assert found["answers"]["ok"] and "HEAD is answered with 405" in found["answers"]["found"]
    assert asked == ["HEAD"]

    ran = await place.call("check", "--json")
    (answers,) = (each for each in ran.json if each["what"] == "answers")
    assert not answers["ok"] and "No connection" in answers["found"]
    only_push(place, answers_to=None)
    ran = await place.call("check")
    assert ran.status == 0 and "dead letters" in ran.out


async def test_check_says_where_a_polled_forums_webhook_rings(place: Place) -> None:
    discourse = {"adapter": "discourse", "url": "http://127.0.0.1:9/", "watch": [{"board": "http://127.0.0.1:9/c/a/1"}]}
    for options, rings in (({}, False), ({"secret": "gizli-" * 5}, True)):
        place.tree["forums"] = {"app": {**discourse, "options": options}}
        ran = await place.call("check")
        assert (f"rings at {place.bridge}/push/app" in ran.out) is rings
        assert "gizli" not in ran.out + ran.err
        shown = await place.call("config", "show")
        assert "gizli" not in shown.out + shown.err
    place.tree["forums"]["app"]["options"] = {"secret": "gizli"}
    ran = await place.call("check")
    assert ran.status == 2 and "forums.app.options.secret:" in ran.err and "at least 24" in ran.err
    assert "gizli" not in ran.err


async def test_it_runs_without_anything_to_poll_and_tells_when_it_was_sent_something(place: Place) -> None:
    only_push(place)
    async with place.process("run", "-v") as bridge:
        await told(bridge, "event=desk_ready")
        ran = await place.call("status")
        for _ in range(50):  # the forum is being registered
            if "not read yet" not in ran.out:
                break
            ran = await place.call("status")
        assert "last ones never" in ran.out
        body = json.dumps({"posts": [post(1)]}).encode()
        headers = signed(SECRET, "m", body, datetime.now(UTC))
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{place.bridge}/push/app", data=body, headers=headers) as it,
        ):
            assert (it.status, await it.json()) == (200, {"result": "taken", "new": 1, "deleted": 0})
        log = await told(bridge, "event=case_opened")
        ran = await place.call("status")
        assert "sends its posts by itself" in ran.out and " s ago" in ran.out
        (watch,) = (await place.call("status", "--json")).json["forums"][0]["watches"]
        assert (watch["kind"], watch["trouble"]) == ("push", None)
        assert "every forum sends its posts by itself" in (await place.call("poll")).err
        bridge.send_signal(signal.SIGTERM)
        ran = await ended(bridge)
    assert ran.status == 0
    shown = (await place.call("config", "show")).out
    assert "adapter: push" in shown
    assert SECRET not in log + ran.err + shown and headers["webhook-signature"] not in log + ran.err


async def test_it_is_among_the_adapters(place: Place) -> None:
    (push,) = (each for each in (await place.call("adapters", "--json")).json if each["name"] == "push")
    assert (push["read"], push["reply"], push["push"], push["own_posts"]) == (False, True, True, False)
    assert "polls nothing, its forum sends by itself; reply, push" in (await place.call("adapters")).out


async def test_polling_all_leaves_it_out_and_naming_it_says_why(place: Place) -> None:
    polled = dict(place.tree["forums"])
    only_push(place)
    place.tree["forums"] |= polled
    ran = await place.call("poll", "app")
    assert ran.status == 2 and "app is not polled: it sends its posts by itself." in ran.err
    assert (await place.call("poll")).status == 0
