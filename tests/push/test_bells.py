"""Webhooks of forums are doorbells: whoever has the secret makes the right watch be read at once, and nobody else; what
a ring says is never believed beyond that."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from multidict import CIMultiDict
from tests.bridge.world import START, World, open_world
from tests.engines.place import Time, adapter_to, serving
from tests.engines.vanilla import VanillaForum

from forum_bridge.config import ForumConfig
from forum_bridge.forums.contract import CanPush
from forum_bridge.forums.pushed import Hint, Malformed, NotSigned, PushRequest
from forum_bridge.ledger import watches

SECRET = "zil-gizlisi-0123456789-abcdef"
Sign = Callable[[bytes, str], tuple[dict[str, str], str]]


def hexed(digest: str, header: str) -> Sign:
    def sign(body: bytes, secret: str) -> tuple[dict[str, str], str]:
        return {header: f"{digest}={hmac.new(secret.encode(), body, digest).hexdigest()}"}, ""

    return sign


def shown(body: bytes, secret: str) -> tuple[dict[str, str], str]:
    return {"XF-Webhook-Secret": secret}, ""


def in_address(body: bytes, secret: str) -> tuple[dict[str, str], str]:
    return {}, secret


SIGNS: Mapping[str, Sign] = {
    "discourse": hexed("sha256", "X-Discourse-Event-Signature"),
    "xenforo": shown,
    "invision": in_address,
    "vanilla": hexed("sha1", "X-Vanilla-Signature"),
}
EVENTS = [
    ("discourse", {"post": {"id": 9, "topic_id": 12, "raw": "x"}}, (Hint("12"),)),
    ("discourse", {"topic": {"id": 12}}, (Hint("12"),)),
    ("discourse", {"ping": "OK"}, ()),
    ("discourse", {"user": {"id": 3}}, ()),
    ("xenforo", {"content_type": "post", "event": "insert", "content_id": 9, "data": {"thread_id": 12}}, (Hint("12"),)),
    ("xenforo", {"content_type": "thread", "event": "insert", "content_id": 12}, (Hint("12"),)),
    ("xenforo", {"content_type": "conversation_message", "content_id": 5}, (Hint(),)),
    ("xenforo", {"content_type": "user", "content_id": 5}, ()),
    ("invision", {"id": 9, "item_id": 12, "content": "<p>x</p>"}, (Hint("12"),)),
    ("invision", {"id": 12, "firstPost": {"id": 9}}, (Hint("12"),)),
    ("invision", {"id": 9}, (Hint(),)),
    ("vanilla", {"action": "comment_insert", "payload": {"comment": {"discussionID": 12}}}, (Hint("12"),)),
    ("vanilla", {"action": "discussion_insert", "payload": {"discussion": {"discussionID": 12}}}, (Hint("12"),)),
    ("vanilla", {"action": "user_insert", "payload": {"user": {"userID": 2}}}, ()),
]


@asynccontextmanager
async def bell(engine: str, secret: str | None = SECRET) -> AsyncIterator[CanPush]:
    options = {"secret": secret} if secret is not None else {}
    async with adapter_to("https://forum.example", engine, options=options) as adapter:
        yield cast("CanPush", adapter)


def request(engine: str, body: bytes, secret: str = SECRET, **headers: str) -> PushRequest:
    made, token = SIGNS[engine](body, secret)
    return PushRequest(CIMultiDict({"Content-Type": "application/json", **made, **headers}), body, START, token)


@pytest.mark.parametrize(("engine", "event", "hints"), EVENTS)
async def test_each_engine_tells_where_to_look(engine: str, event: object, hints: tuple[Hint, ...]) -> None:
    async with bell(engine) as adapter:
        pushed = adapter.decode_push(request(engine, json.dumps(event).encode()))
    assert (pushed.hints, pushed.reading) == (hints, None)


@pytest.mark.parametrize("engine", SIGNS)
async def test_without_the_secret_nobody_rings(engine: str) -> None:
    body = b'{"post": {"topic_id": 12}}'
    good = request(engine, body)
    async with bell(engine) as adapter:
        for wrong in (
            request(engine, body, secret="başka"),
            request(engine, body, secret=""),
            PushRequest(CIMultiDict(), body, START),
            PushRequest(CIMultiDict(dict.fromkeys(good.headers, "�")), body, START, "\udcff"),
        ):
            with pytest.raises(NotSigned):
                adapter.decode_push(wrong)
        for broken in (b"{", b"\xff", b"[" * 500_000, b'{"a":' * 100_000, b"9" * 5000):
            with pytest.raises(Malformed):
                adapter.decode_push(request(engine, broken))
        assert adapter.decode_push(
            PushRequest(
                CIMultiDict({**good.headers, "Content-Type": "application/x-www-form-urlencoded"}),
                body,
                START,
                good.token,
            )
        ).hints == (Hint(),)
    async with bell(engine, None) as adapter:
        with pytest.raises(NotSigned, match=r"options\.secret"):
            adapter.decode_push(good)


@pytest.mark.parametrize("engine", ["discourse", "vanilla"])
async def test_a_signature_is_the_bodys(engine: str) -> None:
    async with bell(engine) as adapter:
        good = request(engine, b'{"ping": "OK"}')
        with pytest.raises(NotSigned):
            adapter.decode_push(PushRequest(good.headers, b'{"ping": "KO"}', START))


class Bell:
    """A forum with two watched discussions and a board, beside the world."""

    def __init__(self, world: World, forum: VanillaForum) -> None:
        self.world = world
        self.forum = forum

    async def ring(self, discussion: int | None, secret: str = SECRET) -> tuple[int, object]:
        payload = {"comment": {"discussionID": discussion}} if discussion else {}
        body = json.dumps({"action": "comment_insert", "payload": payload}).encode()
        headers = {"Content-Type": "application/json", **SIGNS["vanilla"](body, secret)[0]}
        url = f"{self.world.bridge_url}/push/topluluk"
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.json()

    def asked(self) -> list[str]:
        """Return which discussions were read since the last time, boards as "board"."""
        told = [each.partition("?")[2] for each in self.forum.asked if "/comments?" in each or "/discussions?" in each]
        self.forum.asked.clear()
        return sorted({"board" if "pinOrder" in each else each.partition("&")[0] for each in told})


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Bell]:
    clock = Time()
    forum = VanillaForum(clock)
    clock.now = START
    for name in ("Kargo", "İade"):
        forum.begin(name, forum.users[1], "<p>Nerede?</p>")
    async with serving(forum.app) as url:

        def prepare(world: World) -> None:
            forum.clock = cast("Time", world.clock)
            given = {
                "adapter": "vanilla",
                "url": f"{url}/",
                "login": {"user": "kopru", "api_key": forum.key},
                "watch": [
                    {"thread": f"{url}/discussion/1"},
                    {"thread": f"{url}/discussion/2"},
                    {"board": f"{url}/categories/bolum-7"},
                ],
                "every": "1h",
                "start_from": "all",
                "pace": "0s",
                "options": {"secret": SECRET},
            }
            forums = {**world.config.forums, "topluluk": ForumConfig.model_validate(given)}
            world.config = world.config.model_copy(update={"forums": forums})

        async with open_world(tmp_path / "ledger.sqlite", prepare) as world:
            made = Bell(world, forum)
            await world.settle()
            made.asked()
            yield made


async def test_a_ring_makes_the_right_watches_be_read_at_once(place: Bell) -> None:
    world = place.world
    world.clock.advance(minutes=1)
    place.forum.write(place.forum.talks[1], place.forum.users[1], "<p>Hâlâ yok.</p>")
    await world.settle()
    assert sorted(len(each) for each in world.messages().values()) == [1, 1]
    assert place.asked() == []
    assert await place.ring(1) == (200, {"result": "rang"})
    await world.settle()
    assert sorted(len(each) for each in world.messages().values()) == [1, 2]
    asked = place.asked()
    assert "discussionID=1" in asked and "board" in asked and "discussionID=2" not in asked


async def test_rings_in_a_row_are_one_reading(place: Bell) -> None:
    world = place.world
    world.clock.advance(minutes=1)
    for _ in range(30):
        await place.ring(2)
    await world.settle()
    first = [each for each in place.forum.asked if "discussionID=2" in each]
    assert len(first) == 1
    place.asked()
    await place.ring(2)
    await world.settle()
    assert place.asked() == []
    await world.later(seconds=5)
    assert "discussionID=2" in place.asked()


async def test_a_false_ring_wakes_nothing(place: Bell) -> None:
    place.world.clock.advance(minutes=1)
    assert (await place.ring(1, secret="başka"))[0] == 401
    assert (await place.ring(None))[0] == 200
    await place.world.settle()
    assert place.asked() == []


async def test_what_is_in_trouble_is_not_asked_sooner_for_a_ring(place: Bell) -> None:
    world = place.world
    world.clock.advance(minutes=1)
    async with world.ledger.reading() as db:
        rows = await watches.of_forum(db, "topluluk")
    later = world.clock() + (world.clock() - START)
    for row in rows:
        await world.ledger.commit(lambda db, row=row: watches.trouble(db, row.id, "blocked", due_at=later))  # type: ignore[misc]
    await place.ring(1)
    await world.settle()
    assert place.asked() == []
