"""A stand-in for NodeBB 3 and 4: the twins of its pages and the parts of its write API that the bridge uses, with what
it does to those who use it: a call with a token opens a session and sets its cookie, and beside that cookie no token
counts; a master token answers nothing without `_uid`; a token that holds no more makes us a guest; an answer that waits
for a moderator has status 200; why it refuses something it tells in words alone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from math import ceil

from aiohttp import web
from markdown_it import MarkdownIt
from tests.engines.place import START, Time, dated

PAGE = 20
_MENTION = re.compile(r"@([\w-]+)")
DELAY = timedelta(seconds=10)
TOO_SOON = "You can only post once every 10 second(s) - please wait before posting again"
NOT_ALLOWED = "You do not have enough privileges for this action."


@dataclass(slots=True)
class Member:
    uid: int
    name: str

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")


@dataclass(slots=True)
class Entry:
    pid: int | str
    author: Member | None
    html: str
    time: datetime
    edited: datetime | None = None
    deleted: bool = False
    to: object = None


@dataclass(slots=True)
class Topic:
    tid: int
    title: str
    entries: list[Entry] = field(default_factory=list)
    locked: bool = False
    deleted: bool = False
    scheduled: bool = False
    cid: int = 2


class NodeBBForum:
    """One forum. ``token`` is kopru's own, ``master`` nobody's; ``cut`` drops the connection after the next write,
    ``moderated`` puts replies in the queue. ``old``: as 1.4, ids and flags are texts, and a redirect names no place."""

    token = "belirtec-0123456789"
    master = "usta-0123456789"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.members = [Member(1, "yonetici"), Member(2, "kopru"), Member(3, "Ayşe Öz")]
        self.topics: dict[int, Topic] = {}
        self.sessions: set[str] = set()
        self.tokens = {self.token: 2}
        self.asked: list[str] = []
        self.cookies_seen: list[str] = []
        self.moderated = False
        self.queue: list[str] = []
        self.cut = False
        self.old = False
        self.guests_see_members = True
        self._pids = 100
        self._last: dict[int, datetime] = {}
        self.app = dated(web.Application(), self.now)
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/api/self", self._self),
            ("GET", "/api/user/username/{name}", self._user),
            ("GET", "/api/topic/{tid}", self._topic),
            ("GET", "/api/post/{pid}", self._post),
            ("GET", "/post/{pid}", self._post_page),
            ("GET", "/topic/{tid}/{slug}/{index}", self._page),
            ("GET", "/api/recent", self._recent),
            ("GET", "/api/v3/ping", self._ping),
            ("POST", "/api/v3/topics/{tid}", self._reply),
        ]
        for method, path, handler in routes:
            self.app.router.add_route(method, path, handler)
        self.app.on_response_prepare.append(self._open_session)

    @property
    def kopru(self) -> Member:
        return self.members[1]

    @property
    def ayse(self) -> Member:
        return self.members[2]

    def now(self) -> datetime:
        """Return what the clock says that is set now."""
        return self.clock()

    def begin(self, title: str, author: Member | None, html: str) -> Topic:
        topic = Topic(len(self.topics) + 1, title)
        self.topics[topic.tid] = topic
        self.write(topic, author, html)
        return topic

    def write(self, topic: Topic, author: Member | None, html: str) -> Entry:
        self._pids += 1
        entry = Entry(self._pids, author, html, self.clock())
        topic.entries.append(entry)
        return entry

    async def _open_session(self, request: web.Request, response: web.StreamResponse) -> None:
        self.cookies_seen += request.cookies.keys()
        if "Authorization" in request.headers:
            key = secrets.token_hex(4)
            self.sessions.add(key)
            response.headers.add("Set-Cookie", f"express.sid={key}; Path=/; HttpOnly")

    async def _self(self, request: web.Request) -> web.Response:
        member = self.who(request)
        return web.json_response(user(member)) if member else web.json_response("not-authorized", status=401)

    async def _user(self, request: web.Request) -> web.Response:
        if self.who(request) is None and not self.guests_see_members:
            return web.json_response("not-authorized", status=401)
        found = next((each for each in self.members if each.slug == request.match_info["name"]), None)
        return web.json_response(user(found)) if found else web.json_response({}, status=404)

    async def _ping(self, request: web.Request) -> web.Response:
        try:
            self.who(request)
        except web.HTTPServerError:
            return refused(400, "A master token was received without a corresponding `_uid` in the request body")
        return web.json_response({"status": {"code": "ok", "message": "OK"}, "response": {"pong": True}})

    async def _topic(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        member = self.who(request)
        topic = self.topics.get(int(request.match_info["tid"]))
        if topic is None:
            return web.json_response({"title": "[[global:404.title]]"}, status=404)
        if topic.deleted and (member is None or member.uid != 1):
            return web.json_response({"title": "[[global:403.title]]"}, status=403)
        assert request.query["sort"] == "oldest_to_newest"
        page, pages = int(request.query["page"]), max(1, ceil(len(topic.entries) / PAGE))
        shown = topic.entries[(page - 1) * PAGE : page * PAGE]
        posts = [self._entry(each, topic) for each in shown]
        told = {**self._row(topic), "posts": posts, "locked": self._flag(topic.locked)}
        return web.json_response({**told, "pagination": {"currentPage": page, "pageCount": pages}})

    async def _post(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        path = self._path_of(request.match_info["pid"])
        if path is None:
            return web.json_response({}, status=404)
        return web.json_response(path, status=308 if self.old else 200, headers={"X-Redirect": escape(path)})

    async def _post_page(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(self._path_of(request.match_info["pid"]) or "/404")

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text="<title>Konu</title>", content_type="text/html")

    async def _recent(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        wanted = request.query.get("cid")
        topics = [each for each in self.topics.values() if wanted is None or each.cid == int(wanted)]
        topics.sort(key=lambda each: each.entries[-1].time, reverse=True)
        page = int(request.query.get("page", "1"))
        shown = [self._row(each) for each in topics[(page - 1) * 5 : page * 5]]
        told: dict[str, object] = {"topics": shown, "nextStart": page * 5, "topicCount": len(topics)}
        if not self.old:
            told["pagination"] = {"currentPage": page, "pageCount": max(1, ceil(len(topics) / 5))}
        return web.json_response(told)

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        if request.cookies.get("express.sid") in self.sessions:
            return refused(403, "Invalid CSRF token")
        try:
            member = self.who(request, asked.get("_uid"))
        except web.HTTPServerError:
            return refused(400, "A master token was received without a corresponding `_uid` in the request body")
        topic = self.topics.get(int(request.match_info["tid"]))
        assert request.query["lang"] == "en-GB"
        if (no := self._refusal(topic, member, asked)) is not None:
            return no
        assert topic is not None
        assert member is not None
        to = asked.get("toPid")
        if self.moderated:
            self.queue.append(str(asked["content"]))
            queued = {"id": "reply-1795375158431", "type": "reply", "queued": True, "message": "Waits"}
            return web.json_response({"status": {"code": "ok", "message": "OK"}, "response": queued})
        self._last[member.uid] = self.clock()
        entry = self.write(topic, member, parsed(asked["content"]))
        entry.to = to
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.json_response({"status": {"code": "ok", "message": "OK"}, "response": self._entry(entry, topic)})

    def _refusal(self, topic: Topic | None, member: Member | None, asked: dict[str, object]) -> web.Response | None:
        last = self._last.get(member.uid) if member else None
        to = asked.get("toPid")
        reasons = (
            (topic is None, 404, "Topic does not exist"),
            (member is None, 403, NOT_ALLOWED),
            (topic is not None and topic.locked, 400, "Topic locked"),
            (
                len(str(asked["content"])) < 8,
                400,
                "Please enter a longer post. Posts should contain at least 8 character(s).",
            ),
            (last is not None and self.clock() < last + DELAY, 400, TOO_SOON),
            (to is not None and self._path_of(str(to)) is None, 400, "Invalid Post ID"),
        )
        return next((refused(status, why) for applies, status, why in reasons if applies), None)

    def who(self, request: web.Request, uid: object = None) -> Member | None:
        """Whom a call is made as. Raises the error with which NodeBB answers a master token without `_uid`."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            return None
        number = self.tokens.get(token)
        if token == self.master:
            uid = uid or request.query.get("_uid")
            if uid is None:
                raise web.HTTPInternalServerError
            number = int(str(uid))
        return next((each for each in self.members if each.uid == number), None)

    def _path_of(self, pid: str) -> str | None:
        for topic in self.topics.values():
            for place, entry in enumerate(topic.entries, 1):
                if str(entry.pid) == pid:
                    return f"/topic/{topic.tid}/konu/{place}"
        return None

    def _row(self, topic: Topic) -> dict[str, object]:
        told: dict[str, object] = {
            "tid": self._number(topic.tid),
            "title": escape(topic.title),
            "slug": f"{topic.tid}/konu",
            "postcount": self._number(len(topic.entries)),
            "lastposttime": self._number(_milliseconds(topic.entries[-1].time)),
            "deleted": self._flag(topic.deleted),
        }
        return told if self.old else told | {"titleRaw": topic.title, "scheduled": topic.scheduled}

    def _entry(self, entry: Entry, topic: Topic) -> dict[str, object]:
        return {
            "pid": self._number(entry.pid),
            "tid": self._number(topic.tid),
            "uid": self._number(entry.author.uid if entry.author else 0),
            "content": "[[topic:post-is-deleted]]" if entry.deleted else entry.html,
            "timestamp": self._number(_milliseconds(entry.time)),
            "edited": self._number(_milliseconds(entry.edited) if entry.edited else 0),
            "deleted": self._flag(entry.deleted),
            "index": topic.entries.index(entry),
            "attachments": [],
            "user": user(entry.author),
        }

    def _number(self, number: object) -> object:
        return str(number) if self.old else number

    def _flag(self, flag: bool) -> object:
        return flag if self.old else int(flag)


