"""Commands to the bridge that runs on a ledger, through its control socket."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import aiohttp
from pydantic import TypeAdapter

from forum_bridge.bridge.backfill import Filled
from forum_bridge.daemon import wire
from forum_bridge.daemon.control import LONGEST_PATH, socket_path, too_long
from forum_bridge.daemon.news import WatchNews
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.operator import Act

News = TypeVar("News", WatchNews, Filled)

SERVICE = Path("/run/forum-bridge/control.sock")
"""Where the service listens (RuntimeDirectory= of its unit), for whoever asks from outside of it."""

SECONDS = aiohttp.ClientTimeout(total=30.0)
LOOKS = aiohttp.ClientTimeout(total=600.0)  # at a forum's pace, through all pages of a thread
LONGEST_LINE = 16 << 20  # bytes; a first reading may bring thousands of posts
AS_LONG_AS_IT_TAKES = aiohttp.ClientTimeout(total=None)


class Remote:
    """A bridge that runs and listens. Raises BridgeError as that bridge does, or where its answer is lost."""

    def __init__(self, http: aiohttp.ClientSession, ledger: str) -> None:
        self._http = http
        self._ledger = ledger

    async def operate(self, act: Act, item: str, *, anyway: bool, url: str | None) -> str:
        """Have a decision carried out; return in a sentence what became of it."""
        body = wire.decision.dump_json(wire.Decision(self._ledger, act, item, anyway, url))
        return await self._told("decide", body, LOOKS if act is Act.REPLAY else SECONDS)

    async def forget(self, forum: str, author_key: str) -> str:
        """Have an author forgotten; return in a sentence what became of it."""
        body = wire.oblivion.dump_json(wire.Oblivion(self._ledger, forum, author_key))
        return await self._told("forget", body, AS_LONG_AS_IT_TAKES)  # the whole file is written anew

    async def _told(self, what: str, body: bytes, patience: aiohttp.ClientTimeout = SECONDS) -> str:
        try:
            async with self._http.post(f"http://bridge/{what}", data=body, timeout=patience) as answer:
                told = wire.answer.validate_json(await _whole(answer))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _lost(error, "`forum-bridge status` shows whether it was done.") from error
        if isinstance(told, wire.Failed):
            raise told.raised
        return told.said

    def round(self, names: Sequence[str]) -> AsyncGenerator[WatchNews]:
        """Have watches read now; yield what each brought."""
        return self._streamed("poll", wire.wish.dump_json(wire.Wish(self._ledger, tuple(names))), wire.line)

    def backfill(self, name: str, since: datetime | None, limit: int | None) -> AsyncGenerator[Filled]:
        """Have what was old at a place taken in; yield how far it is."""
        return self._streamed("backfill", wire.fill.dump_json(wire.Fill(self._ledger, name, since, limit)), wire.filled)

    async def _streamed(self, what: str, body: bytes, shape: TypeAdapter[News | wire.Failed]) -> AsyncGenerator[News]:
        try:
            async with self._http.post(f"http://bridge/{what}", data=body, timeout=AS_LONG_AS_IT_TAKES) as answer:
                if answer.status in (404, 405):
                    raise _another_version()
                if answer.status != 200:
                    await _whole(answer)
                async for each in answer.content:
                    told = shape.validate_json(each)
                    if isinstance(told, wire.Failed):
                        raise told.raised
                    yield told
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _lost(error, "`forum-bridge status` shows what came.") from error


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Return an answer's text. Raises BridgeError if the bridge did not understand what it was asked."""
    if answer.status == 400:
        raise _another_version()
    answer.raise_for_status()
    return await answer.read()


def _another_version() -> BridgeError:
    return BridgeError(
        "The running bridge is of another version than this command.",
        explanation="Start it anew: `systemctl restart forum-bridge` if it is the service.",
    )


def _lost(error: Exception, explanation: str) -> BridgeError:
    return BridgeError(f"The running bridge gave no answer ({type(error).__name__}).", explanation=explanation)


@asynccontextmanager
async def reached(ledger: Path, environ: Mapping[str, str]) -> AsyncIterator[Remote | None]:
    """Give the bridge that runs on this ledger, None if none can be reached."""
    name = wire.identity(ledger)
    for path in _places(ledger, environ):
        connector = aiohttp.UnixConnector(str(path))
        async with aiohttp.ClientSession(connector=connector, timeout=SECONDS, read_bufsize=LONGEST_LINE) as http:
            if await _is_it(http, name):
                yield Remote(http, name)
                return
    yield None


def why_not(ledger: Path, environ: Mapping[str, str]) -> str:
    """Return what to do about a bridge that holds this ledger and cannot be reached."""
    path = socket_path(ledger, environ)
    if too_long(path):
        return (
            f"A bridge works with it, and cannot listen for commands: {path} is longer than {LONGEST_PATH} bytes."
            " Give ledger.url a shorter path, or stop the bridge for this command."
        )
    return (
        "A bridge works with it, and this user cannot speak to that bridge: run the command as root (`sudo`) or as the"
        " user that the bridge runs as, or stop the bridge for this command."
    )


def _places(ledger: Path, environ: Mapping[str, str]) -> list[Path]:
    return list(dict.fromkeys((socket_path(ledger, environ), socket_path(ledger, {}), SERVICE)))


async def _is_it(http: aiohttp.ClientSession, name: str) -> bool:
    try:
        async with http.post("http://bridge/hello", data=wire.hello.dump_json(wire.Hello(name))) as answer:
            return answer.status == 204
    except (aiohttp.ClientError, TimeoutError):
        return False
