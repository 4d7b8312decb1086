"""A real Fossil forum on loopback, and people who use it through its own forms. What it says is read by a parser of its
own, so that it can judge the bridge."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp
from bs4 import BeautifulSoup, Tag
from tests.real.engine import free_port, run, serve

PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru", "yeni")}
READS_WRITES, UNMODERATED = "hz23", "4"  # Fossil's capability letters; who is signed in has those of nobody, too
MODERATED = frozenset(("yeni",))
ID = re.compile(r"/forumpost/([0-9a-f]{10})")


def start(binary: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Make a repository with the people of PASSWORDS in ``folder`` and serve it. Returns the process and the
    address."""
    file, env = folder / "forum.fossil", {**os.environ, "HOME": str(folder), "USER": "admin"}
    fossil = str(binary)
    run([fossil, "init", "--admin-user", "admin", str(file)], folder, env)
    run([fossil, "user", "password", "admin", PASSWORDS["admin"], "-R", str(file)], folder, env)
    for name in sorted(PASSWORDS.keys() - {"admin"}):
        may = READS_WRITES if name in MODERATED else READS_WRITES + UNMODERATED
        run([fossil, "user", "new", name, f"{name}@example.test", PASSWORDS[name], "-R", str(file)], folder, env)
        run([fossil, "user", "capabilities", name, may, "-R", str(file)], folder, env)
    run([fossil, "user", "capabilities", "nobody", "hj2", "-R", str(file)], folder, env)
    port = free_port()
    process = serve([fossil, "server", "--localhost", "--port", str(port), str(file)], port, folder, env)
    return process, f"http://127.0.0.1:{port}"


@dataclass
class Fossil:
    """The forum as its people use it. Close it, or use it in ``async with``."""

    url: str
    adapter: str = "fossil"
    post_address: re.Pattern[str] = ID
    passwords: Mapping[str, str] = field(default_factory=lambda: PASSWORDS)
    _people: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self._people.values():
            await session.close()

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a thread and return its address."""
        return await self._send(user, "/forume1", {"title": title, "content": text})

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a thread's first post and return the new post's id."""
        address = await self._send(user, "/forume2", {"fpid": _id(topic), "reply": "1", "content": text})
        return _id(address)

    async def edit(self, user: str, post_id: str, text: str) -> str:
        """Change a post's text and return the id of its new version."""
        return _id(await self._send(user, "/forume2", {"fpid": post_id, "edit": "1", "content": text}))

    async def delete(self, user: str, post_id: str) -> None:
        """Empty a post, which is how Fossil deletes."""
        await self._send(user, "/forume2", {"fpid": post_id, "edit": "1", "nullout": "1", "content": ""})

    async def approve(self, post_id: str) -> None:
        """Let a post through that waits for a moderator."""
        session = await self._person("admin")
        form = {"fpid": post_id, "approve": "Approve"}
        address = f"{self.url}/forumedit"
        async with session.post(address, data=form, headers={"Referer": address}) as answer:
            answer.raise_for_status()

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every post of a thread, in order; none of them may be edited."""
        session = await self._person("admin")
        async with session.get(f"{self.url}/forumthread/{_id(topic)}?t=c") as answer:
            answer.raise_for_status()
            return _posts(await answer.text())

    async def _send(self, user: str, path: str, values: dict[str, str]) -> str:
        """Send a form and return the address that the forum led to; without a Referer it would post nothing."""
        session = await self._person(user)
        form = {"mimetype": "text/x-markdown", "submit": "Submit", **values}
        async with session.post(self.url + path, data=form, headers={"Referer": self.url + path}) as answer:
            answer.raise_for_status()
            if not answer.history:
                said = BeautifulSoup(await answer.text(), "lxml").get_text(" ", strip=True)
                raise RuntimeError(f"{path} was not taken: {said[:500]}")
            return str(answer.url)

    async def _person(self, user: str) -> aiohttp.ClientSession:
        if user not in self._people:
            session = self._people[user] = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            form = {"u": user, "p": PASSWORDS[user], "in": "Login"}
            async with session.post(f"{self.url}/login", data=form, headers={"Referer": self.url}) as answer:
                answer.raise_for_status()
        return self._people[user]


def _id(address: str) -> str:
    found = re.search(r"([0-9a-f]{10})[0-9a-f]*$", address)
    if found is None:
        raise ValueError(f"{address} is no post's address")
    return found[1]


def _posts(html: str) -> list[tuple[str, str, str]]:
    found = []
    for body in BeautifulSoup(html, "lxml").find_all("div", class_="forumPostBody"):
        header = body.find_previous("h3", class_="forumPostHdr")
        if not isinstance(header, Tag):
            raise TypeError("a post without a header")
        source = ID.search(str(header.find("a", string="[source]")))
        author = header.find("a")
        if source is None or author is None:
            raise RuntimeError("a post without an id or an author")
        found.append((source[1], author.get_text(strip=True), body.get_text(" ", strip=True)))
    return found
