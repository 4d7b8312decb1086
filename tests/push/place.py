"""A forum's owner who sends posts and takes answers: a real server on loopback that keeps its side of the agreement,
checked by another implementation of Standard Webhooks, beside the small world of the roads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook
from tests.bridge.world import World, open_world
from yarl import URL

from forum_bridge.config import ForumConfig

FORUM = "uygulama"
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="  # letters in order: nobody's secret
OTHER = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"
Json = dict[str, object]


def signed(secret: str, message_id: str, content: bytes, at: datetime) -> dict[str, str]:
    """Return the headers of a message as the package of Standard Webhooks' own project makes them."""
    signature = Webhook(secret).sign(message_id, at, content.decode())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.replace(tzinfo=UTC).timestamp())),
        "webhook-signature": signature,
    }


@dataclass(slots=True)
class Owner:
    """``answers`` are those shown, by webhook-id; ``statuses`` what the next requests are answered with, 0 for a cut
    connection after the answer was shown; ``headers`` go with these."""

    secret: str = SECRET
    answers: dict[str, Json] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    reply: object = field(default_factory=lambda: {"id": "c-1", "url": "https://app.example/chat/7#c-1"})
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(status=405)
        body = await request.text()
        message_id = request.headers["webhook-id"]
        self.asked.append(message_id)
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        ours = Webhook(self.secret).sign(message_id, at, body)
        if ours not in request.headers["webhook-signature"].split():
            return web.json_response({"error": "wrong signature"}, status=401)
        status = self.statuses.pop(0) if self.statuses else 200
        if status >= 300:
            told = {"error": "the chat is closed"} if status < 500 else "busy"
            return web.json_response(told, status=status, headers=self.headers)
        self.answers.setdefault(message_id, json.loads(body)["data"])
        if status == 0:
            assert request.transport is not None
            request.transport.close()
        return web.json_response(self.reply)


class PushWorld:
    """The world, the owner beside it, and what the owner does."""

    def __init__(self, world: World, owner: Owner) -> None:
        self.world = world
        self.owner = owner
        self._sent = 0

    @property
    def url(self) -> str:
        return f"{self.world.bridge_url}/push/{FORUM}"

    async def send(self, *posts: Json, message_id: str | None = None, secret: str = SECRET) -> tuple[int, Json]:
        """Send posts as the owner does."""
        self._sent += 1
        body = json.dumps({"posts": posts}).encode()
        return await self.knock(body, signed(secret, message_id or f"msg-{self._sent}", body, self.world.clock()))

    async def knock(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Json]:
        async with aiohttp.ClientSession() as http, http.post(self.url, data=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def history(self, **asked: str) -> tuple[int, Json]:
        """Ask for messages as the owner does."""
        query = urlencode(asked)
        headers = signed(SECRET, "ask-1", query.encode(), self.world.clock())
        url = URL(f"{self.url}/history?{query}", encoded=True)  # as it was signed
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
            return answer.status, await answer.json()

    async def case(self, *posts: Json) -> int:
        """Send posts, deliver them, and return the newest case."""
        status, told = await self.send(*posts)
        assert status == 200, told
        await self.world.settle()
        return self.world.deskie.cases()[0].case_id


def post(post_id: object = 1, text: str = "Siparişim nerede?", **more: object) -> Json:
    """Return a customer's post in the chat 7."""
    return {
        "id": post_id,
        "thread": {"id": 7, "url": "https://app.example/chat/7", "title": "Kargo"},
        "author": {"id": 12, "name": "Ayşe Öz"},
        "text": text,
        **more,
    }


@asynccontextmanager
async def open_push_world(ledger: Path, options: Mapping[str, object] = {}) -> AsyncIterator[PushWorld]:
    owner = Owner()
    app = web.Application()
    app.router.add_route("*", "/answers", owner.take)
    server = TestServer(app)
    await server.start_server()
    owner.url = str(server.make_url("/answers"))

    def prepare(world: World) -> None:
        given = {"secret": SECRET, "answers_to": owner.url, "private_network": True, **options}
        forum = {"adapter": "push", "url": "https://app.example/", "options": given}
        forums = {**world.config.forums, FORUM: ForumConfig.model_validate(forum)}
        world.config = world.config.model_copy(update={"forums": forums})

    try:
        async with open_world(ledger, prepare) as world:
            yield PushWorld(world, owner)
    finally:
        await server.close()
