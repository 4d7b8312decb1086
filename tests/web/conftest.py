"""A clock that only sleeping moves, a real server on loopback, and a session that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from forum_bridge.web.pacer import Pacer
from forum_bridge.web.page import Page
from forum_bridge.web.session import Credentials, ForumSession, SessionSettings, open_session, user_agent

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class HandClock:
    """Time that passes only while somebody sleeps."""

    now: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Forum:
    """A server whose paths are handlers; remembers every request. Without a robots.txt of its own it answers 404."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)
    url: str = ""

    def on(self, path: str, handler: Handler) -> None:
        self.handlers[path] = handler

    def says(self, path: str, body: str | bytes = "", status: int = 200, **headers: str) -> None:
        async def answer(_: web.Request) -> web.Response:
            content = body.encode() if isinstance(body, str) else body
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=content, status=status, headers={"Content-Type": "text/html", **named})

        self.on(path, answer)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked if request.path != "/robots.txt"]

    async def _any(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        handler = self.handlers.get(request.path)
        return await handler(request) if handler else web.Response(status=404)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Forum]:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._any)
        async with TestServer(app, host="127.0.0.1") as server:
            self.url = str(server.make_url("/"))
            yield self


OpenSession = Callable[..., Awaitable[ForumSession]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def pacer(clock: HandClock) -> Pacer:
    return Pacer(clock, clock.sleep)


@pytest.fixture
async def forum() -> AsyncIterator[Forum]:
    async with Forum().running() as forum:
        yield forum


@pytest.fixture
async def open_to(pacer: Pacer, clock: HandClock) -> AsyncIterator[OpenSession]:
    """Open sessions with settings of one's own; closed at the end."""
    async with AsyncExitStack() as stack:

        async def opened(url: str, resolver: AbstractResolver | None = None, **changes: object) -> ForumSession:
            settings = SessionSettings(url, user_agent("0.1.0", "https://forum.example/bot"), timedelta(seconds=1))
            settings = replace(settings, **changes)  # type: ignore[arg-type]  # a test names fields of the settings
            credentials = Credentials("kopru", SecretStr("Gizli-Söz-12"))
            return await stack.enter_async_context(open_session(settings, credentials, pacer, clock, resolver=resolver))

        yield opened


@pytest.fixture
async def session(forum: Forum, open_to: OpenSession) -> ForumSession:
    return await open_to(forum.url)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
RawServer = Callable[[Talk], AbstractAsyncContextManager[str]]
PageOf = Callable[..., Page]


@pytest.fixture
def raw_server() -> RawServer:
    """A server that does with a connection what no decent one would; yields its address."""

    @asynccontextmanager
    async def serving(talk: Talk) -> AsyncIterator[str]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            yield "http://{}:{}/".format(*server.sockets[0].getsockname()[:2])

    return serving


@pytest.fixture(scope="session")
def page_of() -> PageOf:
    """Make a page as if it had been fetched."""

    def made(html: str, url: str = "https://forum.example/konu/1", charset: str = "utf-8") -> Page:
        return Page(url, 200, html, charset, {}, START)

    return made
