"""A real FlaskBB on loopback, and people who use it through its own forms. What it says is read by a parser of its own,
so that it can judge the bridge."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp
from bs4 import BeautifulSoup, Tag
from tests.real.engine import free_port, run, serve

ID = re.compile(r"/post/(\d+)")
PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru")}

CONFIGURATION = """\
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/flaskbb.sqlite"
WHOOSHEE_DIR = "{folder}/whoosh"
SECRET_KEY = "proof"
WTF_CSRF_SECRET_KEY = "proof too"
TRUSTED_HOSTS = ["127.0.0.1"]
REDIS_ENABLED = False
CELERY_CONFIG = {{"broker_url": "memory://", "result_backend": "cache+memory://", "task_always_eager": True}}
RATELIMIT_ENABLED = False
MAIL_SUPPRESS_SEND = True
CACHE_DEFAULT_TIMEOUT = 1
"""


def start(venv: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Install a forum in ``folder``, with the people of PASSWORDS, and serve it. Returns the process and the
    address."""
    (folder / "flaskbb.cfg").write_text(CONFIGURATION.format(folder=folder))
    command = [str(venv / "bin" / "flaskbb"), "--config", str(folder / "flaskbb.cfg")]
    admin = ["-u", "admin", "-e", "admin@example.test", "-p", PASSWORDS["admin"]]
    run([*command, "install", "-f", *admin], folder)
    for name in PASSWORDS.keys() - {"admin"}:
        run(
            [*command, "users", "new", "-u", name, "-e", f"{name}@example.test", "-p", PASSWORDS[name], "-g", "member"],
            folder,
        )
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port)]
    process = serve([*command, "run", *address, "--no-reload", "--no-debugger"], port, folder)
    return process, f"http://127.0.0.1:{port}"


@dataclass
class FlaskBB:
    """The forum as its people use it. Close it, or use it in ``async with``."""

    url: str
    adapter: str = "flaskbb"
    post_address: re.Pattern[str] = ID
    passwords: Mapping[str, str] = field(default_factory=lambda: PASSWORDS)
    _people: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self._people.values():
            await session.close()

    async def new_topic(self, user: str, title: str, text: str) -> str:
        """Open a topic in the forum's only board and return its address."""
        addresses = await self._send(user, "/1/topic/new", {"title": title, "content": text})
        return addresses[-1].partition("?")[0].partition("#")[0]

    async def reply(self, user: str, topic: str, text: str) -> str:
        """Reply to a topic and return the post's id."""
        addresses = await self._send(user, f"/topic/{_topic_id(topic)}/post/new", {"content": text})
        return next(found[1] for address in addresses if (found := re.search(r"/post/(\d+)$", address)))

    async def edit(self, user: str, post_id: str, text: str) -> None:
        """Change a post's text."""
        await self._send(user, f"/post/{post_id}/edit", {"content": text})

    async def lock(self, topic: str) -> None:
        """Close a topic, as the administrator."""
        session = await self._person("admin")
        token = _token(await self._text(session, f"/topic/{_topic_id(topic)}"))
        async with session.post(f"{self.url}/topic/{_topic_id(topic)}/lock", data={"csrf_token": token}) as answer:
            answer.raise_for_status()

    async def delete(self, post_id: str) -> None:
        """Delete a post, as the administrator."""
        session = await self._person("admin")
        token = _token(await self._text(session, "/1/topic/new"))
        async with session.post(f"{self.url}/post/{post_id}/delete", data={"csrf_token": token}) as answer:
            answer.raise_for_status()

    async def posts(self, topic: str) -> list[tuple[str, str, str]]:
        """Return (id, author, text) of every post of a topic, in order, over all its pages."""
        session = await self._person("admin")
        found: list[tuple[str, str, str]] = []
        for number in range(1, 1000):
            async with session.get(f"{self.url}/topic/{_topic_id(topic)}", params={"page": str(number)}) as answer:
                if answer.status == 404:
                    return found
                answer.raise_for_status()
                found += _posts(await answer.text())
        raise RuntimeError("the topic does not end")

    async def _send(self, user: str, path: str, values: dict[str, str]) -> list[str]:
        """Send a form and return the addresses that the forum led to."""
        session = await self._person(user)
        form = {"csrf_token": _token(await self._text(session, path)), "submit": "y", **values}
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
            form = {"csrf_token": _token(await self._text(session, "/auth/login")), "login": user}
            async with session.post(f"{self.url}/auth/login", data={**form, "password": PASSWORDS[user]}) as answer:
                answer.raise_for_status()
                if "/auth/logout" not in await answer.text():
                    raise RuntimeError(f"{user} could not sign in")
        return self._people[user]

    async def _text(self, session: aiohttp.ClientSession, path: str) -> str:
        async with session.get(self.url + path) as answer:
            answer.raise_for_status()
            return await answer.text()


def _topic_id(topic: str) -> str:
    found = re.search(r"/topic/(\d+)", topic)
    if found is None:
        raise ValueError(f"{topic} is not a topic's address")
    return found[1]


def _token(html: str) -> str:
    field = BeautifulSoup(html, "lxml").find("meta", attrs={"name": "csrf-token"})
    if not isinstance(field, Tag):
        raise TypeError("the page has no token")
    return str(field["content"])


def _posts(html: str) -> list[tuple[str, str, str]]:
    found = []
    for body in BeautifulSoup(html, "lxml").find_all("div", class_="post-content"):
        row = body.find_parent("div", class_="post-row")
        name = row.find("div", class_="author-name") if row else None
        if name is None:
            raise RuntimeError("a post without an author")
        found.append((str(body["id"]).removeprefix("pid"), name.get_text(strip=True), body.get_text(" ", strip=True)))
    return found
