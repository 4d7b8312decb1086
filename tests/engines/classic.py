"""What stand-ins for the classic engines share: people, threads of numbered posts in BBCode, sessions, faults. Each
engine's file knows its own pages and habits."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from aiohttp import web
from tests.engines.place import START, Time, dated

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PASSWORD = "Köprü-Parola-1"


@dataclass(slots=True)
class Member:
    id: int
    name: str
    password: str = PASSWORD


@dataclass(slots=True)
class Entry:
    """A post; one without ``author`` is a guest's. ``waits``: for a moderator."""

    id: int
    author: Member | None
    text: str
    time: datetime
    edited: datetime | None = None
    waits: bool = False
    files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    id: int
    title: str
    entries: list[Entry] = field(default_factory=list)
    closed: bool = False

    @property
    def shown(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.waits]


class ClassicForum:
    """One forum. ``cut`` drops the connection after the next write; ``moderated`` holds replies for a moderator;
    ``asked`` lists what was asked for."""

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.members = [Member(1, "kopru"), Member(2, "ayse"), Member(3, "Çağrı Öz")]
        self.threads: dict[int, Thread] = {}
        self.sessions: dict[str, Member] = {}
        self.asked: list[str] = []
        self.moderated = False
        self.cut = False
        self.app = dated(web.Application(client_max_size=4_000_000, middlewares=[self._noted]), clock)
        self._ids = 100

    @web.middleware
    async def _noted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path_qs}")
        return await handler(request)

    @property
    def kopru(self) -> Member:
        return self.members[0]

    def begin(self, title: str, author: Member | None, text: str) -> Thread:
        thread = Thread(len(self.threads) + 1, title)
        self.threads[thread.id] = thread
        self.write(thread, author, text)
        return thread

    def write(self, thread: Thread, author: Member | None, text: str) -> Entry:
        self._ids += 1
        entry = Entry(self._ids, author, text, self.clock())
        thread.entries.append(entry)
        return entry

    def holder(self, post_id: int) -> Thread | None:
        """Return the thread in which a post stands."""
        return next((each for each in self.threads.values() for post in each.entries if post.id == post_id), None)

    def newest_first(self) -> list[Thread]:
        return sorted(self.threads.values(), key=lambda each: each.shown[-1].id, reverse=True)

    def sign_in(self, name: str, password: str) -> str | None:
        """Return the key of a new session; None for a wrong password."""
        for member in self.members:
            if (member.name, member.password) == (name, password):
                key = secrets.token_hex(16)
                self.sessions[key] = member
                return key
        return None

    def lost(self, request: web.Request) -> bool:
        """Drop the connection if that is to happen now; the write before it has taken effect."""
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return True
        return False


def seeded(forum: ClassicForum, posts: int = 45) -> None:
    """Fill a forum with one thread of so many posts, the first two days ago, and a closed one."""
    clock = forum.clock
    clock.now = START - timedelta(days=2)
    thread = forum.begin("Kargo takibi <ç>", forum.members[1], "Siparişim [b]nerede[/b]? (1)")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=61)
        forum.write(thread, (forum.members[1], forum.members[2], None)[number % 3], f"Gönderi ({number})")
    forum.begin("Kilitli", forum.members[1], "Kapalı.").closed = True
    clock.now = START


def rendered(text: str, tags: Mapping[str, str]) -> str:
    """Return BBCode as HTML: ``tags`` holds each pattern's replacement, applied until nothing changes; lines end with
    a break."""
    html = escape(text.replace("\r\n", "\n"), quote=False)
    for pattern, replacement in tags.items():
        before = ""
        while before != html:
            before, html = html, re.sub(pattern, replacement, html, flags=re.DOTALL | re.IGNORECASE)
    return html.replace("\n", "<br />\n")


def page_of(place: int, size: int) -> int:
    """Return the page, from 1, on which the ``place``-th post (from 0) stands."""
    return place // size + 1
