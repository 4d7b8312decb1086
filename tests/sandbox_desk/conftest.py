"""A desk behind a real server, an API client, and a receiver that plays the channel's webhook. Time stands still unless
a test moves it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from forum_bridge.sandbox.desk import API_KEY, EMAIL, Case, Desk, DeskServer


@dataclass
class ManualTime:
    """A clock that a test moves; sleeping moves it too and only yields to others."""

    now: datetime = datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)
        await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Got:
    """An API answer: ``data`` is the JSON, None where the body is none."""

    status: int
    data: dict[str, Any]  # JSON of many shapes; an unexpected one fails the test that reads it
    text: str
    headers: dict[str, str]

    def one(self, wrapper: str) -> dict[str, Any]:
        """The single object of an answer."""
        return dict(self.data[wrapper])

    def many(self, wrapper: str) -> list[dict[str, Any]]:
        """The objects of a list, in the order of their numeric keys."""
        keys = sorted((key for key in self.data if key.isdecimal()), key=int)
        return [self.data[key][wrapper] for key in keys]


class Api:
    """Calls the desk's API as the bridge's account does, unless told otherwise."""

    def __init__(self, url: str, desk: Desk, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._desk = desk
        self._session = session

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        data: aiohttp.FormData | bytes | None = None,
        headers: dict[str, str] | None = None,
        login: tuple[str, str] | None = (EMAIL, API_KEY),
    ) -> Got:
        sent = dict(headers or {})
        if login is not None:
            sent["Authorization"] = aiohttp.encode_basic_auth(*login)
        payload: aiohttp.FormData | bytes | None = data
        if body is not None:
            payload = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        async with self._session.request(method, self.url + path, data=payload, headers=sent) as answer:
            text = await answer.text()
            try:
                tree = json.loads(text)
            except ValueError:
                tree = {}
            return Got(answer.status, tree if isinstance(tree, dict) else {}, text, dict(answer.headers))

    async def get(self, path: str) -> Got:
        return await self.call("GET", path)

    async def open_case(self, custom_id: str = "u-7731", **values: object) -> Case:
        """Open a case on cch42 through the API and return it as the desk holds it."""
        case = {
            "user_custom_id": custom_id,
            "user_full_name": "Selin Aydın",
            "channel": "cch42",
            "subject": "Kargo takibi (forum #9120)",
            "content_html": "<p>Siparişim nerede? 📦</p>",
            **values,
        }
        got = await self.call("POST", "/api/cases.json", {"case": case})
        assert got.status == 201, got.text
        return self._desk.case(str(got.one("case")["case_id"]))

    async def say(self, case: Case, content: str = "Takip numarası: 44-19") -> Got:
        """Append a customer's message."""
        body = {"message": {"user_id": case.user_id, "content": content}}
        return await self.call("POST", f"/api/cases/{case.case_id}/messages.json", body)


@dataclass
class Hit:
    """One call of the webhook."""

    content_type: str
    raw: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


@dataclass
class Receiver:
    """Plays the bridge's webhook: records every call, answers with ``statuses`` in turn, then 200."""

    url: str = ""
    hits: list[Hit] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """While this is set to an event, calls are recorded but not answered before it happens."""

    async def handle(self, request: web.Request) -> web.Response:
        self.hits.append(Hit(request.content_type, await request.read(), dict(request.headers)))
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers={"Location": self.url})


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
async def desk(time: ManualTime) -> AsyncIterator[Desk]:
    desk = Desk(clock=time, sleep=time.sleep, pass_by=time.pass_by)
    desk.switches.rate_limit_per_minute = 10_000
    yield desk
    await desk.close()


@pytest.fixture
async def server(desk: Desk) -> AsyncIterator[DeskServer]:
    async with DeskServer(desk) as server:
        yield server


@pytest.fixture
async def api(server: DeskServer, desk: Desk) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield Api(server.url, desk, session)


@pytest.fixture
async def receiver(desk: Desk) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook/3f9c", receiver.handle)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook/3f9c"))
        desk.set_channel("cch42", webhook_url=receiver.url)
        yield receiver
