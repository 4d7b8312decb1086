"""A stand-in for Invision Community 4.7 and 5: the parts of its REST API that the bridge uses, with what it does to
those who use it. A key sees hidden posts and writes into locked topics; posts do not name their topic's title; errors
are a code and a word."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from tests.engines.place import START, Time

Json = dict[str, object]


@dataclass(slots=True)
class Member:
    id: int
    name: str


@dataclass(slots=True)
class Entry:
    id: int
    author: Member | None
    html: str
    time: datetime
    hidden: bool = False


@dataclass(slots=True)
class Topic:
    id: int
    title: str
    entries: list[Entry] = field(default_factory=list)
    locked: bool = False


class InvisionForum:
    """One community. ``cut`` drops the connection after the next write; ``moderated`` hides what is written."""

    key = "anahtar-0123456789"

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.members = [Member(1, "Köprü"), Member(2, "Ayşe Öz"), Member(12, "Köprü İki")]
        self.topics: dict[int, Topic] = {}
        self.asked: list[str] = []
        self.cut = False
        self.moderated = False
        self._posts = 100
        self.app = web.Application(middlewares=[self._let_in])
        self.app.router.add_get("/api/core/members", self._members)
        self.app.router.add_get("/api/core/members/{id}", self._one_member)
        self.app.router.add_get("/api/forums/topics", self._list_topics)
        self.app.router.add_get("/api/forums/topics/{id}", self._one_topic)
        self.app.router.add_get("/api/forums/topics/{id}/posts", self._list_posts)
        self.app.router.add_get("/api/forums/posts/{id}", self._one_post)
        self.app.router.add_post("/api/forums/posts", self._create)

    @property
    def kopru(self) -> Member:
        return self.members[0]

    def begin(self, title: str, author: Member | None, html: str) -> Topic:
        topic = self.topics[len(self.topics) + 1] = Topic(len(self.topics) + 1, title)
        self.write(topic, author, html)
        return topic

    def write(self, topic: Topic, author: Member | None, html: str) -> Entry:
        self._posts += 3
        topic.entries.append(entry := Entry(self._posts, author, html, self.clock()))
        return entry

    @web.middleware
    async def _let_in(self, request: web.Request, handler: object) -> web.StreamResponse:
        self.asked.append(str(request.rel_url))
        wanted = base64.b64encode(f"{self.key}:".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return _error(401, "3S290/7", "INVALID_API_KEY")
        return await handler(request)  # type: ignore[operator, no-any-return]

    async def _members(self, request: web.Request) -> web.Response:
        wanted = request.query.get("name", "").casefold()
        return _page(request, [_member(each) for each in self.members if wanted in each.name.casefold()])

    async def _one_member(self, request: web.Request) -> web.Response:
        found = next((each for each in self.members if str(each.id) == request.match_info["id"]), None)
        return web.json_response(_member(found)) if found else _error(404, "1C292/2", "INVALID_ID")

    async def _list_topics(self, request: web.Request) -> web.Response:
        newest = sorted(self.topics.values(), key=lambda each: each.entries[-1].time, reverse=True)
        return _page(request, [_topic(each, request) for each in newest])

    async def _one_topic(self, request: web.Request) -> web.Response:
        found = self.topics.get(int(request.match_info["id"]))
        return web.json_response(_topic(found, request)) if found else _error(404, "2F294/9", "INVALID_ID")

    async def _list_posts(self, request: web.Request) -> web.Response:
        found = self.topics.get(int(request.match_info["id"]))
        if found is None:
            return _error(404, "1F294/1", "INVALID_ID")
        return _page(request, [_post(each, found, request) for each in found.entries])

    async def _one_post(self, request: web.Request) -> web.Response:
        for topic in self.topics.values():
            for entry in topic.entries:
                if str(entry.id) == request.match_info["id"]:
                    return web.json_response(_post(entry, topic, request))
        return _error(404, "1F295/4", "INVALID_ID")

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.post()
        topic = self.topics.get(int(str(asked.get("topic", "0"))))
        author = next((each for each in self.members if str(each.id) == asked.get("author")), None)
        if topic is None:
            return _error(403, "1F295/1", "NO_TOPIC")
        if author is None:
            return _error(403, "1F295/2", "NO_AUTHOR")
        if not asked.get("post"):
            return _error(403, "1F295/3", "NO_POST")
        entry = self.write(topic, author, str(asked["post"]))
        entry.hidden = self.moderated
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response(_post(entry, topic, request), status=201)


def seeded(clock: Time, posts: int = 117) -> InvisionForum:
    """Return a community with one topic of so many posts."""
    forum = InvisionForum(clock)
    ayse = forum.members[1]
    clock.now = START - timedelta(days=2)
    topic = forum.begin("Kargo takibi", ayse, "<p>Siparişim nerede? (1)</p>")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(topic, ayse if number % 2 else None, f"<p>Gönderi ({number})</p>")
    clock.now = START
    return forum


def _page(request: web.Request, results: Sequence[Json]) -> web.Response:
    page, size = int(request.query.get("page", "1")), int(request.query.get("perPage", "25"))
    shown = results[(page - 1) * size : page * size]
    pages = max(1, -(-len(results) // size))
    told = {"page": page, "perPage": size, "totalResults": len(results), "totalPages": pages, "results": list(shown)}
    return web.json_response(told)


def _member(member: Member | None) -> Json:
    if member is None:
        return {"id": None, "name": "Misafir", "profileUrl": None}
    return {"id": member.id, "name": member.name, "profileUrl": f"https://forum.example/profile/{member.id}-x/"}


def _topic(topic: Topic, request: web.Request) -> Json:
    stands = [each for each in topic.entries if not each.hidden]
    return {
        "id": topic.id,
        "title": topic.title,
        "posts": len(stands),
        "firstPost": _post(topic.entries[0], topic, request),
        "lastPost": _post(stands[-1], topic, request),
        "locked": topic.locked,
        "hidden": False,
        "archived": False,
        "url": f"{request.url.origin()}/topic/{topic.id}-kargo/",
    }


def _post(entry: Entry, topic: Topic, request: web.Request) -> Json:
    return {
        "id": entry.id,
        "item_id": topic.id,
        "author": _member(entry.author),
        "date": entry.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "content": entry.html,
        "hidden": entry.hidden,
        "url": f"{request.url.origin()}/topic/{topic.id}-kargo/?do=findComment&comment={entry.id}",
    }


def _error(status: int, code: str, word: str) -> web.Response:
    return web.json_response({"errorCode": code, "errorMessage": word}, status=status)
