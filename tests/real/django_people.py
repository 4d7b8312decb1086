"""People who use a Django site through its own forms, each signed in once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import aiohttp
from bs4 import BeautifulSoup


class DjangoPeople:
    """Close them, or use them in ``async with``. ``login`` is the path of the page to sign in on."""

    url: str
    passwords: Mapping[str, str]
    login: str

    def __init__(self) -> None:
        self._people: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in self._people.values():
            await session.close()

    async def person(self, user: str) -> aiohttp.ClientSession:
        """Return somebody's session. Raises RuntimeError when they cannot sign in."""
        if user not in self._people:
            session = self._people[user] = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            fields = {**await self.hidden(session, self.login), "username": user, "password": self.passwords[user]}
            async with session.post(self.url + self.login, data=fields) as answer:
                answer.raise_for_status()
                if not answer.history:
                    raise RuntimeError(f"{user} could not sign in")
        return self._people[user]

    async def send(self, user: str, path: str, values: Mapping[str, str], *files: tuple[str, str, bytes]) -> list[str]:
        """Send a form, with files as (field, name, content), and return the addresses that the forum led to. Raises
        RuntimeError when it shows the form again."""
        session = await self.person(user)
        form = aiohttp.FormData()
        for name, value in {**await self.hidden(session, path), **values}.items():
            form.add_field(name, value)
        for name, filename, content in files:
            form.add_field(name, content, filename=filename)
        async with session.post(self.url + path, data=form) as answer:
            answer.raise_for_status()
            text = await answer.text()
            if not answer.history:
                shown = BeautifulSoup(text, "lxml").get_text(" ", strip=True)[:500]
                raise RuntimeError(f"{path} was not taken: {shown}")
            return [str(each.url) for each in (*answer.history[1:], answer)]

    async def hidden(self, session: aiohttp.ClientSession, path: str) -> dict[str, str]:
        """Return the hidden fields of a page, Django's token among them."""
        async with session.get(self.url + path) as answer:
            answer.raise_for_status()
            found = BeautifulSoup(await answer.text(), "lxml").find_all("input", type="hidden")
        return {str(each["name"]): str(each.get("value", "")) for each in found}
