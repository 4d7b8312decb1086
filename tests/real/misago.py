"""A real Misago on loopback, and people who use it as its own pages do: through its API, with a session and the cookie
said back. What stands there is asked as the administrator, page by page, so that it can judge the bridge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from bs4 import BeautifulSoup
from tests.real.misago_install import PASSWORDS
from yarl import URL

CATEGORY = 3  # "First category"
ID = re.compile(r"/post/(\d+)/")


@dataclass
class Misago:
    """The forum as its people use it. Close it, or use it in ``async with``."""

    url: str
    adapter: str = "misago"
    post_address: re.Pattern[str] = ID
    passwords: Mapping[str, str] = field(default_factory=lambda: PASSWORDS)
    _people: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self._people.values():
            await session.close()

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a thread in the forum's only category and return its address."""
        told = await self._ask(user, "POST", "/api/threads/", {"category": CATEGORY, "title": title, "post": text})
        return f"{self.url}{told['url']}"

    async def new_private(self, user: str, to: str, title: str, text: str) -> str:
        """Start a private thread and return its address."""
        told = await self._ask(user, "POST", "/api/private-threads/", {"to": [to], "title": title, "post": text})
        return f"{self.url}{told['url']}"

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a thread and return the post's id."""
        return str((await self._ask(user, "POST", f"{_api(topic)}posts/", {"post": text}))["id"])

    async def edit(self, user: str, topic: str, post_id: str, text: str) -> None:
        """Change a post's text."""
        await self._ask(user, "PUT", f"{_api(topic)}posts/{post_id}/", {"post": text})

    async def hide(self, topic: str, post_id: str) -> None:
        """Hide a post, which is how Misago's moderators delete."""
        await self._change(f"{_api(topic)}posts/{post_id}/", "is-hidden", True)

    async def approve(self, topic: str, post_id: str) -> None:
        """Let a post through that waits for a moderator."""
        await self._change(f"{_api(topic)}posts/{post_id}/", "is-unapproved", False)

    async def lock(self, topic: str) -> None:
        """Close a thread, which leaves an event in it."""
        await self._change(_api(topic), "is-closed", True)

    async def merge(self, topic: str, into: str) -> None:
        """Put all posts of a thread into another; the thread itself is gone then."""
        await self._ask("admin", "POST", f"{_api(topic)}merge/", {"other_thread": into})

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every post of a thread, in order, over all its pages; no events."""
        found: dict[str, tuple[str, str, str]] = {}
        page: int | None = 1
        while page is not None:
            told = (await self._ask("admin", "GET", f"{_api(topic)}posts/?page={page}"))["post_set"]
            for post in told["results"]:
                if not post["is_event"]:
                    text = BeautifulSoup(post["content"] or "", "lxml").get_text(" ", strip=True)
                    found[str(post["id"])] = (str(post["id"]), post["poster_name"], text)
            page = told["next"]
        return list(found.values())

    async def _change(self, path: str, what: str, to: bool) -> None:
        await self._ask("admin", "PATCH", path, [{"op": "replace", "path": what, "value": to}])

    async def _ask(self, user: str, method: str, path: str, payload: object = None) -> dict[str, Any]:
        session = await self._person(user)
        headers = {"X-CSRFToken": session.cookie_jar.filter_cookies(URL(self.url))["csrftoken"].value}
        async with session.request(method, self.url + path, json=payload, headers=headers) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{path} was not taken: {answer.status} {(await answer.text())[:500]}")
            told: dict[str, Any] = await answer.json()
            return told

    async def _person(self, user: str) -> aiohttp.ClientSession:
        if user not in self._people:
            session = self._people[user] = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            async with session.get(f"{self.url}/") as page:
                page.raise_for_status()
            await self._ask(user, "POST", "/api/auth/", {"username": user, "password": PASSWORDS[user]})
        return self._people[user]


def _api(topic: str) -> str:
    found = re.search(r"/t/[^/]+/(\d+)/", topic)
    if found is None:
        raise ValueError(f"{topic} is no thread's address")
    return f"/api/threads/{found[1]}/"
