"""A real Spirit on loopback, and people who use it through its own forms. What it says is read by a parser of its own,
so that it can judge the bridge."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from tests.real.django_people import DjangoPeople
from tests.real.spirit_install import PASSWORDS

CATEGORY = "3"  # "Genel Sohbet"; the first two are Spirit's own
ID = re.compile(r"/comment/(\d+)/find/")


class Spirit(DjangoPeople):
    """The forum as its people use it."""

    adapter = "spirit"
    post_address = ID
    passwords = PASSWORDS
    login = "/user/login/"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic in the forum's only category and return its address."""
        sent = {"title": title, "category": CATEGORY, "comment": text}
        return (await self.send(user, "/topic/publish/", sent))[-1].partition("?")[0].partition("#")[0]

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a topic and return the comment's id."""
        addresses = await self.send(user, f"/comment/{_topic_id(topic)}/publish/", {"comment": text})
        return next(found[1] for address in addresses if (found := ID.search(address)))

    async def whisper(self, user: str, to: str, title: str, text: str) -> str:
        """Open a private topic with somebody and return its address."""
        sent = {"title": title, "users": to, "comment": text}
        return (await self.send(user, "/topic/private/publish/", sent))[-1].partition("?")[0]

    async def edit(self, user: str, post_id: str, text: str) -> None:
        """Change a comment's text."""
        await self.send(user, f"/comment/{post_id}/update/", {"comment": text})

    async def delete(self, post_id: str) -> None:
        """Delete a comment, as the administrator."""
        await self.send("admin", f"/comment/{post_id}/delete/", {})

    async def lock(self, topic: str) -> None:
        """Close a topic, as the administrator."""
        await self.send("admin", f"/topic/moderate/lock/{_topic_id(topic)}/", {})

    async def move(self, topic: str, into: str, post_id: str) -> None:
        """Move a comment into another topic, as the administrator."""
        session = await self.person("admin")
        fields = {**await self.hidden(session, "/topic/publish/"), "comments": post_id, "topic": _topic_id(into)}
        async with session.post(f"{self.url}/comment/{_topic_id(topic)}/move/", data=fields) as answer:
            answer.raise_for_status()

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every comment of a topic, in order, over all its pages."""
        session = await self.person("admin")
        found: list[tuple[str, str, str]] = []
        for number in range(1, 1000):
            async with session.get(topic, params={"page": str(number)}) as answer:
                if answer.status == 404:
                    return found
                answer.raise_for_status()
                found += _posts(await answer.text())
        raise RuntimeError("the topic does not end")


def _topic_id(topic: str) -> str:
    found = re.search(r"/topic/(?:private/)?(\d+)", topic)
    if found is None:
        raise ValueError(f"{topic} is not a topic's address")
    return found[1]


def _posts(html: str) -> list[tuple[str, str, str]]:
    found = []
    for body in BeautifulSoup(html, "lxml").find_all("div", class_="comment__text"):
        comment = body.find_parent("div", class_="js-comment")
        name = comment.find("div", class_="comment__info__username") if comment else None
        if comment is None or name is None:
            continue  # the form to reply
        found.append((str(comment["data-pk"]), name.get_text(strip=True), body.get_text(" ", strip=True)))
    return found
