"""A stand-in for XenForo 2.3: what it knows, and its REST API as far as the bridge uses it, after its API's
controllers. Routes are translated, positions count visible posts only, a page past the end is an error, spoilers are
hidden in the HTML that the API gives, and errors are told by codes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.web_request import FileField
from tests.engines.place import START, Time, dated
from tests.engines.xenforo_told import api_html, error, pagination, refusal

PER_PAGE = 20


@dataclass(slots=True)
class Member:
    id: int
    name: str
    password: str = ""
    moderates: bool = False


@dataclass(slots=True)
class File:
    id: int
    name: str
    content: bytes
    mime: str


@dataclass(slots=True)
class Entry:
    """A post; ``author`` None is a guest called ``guest``."""

    id: int
    author: Member | None
    message: str
    time: datetime
    guest: str = ""
    edited: datetime | None = None
    state: str = "visible"
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    id: int
    title: str
    node: int = 2
    entries: list[Entry] = field(default_factory=list)
    open: bool = True
    sticky: bool = False
    kind: str = "discussion"
    state: str = "visible"
    solution: int | None = None

    @property
    def visible(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state == "visible"]

    @property
    def slug(self) -> str:
        return f"{re.sub(r'[^a-z0-9]+', '-', self.title.casefold()).strip('-')}.{self.id}"


class XenForoBoard:
    """One forum at ``url``. A key opens it: ``user_key`` for kopru, ``super_key`` for whoever is named beside it;
    ``cut`` drops the connection after the next write."""

    user_key, super_key, guest_key = "kullanici-anahtari-01", "ust-anahtar-0123456789", "misafir-anahtari-01"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.url = ""
        self.members = [
            Member(1, "Destek Köprüsü", "Köprü-Parola-1"),
            Member(2, "Ayşe Öz"),
            Member(3, "yönetici", moderates=True),
        ]
        self.threads: dict[int, Thread] = {}
        self.asked: list[str] = []
        self.scopes = {"thread:read", "thread:write", "node:read", "user:read", "attachment:write"}
        self.scopes |= {"conversation:read", "conversation:write"}
        self.moderated = False
        self.kinds = {"png", "jpg", "pdf"}
        self.flood = 0  # seconds; the API itself has none, add-ons may
        self.cut = self.cut_uploads = False
        self.loses = ""  # a file of this name never hangs on a post
        self._keys: dict[str, list[File]] = {}
        self._posts, self._files = 100, 10
        self.app = dated(web.Application(), self.now)
        self._route()

    def _route(self) -> None:
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/api/index/", self._index),
            ("GET", "/api/me/", self._me),
            ("GET", "/api/users/find-name", self._find_name),
            ("GET", "/api/nodes/", self._nodes),
            ("GET", "/api/threads/", self._all_threads),
            ("GET", r"/api/threads/{id:\d+}/", self._thread),
            ("GET", r"/api/forums/{id:\d+}/threads", self._forum_threads),
            ("GET", r"/api/posts/{id:\d+}/", self._post),
            ("POST", "/api/posts/", self._create),
            ("POST", "/api/attachments/new-key", self._new_key),
            ("POST", "/api/attachments/", self._attach),
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

    def begin(self, title: str, author: Member | None, message: str, **about: object) -> Thread:
        thread = Thread(len(self.threads) + 1, title)
        for name, value in about.items():
            setattr(thread, name, value)
        self.threads[thread.id] = thread
        self.write(thread, author, message)
        return thread

    def write(self, thread: Thread, author: Member | None, message: str, **about: object) -> Entry:
        self._posts += 3
        entry = Entry(self._posts, author, message, self.clock(), "" if author else "Misafir Can")
        for name, value in about.items():
            setattr(entry, name, value)
        thread.entries.append(entry)
        return entry

    def file(self, name: str, content: bytes = b"\x89PNG", mime: str = "image/png") -> File:
        self._files += 1
        return File(self._files, name, content, mime)

    def thread_of(self, post_id: int) -> tuple[Thread, Entry] | None:
        found = ((thread, entry) for thread in self.threads.values() for entry in thread.entries)
        return next(((thread, entry) for thread, entry in found if entry.id == post_id), None)

    def seen_by(self, thread: Thread, actor: Member | None) -> list[Entry]:
        """Return what somebody is shown of a thread; moderators see what is deleted or waits."""
        return thread.entries if actor is not None and actor.moderates else thread.visible

    def thread_url(self, thread: Thread) -> str:
        return f"{self.url}/konu/{thread.slug}/"

    async def _index(self, request: web.Request) -> web.Response:
        kind, actor = self._opened(request)
        told = {"type": kind, "user_id": actor.id if actor and kind == "user" else None}
        return web.json_response({"version_id": 2030670, "site_title": "Forum", "key": told})

    async def _me(self, request: web.Request) -> web.Response:
        actor = self.actor(request)
        if actor is None:
            return error(403, "login_required", "Bu işlem için giriş yapmalısınız.")
        return web.json_response({"me": self._user(actor)})

    async def _find_name(self, request: web.Request) -> web.Response:
        self.actor(request, "user:read")
        wanted = request.query["username"].casefold()
        exact = next((each for each in self.members if each.name.casefold() == wanted), None)
        return web.json_response({"exact": self._user(exact) if exact else None, "recommendations": []})

    async def _nodes(self, request: web.Request) -> web.Response:
        self.actor(request, "node:read")
        nodes = [(1, "Ana", f"{self.url}/kategori/ana.1/"), (2, "Yardım", f"{self.url}/bolum/yardim/")]
        told = [{"node_id": node_id, "title": title, "view_url": url} for node_id, title, url in nodes]
        return web.json_response({"tree_map": {}, "nodes": told})

    async def _all_threads(self, request: web.Request) -> web.Response:
        self.actor(request, "thread:read")
        return self._listed(request, list(self.threads.values()), sticky=False)

    async def _forum_threads(self, request: web.Request) -> web.Response:
        self.actor(request, "thread:read")
        node = int(request.match_info["id"])
        if node != 2:
            return error(404, "requested_forum_not_found", "İstenen forum bulunamadı.")
        return self._listed(request, [each for each in self.threads.values() if each.node == node], sticky=True)

    async def _thread(self, request: web.Request) -> web.Response:
        actor = self.actor(request, "thread:read")
        thread = self.threads.get(int(request.match_info["id"]))
        if thread is None or thread.state == "deleted":
            return error(404, "requested_thread_not_found", "İstenen konu bulunamadı.")
        document: dict[str, object] = {"thread": self._told_thread(thread)}
        if request.query.get("with_posts") == "1":
            page = max(1, int(request.query.get("page", "1")))
            last = max(1, -(-len(thread.visible) // PER_PAGE))
            if page > last:
                return error(400, "invalid_page", "Geçersiz sayfa istendi.", {"max": last})
            entries = self.seen_by(thread, actor)
            if thread.kind == "question" and request.query.get("order") != "post_date":
                entries = sorted(entries, key=lambda each: each.id != thread.solution)
            shown = entries[(page - 1) * PER_PAGE : page * PER_PAGE]
            if thread.solution is not None:
                highlighted = [each for each in entries if each.id == thread.solution]
                document["highlighted_posts"] = [self._told(each, thread) for each in highlighted]
            document["posts"] = [self._told(each, thread) for each in shown]
            document["pagination"] = pagination(page, last, PER_PAGE, len(shown), len(thread.visible))
        return web.json_response(document)

    async def _post(self, request: web.Request) -> web.Response:
        self.actor(request, "thread:read")
        found = self.thread_of(int(request.match_info["id"]))
        if found is None or found[1].state != "visible":
            return error(404, "requested_post_not_found", "İstenen mesaj bulunamadı.")
        return web.json_response({"post": self._told(found[1], found[0])})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        actor = self.actor(request, "thread:write")
        asked = await request.post()
        thread = self.threads.get(int(str(asked.get("thread_id", "0"))))
        if thread is None:
            return error(404, "requested_thread_not_found", "İstenen konu bulunamadı.")
        if actor is None or not thread.open:
            return error(403, "no_permission", "Konu kapalı olduğu için bu işlemi yapamazsınız.")
        if self.flood:
            words = f"Bu işlemi yapmadan önce en az {self.flood} saniye beklemelisiniz."
            return error(400, "must_wait_x_seconds_before_performing_this_action", words, {"count": self.flood})
        message = str(asked.get("message", ""))
        if not message.strip():
            return error(400, "please_enter_valid_message", "Lütfen geçerli bir mesaj girin.")
        files = [each for each in self._keys.pop(str(asked.get("attachment_key", "")), []) if each.name != self.loses]
        entry = self.write(thread, actor, message, files=files, state="moderated" if self.moderated else "visible")
        return self.answered(request, {"success": True, "post": self._told(entry, thread)})

    def answered(self, request: web.Request, told: dict[str, object]) -> web.Response:
        """Answer to what was written, unless that gets lost."""
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response(told)

    async def _new_key(self, request: web.Request) -> web.Response:
        asked = await request.post()
        assert asked["type"] == "post" and str(asked["context[thread_id]"]).isdigit()
        key = f"ek-anahtari-{len(self._keys)}"
        self._keys[key] = []
        return await self._taken(request, key, {"key": key})

    async def _attach(self, request: web.Request) -> web.Response:
        asked = await request.post()
        return await self._taken(request, str(asked["key"]), {})

    async def _taken(self, request: web.Request, key: str, told: dict[str, object]) -> web.Response:
        self.actor(request, "attachment:write")
        sent = (await request.post()).get("attachment")
        if not isinstance(sent, FileField):
            return web.json_response(told)
        if sent.filename.rpartition(".")[2].lower() not in self.kinds:
            return error(400, "uploaded_file_does_not_have_an_allowed_extension", "Bu uzantıya izin verilmiyor.")
        if self.cut_uploads:
            self.cut_uploads = False
            assert request.transport is not None
            request.transport.close()
        file = self.file(sent.filename, sent.file.read(), sent.content_type)
        self._keys[key].append(file)
        return web.json_response(told | {"attachment": self._told_file(file)})

    def _listed(self, request: web.Request, threads: list[Thread], *, sticky: bool) -> web.Response:
        assert (request.query["order"], request.query["direction"]) == ("last_post_date", "desc")
        page = int(request.query.get("page", "1"))
        newest = sorted(threads, key=lambda each: each.visible[-1].time, reverse=True)
        plain = [each for each in newest if not (sticky and each.sticky)]
        last = max(1, -(-len(plain) // PER_PAGE))
        shown = plain[(page - 1) * PER_PAGE : page * PER_PAGE]
        document: dict[str, object] = {
            "threads": [self._told_thread(each) for each in shown],
            "pagination": pagination(page, last, PER_PAGE, len(shown), len(plain)),
        }
        if sticky and page == 1:
            document["sticky"] = [self._told_thread(each) for each in newest if each.sticky]
        return web.json_response(document)

    def _opened(self, request: web.Request) -> tuple[str, Member | None]:
        """Return the kind of key that a request has, and whose it is. What it asked for is noted."""
        self.asked.append(str(request.rel_url))
        key, user = request.headers.get("XF-Api-Key"), request.headers.get("XF-Api-User")
        if key is None:
            raise refusal(400, "no_api_key_in_request", "İstekte API anahtarı yok.")
        if key == self.user_key and user is None:
            return "user", self.kopru
        if key == self.super_key:
            found = next((each for each in self.members if str(each.id) == user), None)
            if user is not None and found is None:
                raise refusal(403, "user_id_not_valid", "Kullanıcı geçersiz.")
            return "super", found
        if key == self.guest_key:
            return "guest", None
        raise refusal(401, "api_key_not_found", "API anahtarı bulunamadı.")

    def actor(self, request: web.Request, scope: str | None = None) -> Member | None:
        kind, actor = self._opened(request)
        if scope is not None and scope not in self.scopes and kind != "super":
            raise refusal(403, "missing_scope", f"Anahtarın {scope} yetkisi yok.")
        return actor

    def _told_thread(self, thread: Thread) -> dict[str, object]:
        visible = thread.visible
        return {
            "thread_id": thread.id,
            "node_id": thread.node,
            "title": thread.title,
            "view_url": self.thread_url(thread),
            "discussion_open": thread.open,
            "discussion_state": thread.state,
            "discussion_type": thread.kind,
            "sticky": thread.sticky,
            "reply_count": len(visible) - 1,
            "last_post_id": visible[-1].id,
            "last_post_date": int(visible[-1].time.timestamp()),
        }

    def _told(self, entry: Entry, thread: Thread) -> dict[str, object]:
        place = next((number for number, each in enumerate(thread.visible) if each is entry), 0)
        told: dict[str, object] = {
            "post_id": entry.id,
            "thread_id": thread.id,
            "user_id": entry.author.id if entry.author else 0,
            "username": entry.author.name if entry.author else entry.guest,
            "post_date": int(entry.time.timestamp()),
            "last_edit_date": int(entry.edited.timestamp()) if entry.edited else 0,
            "message": entry.message,
            "message_parsed": api_html(entry.message, {each.id: each for each in entry.files}, self.url),
            "message_state": entry.state,
            "position": place,
            "is_first_post": entry is thread.entries[0],
            "view_url": f"{self.url}/mesaj/{entry.id}/",
            "attach_count": len(entry.files),
        }
        if entry.files:
            told["Attachments"] = [self._told_file(each) for each in entry.files]
        return told | ({"User": self._user(entry.author)} if entry.author else {})

    def _told_file(self, file: File) -> dict[str, object]:
        url = f"{self.url}/eklenti/{file.name.replace('.', '-')}.{file.id}/"
        return {"attachment_id": file.id, "filename": file.name, "file_size": len(file.content), "direct_url": url}

    def _user(self, member: Member) -> dict[str, object]:
        slug = f"{member.name.casefold().replace(' ', '-')}.{member.id}"
        return {"user_id": member.id, "username": member.name, "view_url": f"{self.url}/uye/{slug}/"}


def seeded(clock: Time, posts: int = 57) -> XenForoBoard:
    """Return a board with one thread of so many posts, every third by a guest."""
    board = XenForoBoard(clock)
    clock.now = START - timedelta(days=2)
    thread = board.begin("Kargo takibi", board.ayse, "Siparişim [B]nerede[/B]? (1)")
    for count in range(2, posts + 1):
        clock.pass_by(minutes=1)
        board.write(thread, board.ayse if count % 3 else None, f"Gönderi ({count})")
    clock.now = START
    return board
