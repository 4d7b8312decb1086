"""A real Spirit on loopback, and people who use it through its own forms. What it says is read by a parser of its own,
so that it can judge the bridge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from bs4 import BeautifulSoup, Tag
from tests.real.spirit_install import PASSWORDS

CATEGORY = "3"  # "Genel Sohbet"; the first two are Spirit's own
ID = re.compile(r"/comment/(\d+)/find/")


@dataclass
class Spirit:
    """The forum as its people use it. Close it, or use it in ``async with``."""

    url: str
    adapter: str = "spirit"
    post_address: re.Pattern[str] = ID
    passwords: Mapping[str, str] = field(default_factory=lambda: PASSWORDS)
    _people: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self._people.values():
            await session.close()

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic in the forum's only category and return its address."""
        sent = {"title": title, "category": CATEGORY, "comment": text}
        return (await self._send(user, "/topic/publish/", sent))[-1].partition("?")[0].partition("#")[0]

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a topic and return the comment's id."""
        addresses = await self._send(user, f"/comment/{_topic_id(topic)}/publish/", {"comment": text})
        return next(found[1] for address in addresses if (found := ID.search(address)))

    async def whisper(self, user: str, to: str, title: str, text: str) -> str:
        """Open a private topic with somebody and return its address."""
        sent = {"title": title, "users": to, "comment": text}
        return (await self._send(user, "/topic/private/publish/", sent))[-1].partition("?")[0]

    async def edit(self, user: str, post_id: str, text: str) -> None:
        """Change a comment's text."""
        await self._send(user, f"/comment/{post_id}/update/", {"comment": text})

    async def delete(self, post_id: str) -> None:
        """Delete a comment, as the administrator."""
        await self._send("admin", f"/comment/{post_id}/delete/", {})

    async def lock(self, topic: str) -> None:
        """Close a topic, as the administrator."""
        await self._send("admin", f"/topic/moderate/lock/{_topic_id(topic)}/", {})

    async def move(self, topic: str, into: str, post_id: str) -> None:
        """Move a comment into another topic, as the administrator."""
        session = await self._person("admin")
        form = {"csrfmiddlewaretoken": _token(await self._text(session, "/topic/publish/")), "comments": post_id}
        address = f"{self.url}/comment/{_topic_id(topic)}/move/"
        async with session.post(address, data={**form, "topic": _topic_id(into)}) as answer:
            answer.raise_for_status()

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every comment of a topic, in order, over all its pages."""
        session = await self._person("admin")
        found: list[tuple[str, str, str]] = []
        for number in range(1, 1000):
            async with session.get(topic, params={"page": str(number)}) as answer:
                if answer.status == 404:
                    return found
                answer.raise_for_status()
                found += _posts(await answer.text())
        raise RuntimeError("the topic does not end")

    async def _send(self, user: str, path: str, values: dict[str, str]) -> list[str]:
        """Send a form and return the addresses that the forum led to."""
        session = await self._person(user)
        form = {"csrfmiddlewaretoken": _token(await self._text(session, path)), **values}
        async with session.post(self.url + path, data=form) as answer:
            answer.raise_for_status()
            text = await answer.text()
            if not answer.history:
                raise RuntimeError(
                    f"{path} was not taken: {BeautifulSoup(text, 'lxml').get_text(' ', strip=True)[:500]}"
                )
            return [str(each.url) for each in (*answer.history[1:], answer)]

    async def _person(self, user: str) -> aiohttp.ClientSession:
        if user not in self._people:
            session = self._people[user] = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            form = {"csrfmiddlewaretoken": _token(await self._text(session, "/user/login/")), "username": user}
            async with session.post(f"{self.url}/user/login/", data={**form, "password": PASSWORDS[user]}) as answer:
                answer.raise_for_status()
                if "/user/logout/" not in await answer.text():
                    raise RuntimeError(f"{user} could not sign in")
        return self._people[user]

    async def _text(self, session: aiohttp.ClientSession, path: str) -> str:
        async with session.get(self.url + path) as answer:
            answer.raise_for_status()
            return await answer.text()


def _topic_id(topic: str) -> str:
    found = re.search(r"/topic/(?:private/)?(\d+)", topic)
    if found is None:
        raise ValueError(f"{topic} is not a topic's address")
    return found[1]


def _token(html: str) -> str:
    named = BeautifulSoup(html, "lxml").find("input", attrs={"name": "csrfmiddlewaretoken"})
    if not isinstance(named, Tag):
        raise TypeError("the page has no token")
    return str(named["value"])


def _posts(html: str) -> list[tuple[str, str, str]]:
    found = []
    for body in BeautifulSoup(html, "lxml").find_all("div", class_="comment__text"):
        comment = body.find_parent("div", class_="js-comment")
        name = comment.find("div", class_="comment__info__username") if comment else None
        if comment is None or name is None:
            continue  # the form to reply
        found.append((str(comment["data-pk"]), name.get_text(strip=True), body.get_text(" ", strip=True)))
    return found
