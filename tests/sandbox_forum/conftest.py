"""A forum on loopback, people who visit it, and a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from bs4 import BeautifulSoup, Tag

from forum_bridge.sandbox.forum import Forum, ForumServer, Person, seeded

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"


@dataclass
class StandingClock:
    now: datetime = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Page:
    status: int
    url: str
    headers: Mapping[str, str]
    text: str

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "lxml")

    @property
    def code(self) -> str | None:
        found = self.soup.select_one(".message[data-code]")
        return str(found["data-code"]) if found else None

    def texts(self, selector: str) -> list[str]:
        return [found.get_text(" ", strip=True) for found in self.soup.select(selector)]


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    session: aiohttp.ClientSession
    url: str

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(self.url + path, allow_redirects=follow, headers=names) as answer:
            return Page(answer.status, str(answer.url.relative()), answer.headers, await answer.text())

    async def post(self, path: str, fields: dict[str, str], *, follow: bool = False) -> Page:
        async with self.session.post(self.url + path, data=fields, allow_redirects=follow) as answer:
            return Page(answer.status, str(answer.url.relative()), answer.headers, await answer.text())

    async def csrf(self) -> str:
        field = (await self.get("/login")).soup.select_one("form.login-form input[name=csrf]")
        assert field is not None
        return str(field["value"])

    async def submit(self, path: str, *, follow: bool = False, **fields: str) -> Page:
        return await self.post(path, {"csrf": await self.csrf(), **fields}, follow=follow)

    async def sign_in(self, name: str, password: str) -> Page:
        return await self.submit("/login", username=name, password=password)

    async def control(self, act: str, **fields: object) -> object:
        async with self.session.post(f"{self.url}/_control/{act}", json=fields) as answer:
            assert answer.status == 200, await answer.text()
            told: object = await answer.json()
            return told


def one(within: Tag, selector: str) -> Tag:
    found = within.select_one(selector)
    assert found is not None, selector
    return found


def attr(within: Tag, selector: str, name: str) -> str:
    return str(one(within, selector)[name])


async def until(true: Callable[[], bool]) -> None:
    """Let the event loop run until ``true()``; the test's own time limit bounds it."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is awaited has no event of its own
            await asyncio.sleep(0)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def forum(clock: StandingClock) -> Forum:
    return seeded(clock)


@pytest.fixture
def deniz(forum: Forum) -> Person:
    person = forum.person("Deniz")
    assert person is not None
    return person


@pytest.fixture
async def server(forum: Forum) -> AsyncIterator[ForumServer]:
    async with ForumServer(forum, patience=0.05) as running:
        yield running


@pytest.fixture
async def guest(server: ForumServer) -> AsyncIterator[Visitor]:
    """A program, or a person that the forum does not know."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Visitor(session, server.url)


@pytest.fixture
async def browser(server: ForumServer) -> AsyncIterator[Visitor]:
    """A person with a browser, who therefore is Deniz."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, headers={"User-Agent": BROWSER}) as session:
        yield Visitor(session, server.url)
