"""A stand-in for Flarum 1.8: the parts of its JSON:API that the bridge uses, with what it does to those who use it.
Seen on a real one: ids and numbers differ, events stand among the posts, hidden posts are shown to moderators, floods
are told without Retry-After, an access token that has run out is no error but makes us a guest; a discussion that is
gone, and one that is for members only, lists no posts, and a tag that does not exist no discussions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import BodyPartReader, web
from multidict import MultiMapping
from tests.engines.place import START, Time

JSON_API = "application/vnd.api+json"


@dataclass(slots=True)
class Member:
    id: int
    username: str
    shown: str
    password: str = ""


@dataclass(slots=True)
class Entry:
    """A post of a discussion, or an event in it (``html`` is None)."""

    id: int
    number: int
    author: Member | None
    html: str | None
    time: datetime
    edited: datetime | None = None
    hidden: bool = False
    approved: bool = True


@dataclass(slots=True)
class Discussion:
    id: int
    title: str
    entries: list[Entry] = field(default_factory=list)
    locked: bool = False
    members_only: bool = False

    @property
    def comments(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.html is not None]


class FlarumForum:
    """One forum. ``key`` opens it for whoever is named beside it; ``cut`` drops the connection after the next write."""

    key = "anahtar-0123456789"

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.members = [Member(1, "kopru", "Destek Köprüsü", "Köprü-Parola-1"), Member(2, "ayse", "Ayşe Öz")]
        self.discussions: dict[int, Discussion] = {}
        self.tokens: dict[str, int] = {}
        self.asked: list[str] = []
        self.tags = {"genel"}
        self.moderated = False
        self.cut = False
        self.extension = self.may_upload = True  # fof/upload
        self.files: dict[str, str] = {}
        self.forgets = False
        self.calls_itself: str | None = None  # what its configuration takes for its address; what it was asked as
        self._posts = 100
        self._last_post: dict[int, datetime] = {}
        self.app = web.Application()
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/api", self._forum),
            ("POST", "/api/token", self._token),
            ("GET", "/api/users/{slug}", self._user),
            ("GET", "/api/posts", self._list_posts),
            ("POST", "/api/posts", self._create_post),
            ("POST", "/api/fof/upload", self._upload),
            ("GET", "/api/discussions", self._list_discussions),
            ("GET", "/api/discussions/{id}", self._show_discussion),
            ("GET", "/api/tags/{slug}", self._show_tag),
        ]
        for method, path, handler in routes:
            self.app.router.add_route(method, path, handler)

    @property
    def kopru(self) -> Member:
        return self.members[0]

    def begin(self, title: str, author: Member | None, html: str) -> Discussion:
        discussion = Discussion(len(self.discussions) + 1, title)
        self.discussions[discussion.id] = discussion
        self.write(discussion, author, html)
        return discussion

    def write(self, discussion: Discussion, author: Member | None, html: str | None) -> Entry:
        self._posts += 3
        number = discussion.entries[-1].number + 1 if discussion.entries else 1
        entry = Entry(self._posts, number, author, html, self.clock())
        discussion.entries.append(entry)
        return entry

    async def _forum(self, request: web.Request) -> web.Response:
        actor = self._actor(request)
        related = {"actor": {"data": {"type": "users", "id": str(actor.id)}}} if actor else {}
        attributes: dict[str, object] = {"title": "Forum"}
        if self.extension:
            attributes["fof-upload.canUpload"] = actor is not None and self.may_upload
        data = {"type": "forums", "id": "1", "attributes": attributes, "relationships": related}
        return _answer({"data": data, "included": [_user(actor)] if actor else []})

    async def _token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        for member in self.members:
            if member.username == asked.get("identification") and member.password == asked.get("password") != "":
                token = f"token-{len(self.tokens)}"
                self.tokens[token] = member.id
                return _answer({"token": token, "userId": member.id})
        return _error(401, "not_authenticated")

    async def _user(self, request: web.Request) -> web.Response:
        found = next((each for each in self.members if each.username == request.match_info["slug"]), None)
        return _answer({"data": _user(found)}) if found else _error(404, "not_found")

    async def _list_posts(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        discussion = self._seen_by(self._actor(request), int(request.query.get("filter[discussion]", "0")))
        if discussion is None:
            return _answer({"links": {}, "data": [], "included": []})
        moderates = self._actor(request) is self.kopru
        entries = [each for each in discussion.entries if each.approved and (moderates or not each.hidden)]
        near = request.query.get("page[near]")
        if near is not None and "filter[type]" in request.query:
            return _error(400, "invalid_parameter")
        if "filter[type]" in request.query:
            entries = [each for each in entries if each.html is not None]
        limit = min(int(request.query.get("page[limit]", "20")), 50)
        offset = int(request.query.get("page[offset]", "0"))
        if near is not None:
            before = sum(1 for each in entries if each.number < int(near))
            offset = max(0, before - limit // 2)
        shown = entries[offset : offset + limit]
        links = {"first": self._link(request, None)}
        if offset > 0:
            links["prev"] = self._link(request, offset - limit if offset > limit else None)
        if offset + limit < len(entries):
            links["next"] = self._link(request, offset + limit)
        about = {"type": "discussions", "id": str(discussion.id), "attributes": {"title": discussion.title}}
        authors = {each.author.id: each.author for each in shown if each.author}
        included = [about, *map(_user, authors.values())]
        return _answer({"links": links, "data": [_post(each, discussion) for each in shown], "included": included})

    def _link(self, request: web.Request, offset: int | None) -> str:
        """Flarum keeps `page[near]` in its links, and leaves the offset out where it is 0."""
        query: dict[str, str] = dict(_pairs(request.query))
        query.pop("page[offset]", None)
        if offset is not None:
            query["page[offset]"] = str(offset)
        here = request.url.with_query(query)
        return f"{self.calls_itself}{here.raw_path_qs}" if self.calls_itself else str(here)

    async def _create_post(self, request: web.Request) -> web.StreamResponse:
        actor = self._actor(request)
        if actor is None:  # without a token that holds, the write needs the form's own
            return _error(400, "csrf_token_mismatch")
        asked = (await request.json())["data"]
        with_key = self.key in request.headers.get("Authorization", "")
        last = self._last_post.get(actor.id)
        if not with_key and last is not None and self.clock() < last + timedelta(seconds=10):
            return _error(429, "too_many_requests")
        discussion = self.discussions.get(int(asked["relationships"]["discussion"]["data"]["id"]))
        content = asked["attributes"]["content"]
        if discussion is None:
            return _error(404, "not_found")
        if discussion.locked:
            return _error(403, "permission_denied")
        if not content:
            return _error(422, "validation_error", "İçerik alanı zorunludur.")
        if len(content) > 65_535:  # a real one counts its own form of it
            return _error(422, "validation_error", "İçerik en fazla 65535 karakter olabilir.")
        self._last_post[actor.id] = self.clock()
        entry = self.write(discussion, actor, f"<p>{self._shown(content)}</p>")
        entry.approved = not self.moderated
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return _answer({"data": _post(entry, discussion), "included": [_user(actor)]}, status=201)

    async def _upload(self, request: web.Request) -> web.Response:
        actor = self._actor(request)
        if actor is None:
            return _error(400, "csrf_token_mismatch")
        if not self.extension:
            return _error(404, "not_found")
        if not self.may_upload:
            return _error(403, "permission_denied")
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        assert part.name == "files[]"
        name, content = part.filename or "", await part.read()
        if not name.endswith((".pdf", ".png")):
            return _error(422, "validation_error", "Bu türden dosya yükleyemezsiniz.")
        uuid = f"00000000-{len(self.files):04}"
        self.files[uuid] = name
        form = f"[upl-file uuid={uuid} size={len(content)} B]{name}[/upl-file]"
        if name.endswith(".png"):
            form = f"[upl-image-preview uuid={uuid} url=https://dosya.example/{uuid}.png alt={{TEXT?}}]"
        return _answer({"data": [{"type": "files", "id": "1", "attributes": {"baseName": name, "bbcode": form}}]})

    def _shown(self, content: str) -> str:
        """As resources/templates of fof/upload have it; ``forgets`` what was uploaded before."""
        files = {} if self.forgets else self.files
        for uuid, name in files.items():
            buttons = "".join(f'<div class="Button">{each}</div>' for each in (name, "9 B"))
            icon = '<div class="Button hasIcon Button--icon Button--primary"><i></i></div>'
            shown = f'<div class="ButtonGroup" data-fof-upload-download-uuid="{uuid}">{icon}{buttons}</div>'
            source = f"https://dosya.example/{uuid}.png"
            picture = f'<img class="FoFUpload--Upl-Image-Preview" src="{source}" alt="" data-id="{uuid}">'
            content = re.sub(rf"\[upl-file uuid={uuid} [^\]]*\].*?\[/upl-file\]", shown, content)
            content = re.sub(rf"\[upl-image-preview uuid={uuid} [^\]]*\]", picture, content)
        return re.sub(r"\[upl-[^\]]*\]", "", content)

    async def _list_discussions(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        actor, tag = self._actor(request), request.query.get("filter[tag]", "genel")
        seen = [each for number in self.discussions if (each := self._seen_by(actor, number)) and tag == "genel"]
        newest = sorted(seen, key=lambda each: each.comments[-1].time, reverse=True)
        return _answer({"links": {}, "data": [_discussion(each, actor) for each in newest], "included": []})

    async def _show_tag(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        return _answer({"data": {"type": "tags", "id": "1"}}) if slug in self.tags else _error(404, "not_found")

    async def _show_discussion(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        actor = self._actor(request)
        discussion = self._seen_by(actor, int(request.match_info["id"]))
        return _answer({"data": _discussion(discussion, actor)}) if discussion else _error(404, "not_found")

    def _seen_by(self, actor: Member | None, number: int) -> Discussion | None:
        found = self.discussions.get(number)
        return None if found is None or (found.members_only and actor is None) else found

    def _actor(self, request: web.Request) -> Member | None:
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        token, _, user = rest.partition("; userId=")
        if kind != "Token":
            return None
        wanted = int(user or 0) if token == self.key else self.tokens.get(token)
        return next((each for each in self.members if each.id == wanted), None)


def seeded(clock: Time, posts: int = 117) -> FlarumForum:
    """Return a forum with one discussion of so many posts, an event after each 50th."""
    forum = FlarumForum(clock)
    ayse = forum.members[1]
    clock.now = START - timedelta(days=2)
    discussion = forum.begin("Kargo takibi", ayse, "<p>Siparişim nerede? (1)</p>")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(discussion, ayse if number % 2 else None, f"<p>Gönderi ({number})</p>")
        if number % 50 == 0:
            forum.write(discussion, ayse, None)
    clock.now = START
    return forum


def _post(entry: Entry, discussion: Discussion) -> dict[str, object]:
    attributes: dict[str, object] = {
        "number": entry.number,
        "createdAt": entry.time.isoformat(),
        "contentType": "comment" if entry.html is not None else "discussionLocked",
        "isApproved": entry.approved,
    }
    if entry.html is not None:
        attributes["contentHtml"] = entry.html
    if entry.edited is not None:
        attributes["editedAt"] = entry.edited.isoformat()
    if entry.hidden:
        attributes["isHidden"] = True
    related: dict[str, object] = {"discussion": {"data": {"type": "discussions", "id": str(discussion.id)}}}
    if entry.author is not None:
        related["user"] = {"data": {"type": "users", "id": str(entry.author.id)}}
    return {"type": "posts", "id": str(entry.id), "attributes": attributes, "relationships": related}


def _discussion(discussion: Discussion, actor: Member | None) -> dict[str, object]:
    comments = [each for each in discussion.comments if not each.hidden and each.approved]
    attributes = {
        "title": discussion.title,
        "commentCount": len(comments),
        "lastPostedAt": comments[-1].time.isoformat(),
        "lastPostNumber": comments[-1].number,
        "isLocked": discussion.locked,
        "canReply": actor is not None and not discussion.locked,
    }
    return {"type": "discussions", "id": str(discussion.id), "attributes": attributes}


def _user(member: Member) -> dict[str, object]:
    told = {"username": member.username, "displayName": member.shown, "slug": member.username}
    return {"type": "users", "id": str(member.id), "attributes": told}


def _pairs(query: MultiMapping[str]) -> list[tuple[str, str]]:
    return list(query.items())


def _answer(document: object, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, content_type=JSON_API)


def _error(status: int, code: str, detail: str | None = None) -> web.Response:
    error = {"status": str(status), "code": code} | ({"detail": detail} if detail else {})
    return _answer({"errors": [error]}, status=status)