def seeded(clock: Time, posts: int = 45) -> NodeBBForum:
    """Return a forum with one topic of so many posts."""
    forum = NodeBBForum(clock)
    clock.now = START - timedelta(days=2)
    topic = forum.begin("Kargo takibi <ç> & ölçü", forum.ayse, "<p>Siparişim nerede? (1)</p>")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(topic, forum.ayse if number % 2 else None, f"<p>Gönderi ({number})</p>")
    clock.now = START
    return forum


def parsed(content: str) -> str:
    """Return what NodeBB makes of a post's Markdown (nodebb-plugin-markdown, nodebb-plugin-mentions)."""
    html = MarkdownIt("commonmark", {"breaks": True}).render(content).strip()
    return _MENTION.sub(r'<a class="plugin-mentions-user plugin-mentions-a" href="/user/\1">@<bdi>\1</bdi></a>', html)


def user(member: Member | None) -> dict[str, object]:
    if member is None:
        return {"uid": 0, "username": "[[global:former-user]]", "userslug": "", "displayname": "[[global:former-user]]"}
    return {"uid": member.uid, "username": member.name, "userslug": member.slug, "displayname": escape(member.name)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def refused(status: int, message: str) -> web.Response:
    code = {400: "bad-request", 403: "forbidden", 404: "not-found"}[status]
    return web.json_response({"status": {"code": code, "message": message}, "response": {}}, status=status)
