"""A desk that answers what a test tells it to, on loopback; a clock that a test moves; aioresponses mended for
aiohttp."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import aiohttp
import aioresponses.core as aioresponses_core
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aioresponses import aioresponses

from forum_bridge.deskie.budget import Budget
from forum_bridge.deskie.client import DeskieClient

KEY = "9f8e7d6c5b4a39281706"
EMAIL = "kopru@acme.example"


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Seen:
    """A request as the desk got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Desk:
    """Answers every request with the next scripted handler, the last one for ever, and remembers what it saw."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    script: list[Handler] = field(default_factory=list)

    def answers(self, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with JSON, or with plain bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body, indent=4).encode()

        async def handler(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=raw, headers=headers)

        self.script.append(handler)

    def does(self, handler: Handler) -> None:
        self.script.append(handler)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        sent = json.loads(raw) if raw else None
        self.seen.append(Seen(request.method, request.path, dict(request.query), dict(request.headers), sent))
        handler = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await handler(request)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", desk.handle)
    server = TestServer(app)
    await server.start_server()
    desk.url = str(server.make_url("/api/"))
    yield desk
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def budget(clock: StandingClock) -> Budget:
    return Budget(clock, share=1.0, ceiling=1000)


@pytest.fixture
def client(desk: Desk, http: aiohttp.ClientSession, budget: Budget, clock: StandingClock) -> DeskieClient:
    return DeskieClient(http, desk.url, EMAIL, KEY, budget, clock, timeout=timedelta(seconds=5))


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> Iterator[aioresponses]:
    """aioresponses 0.7.9 builds a ClientResponse without the `stream_writer` that aiohttp 3.14 asks for; a subclass
    that has one by default mends it. Delete this once aioresponses knows aiohttp 3.14."""

    class MendedResponse(aiohttp.ClientResponse):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.setdefault("stream_writer", Mock(output_size=0))
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(aioresponses_core, "ClientResponse", MendedResponse)
    with aioresponses() as mocked:
        yield mocked
