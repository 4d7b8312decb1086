"""Where a stand-in for an engine runs: a real HTTP server on loopback, with the bridge's own session and adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from forum_bridge.forums.contract import Adapter
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.registry import Registry
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@cache
def registry() -> Registry:
    return Registry.load()


class Time:
    """A clock that only the test moves, and what waits by it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds=seconds)


def dated(app: web.Application, clock: Callable[[], datetime]) -> web.Application:
    """Return the app, which tells this clock's time with every answer."""

    async def tell(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(clock().astimezone(UTC), usegmt=True)

    app.on_response_prepare.append(tell)
    return app


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Run an engine's stand-in; yields its address."""
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/")).rstrip("/")
    finally:
        await server.close()


@asynccontextmanager
async def adapter_to(
    url: str,
    name: str | AdapterEntry,
    *,
    user: str | None = None,
    password: str | None = None,
    api_key: str | None = None,
    clock: Time | None = None,
    options: Mapping[str, object] | None = None,
) -> AsyncIterator[Adapter]:
    """Build the adapter ``name`` with a session of its own, as the configuration would; without ``user`` a guest's."""
    secret = SecretStr(password) if password is not None else None
    key = SecretStr(api_key) if api_key is not None else None
    credentials = Credentials(user, secret, key) if user is not None else None
    settings = SessionSettings(url, "forum-bridge-tests/1", timedelta(), timeout=timedelta(seconds=5))
    time = clock or Time()
    async with open_session(settings, credentials, Pacer(time, time.sleep), time) as session:
        entry = name if isinstance(name, AdapterEntry) else registry().get(name)
        yield entry.build(options or {}, session)
