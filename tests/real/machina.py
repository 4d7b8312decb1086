"""A real django-machina on loopback, and people who use it through its own forms. What it says is read by a parser of
its own, so that it can judge the bridge."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from tests.real.django_people import DjangoPeople
from tests.real.machina_install import PASSWORDS

FORUM = "/forum/forum/destek-1/"
ID = re.compile(r"[?&]post=(\d+)")


class Machina(DjangoPeople):
    """The forum as its people use it."""

    adapter = "machina"
    post_address = ID
    passwords = PASSWORDS
    login = "/accounts/login/"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic in the forum and return its address."""
        sent = {"subject": title, "content": text, "topic_type": "0"}
        return (await self.send(user, f"{FORUM}topic/create/", sent))[-1]

    async def reply(self, user: str, topic: str, text: str, *files: tuple[str, bytes]) -> str:
        """Reply to a topic and return the post's id. One file at most goes with it."""
        sent = {"subject": "Re", "content": text}
        fields = [("attachment-0-file", name, content) for name, content in files]
        return _id(await self.send(user, f"{_path(topic)}post/create/", sent, *fields))

    async def edit(self, user: str, topic: str, post_id: str, text: str) -> None:
        """Change a post's text."""
        await self.send(user, f"{_path(topic)}{post_id}/post/update/", {"subject": "Re", "content": text})

    async def delete(self, topic: str, post_id: str) -> None:
        """Delete a post, as the administrator."""
        await self.send("admin", f"{_path(topic)}{post_id}/post/delete/", {})

    async def lock(self, topic: str) -> None:
        """Close a topic, as the administrator."""
        await self.send("admin", f"/forum/moderation/topic/{_path(topic).split('/')[-2]}/lock/", {})

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every post of a topic, in order, over all its pages."""
        session = await self.person("admin")
        found: list[tuple[str, str, str]] = []
        for number in range(1, 1000):
            async with session.get(topic, params={"page": str(number)}) as answer:
                if answer.status == 404:
                    return found
                answer.raise_for_status()
                found += _posts(await answer.text())
        raise RuntimeError("the topic does not end")


def _path(topic: str) -> str:
    return urlsplit(topic).path


def _id(addresses: list[str]) -> str:
    return next(found[1] for address in addresses if (found := ID.search(address)))


def _posts(html: str) -> list[tuple[str, str, str]]:
    found = []
    for body in BeautifulSoup(html, "lxml").find_all("div", class_="post-content"):
        card = body.find_parent("div", class_="post")
        name = card.find("div", class_="username") if isinstance(card, Tag) else None
        assert isinstance(card, Tag) and isinstance(name, Tag)
        found.append((str(card["id"]), name.get_text(strip=True), body.get_text(" ", strip=True)))
    return found
