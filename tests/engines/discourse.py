"""A stand-in for Discourse: the parts of its JSON API that the bridge uses, with what it does to those who use it,
after its controllers and serializers. A key in the name of an account, topics by pages and by the neighbourhood of a
post, ids and numbers that differ, events and whispers in between, and writes that are remembered for two minutes."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from tests.engines.discourse_cooked import cooked
from tests.engines.place import START, Time, dated

CHUNK = 20
REGULAR, MODERATOR, EVENT, WHISPER = 1, 2, 3, 4


@dataclass(slots=True)
class Member:
    id: int
    username: str
    name: str = ""
    staff: bool = False


@dataclass(slots=True)
class Entry:
    """A post, or an event in a topic."""

    id: int
    number: int
    author: Member | None
    cooked: str
    time: datetime
    kind: int = REGULAR
    raw: str = ""
    version: int = 1
    updated: datetime | None = None
    hidden: bool = False
    user_deleted: bool = False
    deleted: datetime | None = None


@dataclass(slots=True)
class Topic:
    id: int
    title: str
    category: int | None = 5
    entries: list[Entry] = field(default_factory=list)
    closed: bool = False
    pinned: bool = False
    members: frozenset[int] = frozenset()  # of a personal message
    external_id: str = ""

    @property
    def private(self) -> bool:
        return bool(self.members)

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "-", self.title.casefold()).strip("-")


class DiscourseForum:
    """One forum. ``key`` opens it in the name of whoever is named beside it; ``scopes`` are what the key may do;
    ``counts_external_id`` is False for versions that do not know it; ``cut`` drops the connection after the next
    write."""

    key = "gizli-anahtar-0123456789"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.members = [Member(1, "kopru", "Destek Köprüsü"), Member(2, "ayse", "Ayşe Öz"), Member(-1, "system", "")]
        self.topics: dict[int, Topic] = {}
        self.asked: list[str] = []
        self.written: list[dict[str, object]] = []
        self.scopes = {"global:read", "topics:write", "uploads:create"}
        self.moderated = False
        self.queue: list[str] = []
        self.mega = False
        self.shortest = 5
        self.unique_minutes = 5
        self.pace = 0  # seconds between two posts of a member
        self.counts_external_id = True
        self.cut = False
        self._ids = 1000
        self._remembered: dict[str, tuple[datetime, int, str]] = {}
        self.app = dated(web.Application(), self.now)
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/session/current.json", self._current),
            ("GET", r"/t/{id:\d+}.json", self._topic),
            ("GET", r"/t/{id:\d+}/{number:\d+}.json", self._topic),
            ("GET", r"/posts/{id:\d+}.json", self._post),
            ("GET", "/latest.json", self._list),
            ("GET", r"/c/{slug}/{category:\d+}/l/latest.json", self._list),
            ("POST", "/posts.json", self._create),
        ]
        for method, path, handler in routes:
            self.app.router.add_route(method, path, handler)

    def now(self) -> datetime:
        """Return what the clock says that is set now."""
        return self.clock()

    @property
    def kopru(self) -> Member:
        return self.members[0]

    @property
    def ayse(self) -> Member:
        return self.members[1]

    def begin(self, title: str, author: Member | None, raw: str, **about: object) -> Topic:
        topic = Topic(len(self.topics) + 1, title)
        for name, value in about.items():
            setattr(topic, name, value)
        self.topics[topic.id] = topic
        self.write(topic, author, raw)
        return topic

    def write(self, topic: Topic, author: Member | None, raw: str, kind: int = REGULAR) -> Entry:
        self._ids += 3
        number = max((each.number for each in topic.entries), default=0) + 1
        entry = Entry(self._ids, number, author, cooked(raw), self.clock(), kind, raw)
        topic.entries.append(entry)
        return entry

    def edit(self, entry: Entry, raw: str) -> None:
        entry.raw, entry.cooked = raw, cooked(raw)
        entry.version += 1
        entry.updated = self.clock()

    def move(self, entry: Entry, source: Topic, target: Topic) -> None:
        """As moderators do: a post keeps its id and gets another number, and an event is left behind."""
        source.entries.remove(entry)
        entry.number = max(each.number for each in target.entries) + 1
        target.entries.append(entry)
        self.write(source, self.kopru, "", EVENT)

    def visible(self, topic: Topic, actor: Member | None) -> list[Entry]:
        """Return the entries that somebody's stream holds."""
        kinds = {REGULAR, MODERATOR, EVENT, *({WHISPER} if actor is not None and actor.staff else ())}
        return [each for each in topic.entries if each.kind in kinds and each.deleted is None]

    async def _current(self, request: web.Request) -> web.Response:
        actor = self.actor(request)
        if actor is None:
            return web.Response(status=404)
        told = {"id": actor.id, "username": actor.username, "name": actor.name}
        return web.json_response({"current_user": told})

    async def _topic(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(str(request.rel_url))
        actor = self.actor(request)
        topic = self.topics.get(int(request.match_info["id"]))
        if topic is None or (topic.private and (actor is None or actor.id not in topic.members)):
            return refused(404, "Aranan adres bulunamadı.", "not_found")
        stream = self.visible(topic, actor)
        page = max(1, int(request.query.get("page", "1")))
        if (page - 1) * CHUNK >= len(stream) and page > 1:
            last = (len(stream) - 1) // CHUNK + 1
            query = f"?page={last}" if last > 1 else ""
            raise web.HTTPMovedPermanently(f"/t/{topic.slug}/{topic.id}.json{query}")
        start = (page - 1) * CHUNK
        if "number" in request.match_info:
            wanted = int(request.match_info["number"])
            closest = min(range(len(stream)), key=lambda index: abs(stream[index].number - wanted))
            start = max(0, min(closest - CHUNK // 4, len(stream) - CHUNK))
        shown = stream[start : start + CHUNK]
        posts: dict[str, object] = {"posts": [self._told(each, topic, actor) for each in shown]}
        if self.mega:
            posts |= {"isMegaTopic": True, "firstId": stream[0].id, "lastId": stream[-1].id}
        else:
            posts["stream"] = [each.id for each in stream]
        document = {
            "post_stream": posts,
            "id": topic.id,
            "title": topic.title,
            "slug": topic.slug,
            "posts_count": sum(1 for each in stream if each.kind != EVENT),
            "highest_post_number": stream[-1].number,
            "closed": topic.closed,
            "archived": False,
            "archetype": "private_message" if topic.private else "regular",
            "chunk_size": CHUNK,
        }
        return web.json_response(document)

    async def _post(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        wanted = int(request.match_info["id"])
        for topic in self.topics.values():
            for entry in topic.entries:
                if entry.id == wanted and entry.deleted is None:
                    return web.json_response(self._told(entry, topic, self.actor(request)))
        return refused(404, "Aranan adres bulunamadı.", "not_found")

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        category = request.match_info.get("category")
        topics = [each for each in self.topics.values() if not each.private]
        topics = [each for each in topics if category is None or each.category == int(category)]
        topics.sort(key=lambda each: each.entries[-1].time, reverse=True)
        if request.query.get("order") != "activity":
            topics.sort(key=lambda each: not each.pinned)
        return web.json_response(self.listed(topics, request))

    def listed(self, topics: list[Topic], request: web.Request) -> dict[str, object]:
        page, size = int(request.query.get("page", "0")), 30
        shown = topics[page * size : (page + 1) * size]
        actor = self.actor(request)
        told: dict[str, object] = {"per_page": size, "topics": [self._row(each, actor) for each in shown]}
        if len(topics) > (page + 1) * size:
            told["more_topics_url"] = f"{request.path.removesuffix('.json')}?page={page + 1}"
        return {"users": [], "topic_list": told}

    async def _create(self, request: web.Request) -> web.StreamResponse:
        actor = self.actor(request)
        if actor is None or "topics:write" not in self.scopes:
            return refused(403, "İstenen kaynağı görüntüleme izniniz yok.", "invalid_access")
        asked = await request.json()
        self.written.append(asked)
        counted = {name: value for name, value in asked.items() if self.counts_external_id or name != "external_id"}
        signature = json.dumps([actor.id, request.headers.get("User-Agent"), counted], sort_keys=True)
        until, status, told = self._remembered.get(signature, (self.clock(), 0, ""))
        if until <= self.clock():
            last = self._last_post(actor)
            if last is not None and self.clock() < last + timedelta(seconds=self.pace):
                wait = (last + timedelta(seconds=self.pace) - self.clock()).seconds
                return limited(wait)
            status, document = self.create(actor, asked)
            told = json.dumps(document)
            self._remembered[signature] = (self.clock() + timedelta(seconds=120), status, told)
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.Response(text=told, status=status, content_type="application/json")

    def create(self, actor: Member, asked: dict[str, object]) -> tuple[int, object]:
        raw, topic = str(asked.get("raw") or ""), self.topics.get(int(str(asked.get("topic_id") or 0)))
        if asked.get("archetype") == "private_message":
            return self._open(actor, asked, raw)
        if topic is None or topic.closed or (topic.private and actor.id not in topic.members):
            return 422, {"action": "create_post", "errors": ["Belirtilen konu bulunamadı veya kapalı."]}
        if asked.get("skip_validations") is not True:
            if len(raw.strip()) < self.shortest:
                return 422, {"action": "create_post", "errors": [f"Gövde çok kısa (en az {self.shortest} karakter)"]}
            if self._too_like(actor, raw):
                return 422, {"action": "create_post", "errors": ["Gövde yakın zamanda gönderdiğinize çok benziyor"]}
        if self.moderated:
            self.queue.append(raw)
            return 200, {"action": "enqueued", "success": True, "pending_count": 1}
        return 200, self._told(self.write(topic, actor, raw), topic, actor)

    def _open(self, actor: Member, asked: dict[str, object], raw: str) -> tuple[int, object]:
        names = str(asked["target_recipients"]).split(",")
        found = [each for each in self.members if each.username in names]
        if len(found) < len(names):
            return 422, {"errors": ["Belirttiğiniz kullanıcı bulunamadı."]}
        key = str(asked.get("external_id") or "")
        if key and any(each.external_id == key for each in self.topics.values()):
            return 422, {"errors": ["Dış kimlik zaten alınmış."]}
        members = frozenset({actor.id, *(each.id for each in found)})
        topic = self.begin(str(asked["title"]), actor, raw, members=members, category=None, external_id=key)
        return 200, self._told(topic.entries[0], topic, actor)

    def _too_like(self, actor: Member, raw: str) -> bool:
        """The same letters again, anywhere, within some minutes; the staff may."""
        since, same = self.clock() - timedelta(minutes=self.unique_minutes), "".join(raw.casefold().split())
        ours = [each for topic in self.topics.values() for each in topic.entries if each.author is actor]
        recent = any("".join(each.raw.casefold().split()) == same and each.time > since for each in ours)
        return recent and not actor.staff

    def _last_post(self, actor: Member) -> datetime | None:
        times = [each.time for topic in self.topics.values() for each in topic.entries if each.author is actor]
        return max(times, default=None)

    def actor(self, request: web.Request) -> Member | None:
        """Return who asks; a key that is not known, or for nobody, opens nothing at all."""
        key, name = request.headers.get("Api-Key"), request.headers.get("Api-Username")
        if key is None:
            return None
        found = next((each for each in self.members if each.username == name), None)
        if key != self.key or found is None or (request.method == "GET" and "global:read" not in self.scopes):
            text = "İstenen kaynağı görüntüleme izniniz yok. API kullanıcı adı ya da anahtarı geçersiz."
            document = json.dumps({"errors": [text], "error_type": "invalid_access"})
            raise web.HTTPForbidden(text=document, content_type="application/json")
        return found

    def _told(self, entry: Entry, topic: Topic, actor: Member | None) -> dict[str, object]:
        hidden = entry.hidden and not (actor is not None and actor.staff)
        told: dict[str, object] = {
            "id": entry.id,
            "post_number": entry.number,
            "post_type": entry.kind,
            "topic_id": topic.id,
            "topic_slug": topic.slug,
            "user_id": entry.author.id if entry.author else None,
            "username": entry.author.username if entry.author else None,
            "name": entry.author.name if entry.author else None,
            "created_at": iso(entry.time),
            "updated_at": iso(entry.updated or entry.time),
            "version": entry.version,
            "cooked": "Bu gönderi topluluk tarafından bildirildi." if hidden else entry.cooked,
            "hidden": entry.hidden,
            "user_deleted": entry.user_deleted,
            "deleted_at": iso(entry.deleted) if entry.deleted else None,
        }
        return told | ({"action_code": "closed.enabled"} if entry.kind == EVENT else {})

    def _row(self, topic: Topic, actor: Member | None) -> dict[str, object]:
        shown = [each for each in topic.entries if each.kind != WHISPER and each.deleted is None]
        spoken = [each for each in shown if each.kind != EVENT]
        return {
            "id": topic.id,
            "title": topic.title,
            "slug": topic.slug,
            "posts_count": len(spoken),
            "highest_post_number": shown[-1].number,
            "last_posted_at": iso(spoken[-1].time),
            "bumped_at": iso(spoken[-1].time),
            "pinned": topic.pinned,
            "participants": [{"user_id": each} for each in sorted(topic.members - {actor.id if actor else 0})],
        }


def seeded(clock: Time, posts: int = 57) -> DiscourseForum:
    """Return a forum with one topic of so many posts, an event after each 20th."""
    forum = DiscourseForum(clock)
    clock.now = START - timedelta(days=2)
    topic = forum.begin("Kargo takibi", forum.ayse, "Siparişim **nerede**? (1)")
    for count in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(topic, forum.ayse if count % 2 else None, f"Gönderi ({count})")
        if count % 20 == 0:
            forum.write(topic, forum.kopru, "", EVENT)
    clock.now = START
    return forum


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refused(status: int, words: str, kind: str) -> web.Response:
    return web.json_response({"errors": [words], "error_type": kind}, status=status)


def limited(seconds: int) -> web.Response:
    words = f"Bu işlemi çok sık yaptınız. Lütfen tekrar denemeden önce {seconds} saniye bekleyin."
    document = {"errors": [words], "error_type": "rate_limit", "extras": {"wait_seconds": seconds}}
    return web.json_response(document, status=429, headers={"Retry-After": str(seconds)})
