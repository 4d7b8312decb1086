"""The running bridge's control socket: commands that change the ledger come in here, since it is the bridge's own. Who
may open the file may command; nothing of it can be reached over a network."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self, TypeVar

import structlog
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from forum_bridge.bridge.backfill import Filled
from forum_bridge.daemon import wire
from forum_bridge.daemon.news import WatchNews
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.operator import Act

LONGEST_PATH = 107  # bytes; what Linux takes for a socket's address (unix(7))
PATIENCE = 2.0  # seconds that commands under way have when the bridge ends; what they asked for goes on without them

News = TypeVar("News", WatchNews, Filled)
T = TypeVar("T", wire.Hello, wire.Decision, wire.Wish, wire.Oblivion, wire.Fill)


class Commanded(Protocol):
    """What the socket's commands are carried out by."""

    async def operate(self, act: Act, item: str, *, anyway: bool, url: str | None) -> str: ...
    async def forget(self, forum: str, author_key: str) -> str: ...
    def round(self, names: Sequence[str]) -> AsyncGenerator[WatchNews]: ...
    def backfill(self, name: str, since: datetime | None, limit: int | None) -> AsyncGenerator[Filled]: ...


def socket_path(ledger: Path, environ: Mapping[str, str]) -> Path:
    """Return where a bridge listens: in the directory that the service manager made for it, else beside its ledger."""
    runtime = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(runtime) / "control.sock" if runtime else ledger.with_name(f"{ledger.name}.sock")


def too_long(path: Path) -> bool:
    """Whether no socket can have this path."""
    return len(os.fsencode(path)) > LONGEST_PATH


class Control:
    """Listens while the context is open. A bridge that cannot listen works all the same, and says so in the log."""

    def __init__(self, path: Path, ledger: Path, bridge: Commanded, *, patience: float = PATIENCE) -> None:
        self._path = path
        self._ledger = wire.identity(ledger)
        self._bridge = bridge
        app = web.Application()
        app.router.add_post("/hello", self._hello)
        app.router.add_post("/decide", self._decide)
        app.router.add_post("/forget", self._forget)
        app.router.add_post("/poll", self._poll)
        app.router.add_post("/backfill", self._backfill)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.SockSite(self._runner, _listening(self._path)).start()
        except OSError as error:
            structlog.get_logger().warning("control_socket_closed", path=str(self._path), reason=str(error))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    async def _hello(self, request: web.Request) -> web.Response:
        await self._asked(request, wire.hello)
        return web.Response(status=204)

    async def _decide(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, wire.decision)
        return await _told(self._bridge.operate(asked.act, asked.item, anyway=asked.anyway, url=asked.url))

    async def _forget(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, wire.oblivion)
        return await _told(self._bridge.forget(asked.forum, asked.author_key))

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        asked = await self._asked(request, wire.wish)
        return await _streamed(request, self._bridge.round(asked.names), wire.line)

    async def _backfill(self, request: web.Request) -> web.StreamResponse:
        asked = await self._asked(request, wire.fill)
        return await _streamed(request, self._bridge.backfill(asked.name, asked.since, asked.limit), wire.filled)

    async def _asked(self, request: web.Request, shape: TypeAdapter[T]) -> T:
        try:
            asked = shape.validate_json(await request.read())
        except ValidationError:
            raise web.HTTPBadRequest(text="a command of another version") from None
        if asked.ledger != self._ledger:
            raise web.HTTPMisdirectedRequest
        return asked


async def _told(done: Awaitable[str]) -> web.Response:
    try:
        said: wire.Said | wire.Failed = wire.Said(await done)
    except BridgeError as error:
        said = wire.Failed.of(error)
    return web.Response(body=wire.answer.dump_json(said), content_type="application/json")


async def _streamed(
    request: web.Request, news: AsyncGenerator[News], shape: TypeAdapter[News | wire.Failed]
) -> web.StreamResponse:
    """Tell news as they come, a line each; whoever asked may have gone away."""
    told = web.StreamResponse(headers={"Content-Type": wire.NDJSON})
    await told.prepare(request)
    with suppress(ConnectionError):
        try:
            async with aclosing(news):
                async for each in news:
                    await told.write(shape.dump_json(each) + b"\n")
        except BridgeError as error:
            await told.write(shape.dump_json(wire.Failed.of(error)) + b"\n")
    return told


def _listening(path: Path) -> socket.socket:
    """Return a socket that listens at a path and that only its owner can open. The ledger's lock is ours, so whoever
    left a file there is gone."""
    if too_long(path):
        raise OSError(f"the path is longer than {LONGEST_PATH} bytes")
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made
