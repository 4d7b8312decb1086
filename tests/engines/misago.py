"""A stand-in for Misago 0.39: the parts of its JSON API that the bridge uses, with what it does to those who use it.
Seen on a real one: pages overlap by one post, events stand among the posts, a write needs the cookie said back in a
header, haste is forbidden just as a locked thread is, and why it tells in the forum's language only."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from aiohttp import BodyPartReader, web
from tests.engines.place import START, Time, dated

PAGE, ORPHANS = 18, 6
FLOOD = timedelta(seconds=3)
COOKIE = "csrf-kurabiye"
LARGEST = 512  # kB


@dataclass(slots=True)
class Member:
    id: int
    name: str
    password: str = ""


@dataclass(slots=True)
class Entry:
    """A post of a thread, or an event in it (``html`` is None)."""

    id: int
    author: Member | None
    html: str | None
    time: datetime
    edited: datetime | None = None
    hidden: bool = False
    waits: bool = False
    files: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    id: int
    title: str
    entries: list[Entry] = field(default_factory=list)
    closed: bool = False
    category: int = 3
    people: list[Member] = field(default_factory=list)  # of a private one

    @property
    def address(self) -> str:
        return f"/{'p' if self.people else 't'}/konu/{self.id}/"


class MisagoForum:
    """One forum. ``cut`` drops the connection after the next write; ``moderated`` holds replies for a moderator."""

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.members = [Member(1, "kopru", "Köprü-Parola-1"), Member(2, "ayse", "Ayşe-Parola-1"), Member(3, "elif")]
        self.may_start = True
        self.threads: dict[int, Thread] = {}
        self.sessions: dict[str, Member] = {}
        self.tokens: set[str] = set()
        self.files: dict[int, dict[str, object]] = {}
        self.asked: list[str] = []
        self.moderated = False
        self.cut = False
        self.refuses_files = False
        self._last_post: dict[int, datetime] = {}
        self._posts = 100
        self.app = dated(web.Application(), clock)
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/", self._home),
            ("GET", "/t/{slug}/{id:\\d+}/post/{post:\\d+}/", self._goto),
            ("GET", "/t/{slug}/{id:\\d+}/{page:\\d+}/", self._home),
            ("GET", "/t/{slug}/{id:\\d+}/", self._home),
            ("GET", "/api/auth/", self._who),
            ("POST", "/api/auth/", self._sign_in),
            ("POST", "/api/attachments/", self._attach),
            ("GET", "/api/threads/", self._list),
            ("GET", "/api/threads/{id:\\d+}/", self._show),
            ("GET", "/api/threads/{id:\\d+}/posts/", self._list_posts),
            ("POST", "/api/threads/{id:\\d+}/posts/", self._create_post),
        ]
        routes += [(method, path.replace("/threads/", "/private-threads/"), each) for method, path, each in routes[-4:]]
        routes += [
            ("GET", "/p/{slug}/{id:\\d+}/post/{post:\\d+}/", self._goto),
            ("GET", "/p/{slug}/{id:\\d+}/{page:\\d+}/", self._home),
            ("GET", "/p/{slug}/{id:\\d+}/", self._home),
            ("POST", "/api/private-threads/", self._start),
            ("GET", "/api/users/{id:\\d+}/", self._profile),
        ]
        for method, path, handler in routes:
            self.app.router.add_route(method, path, handler)

    @property
    def kopru(self) -> Member:
        return self.members[0]

    def begin(self, title: str, author: Member | None, html: str, people: list[Member] | None = None) -> Thread:
        thread = Thread(len(self.threads) + 1, title, people=people or [])
        self.threads[thread.id] = thread
        self.write(thread, author, html)
        return thread

    def write(self, thread: Thread, author: Member | None, html: str | None) -> Entry:
        self._posts += 1
        entry = Entry(self._posts, author, html, self.clock())
        thread.entries.append(entry)
        return entry

    def sign_out_everybody(self) -> None:
        self.sessions.clear()

    async def _home(self, request: web.Request) -> web.Response:
        """Any page for people: it sets the cookie that writes have to say back."""
        answer = web.Response(text=f'<script>window.misago_csrf = "{COOKIE}"</script>', content_type="text/html")
        if request.cookies.get(COOKIE) not in self.tokens:
            self._give_token(answer)
        return answer

    async def _goto(self, request: web.Request) -> web.Response:
        thread = self.threads.get(int(request.match_info["id"]))
        wanted = int(request.match_info["post"])
        visible = [each.id for each in self._visible(request, thread)] if thread else []
        if thread is None or wanted not in visible:
            raise web.HTTPNotFound
        page = min(ceil((visible.index(wanted) + 1) / (PAGE - 1)), _pages(len(visible)))
        where = thread.address + (f"{page}/" if page > 1 else "")
        raise web.HTTPFound(f"{where}#post-{wanted}")

    async def _who(self, request: web.Request) -> web.Response:
        member = self._member(request)
        acl = {"max_attachment_size": LARGEST if member else 0, "can_start_private_threads": int(self.may_start)}
        return web.json_response({**(_user(member) if member else {"id": None}), "acl": acl})

    async def _sign_in(self, request: web.Request) -> web.Response:
        if self._member(request) is not None:
            return _says("Bu işlem oturum açmış kullanıcılar için değildir.", 403)
        if not self._said_back(request):
            raise web.HTTPForbidden(text="<h1>CSRF verification failed.</h1>", content_type="text/html")
        asked = await request.json()
        for member in self.members:
            if member.name == asked.get("username") and member.password == asked.get("password") != "":
                answer = web.json_response(_user(member))
                key = secrets.token_hex(8)
                self.sessions[key] = member
                answer.set_cookie("sessionid", key, httponly=True)
                self._give_token(answer)  # Django changes it whenever somebody signs in
                return answer
        return web.json_response({"detail": "Giriş veya şifre yanlış.", "code": "invalid_login"}, status=400)

    async def _attach(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        assert part.name == "upload"
        name, content = part.filename or "", await part.read()
        if self.refuses_files or not name.endswith((".txt", ".png")):
            return _says("Bu türden dosya yükleyemezsiniz.", 400)
        number = len(self.files) + 1
        url = {"index": f"/a/sir/{number}/", "thumb": None, "uploader": None}
        self.files[number] = {"id": number, "filename": name, "size": len(content), "url": url}
        return web.json_response(self.files[number])

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        wanted = request.query.get("category")
        threads = [each for each in self.threads.values() if wanted is None or each.category == int(wanted)]
        member, private = self._member(request), "private" in request.path
        if private and member is None:
            return _says("Özel konuları kullanmak için giriş yapmalısınız.", 403)
        threads = [each for each in threads if (member in each.people if private else not each.people)]
        newest = sorted(threads, key=lambda each: each.entries[-1].id, reverse=True)
        start = int(request.query.get("start", "0"))
        rest = [each for each in newest if not start or each.entries[-1].id <= start]
        following = rest[5].entries[-1].id if len(rest) > 5 else None
        rows = [self._thread(each) for each in rest[:5]]
        return web.json_response({"results": rows, "subcategories": [], "next": following})

    async def _show(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        thread = self._named(request)
        member = self._member(request)
        can_reply = member is not None and not thread.closed
        people = [{**_user(each), "is_owner": each is thread.people[0]} for each in thread.people]
        more = {"participants": people} if people else {}
        return web.json_response({**self._thread(thread), "acl": {"can_reply": can_reply}, **more})

    async def _profile(self, request: web.Request) -> web.Response:
        found = next((each for each in self.members if str(each.id) == request.match_info["id"]), None)
        return web.json_response(_user(found)) if found else _says("Bulunamadı.", 404)

    async def _start(self, request: web.Request) -> web.Response:
        if (refused := self._refused(request)) is not None:
            return refused
        member, asked = self._member(request), await request.json()
        assert member is not None
        if not self.may_start:
            return _says("Özel konu başlatamazsınız.", 403)
        last = self._last_post.get(member.id)
        if last is not None and self.clock() < last + FLOOD:
            return _says("Bir önceki mesajdan hemen sonra bu kadar çabuk mesaj gönderemezsiniz.", 403)
        found = [each for each in self.members if each.name in asked["to"]]
        if len(found) < len(asked["to"]):
            return web.json_response({"to": ["Bir ya da daha fazla kullanıcı bulunamadı."]}, status=400)
        if len(asked["title"]) < 5 or len(asked["post"]) < 5:
            return web.json_response({"title": ["Konu başlığı en az 5 karakter olmalıdır."]}, status=400)
        self._last_post[member.id] = self.clock()
        thread = self.begin(asked["title"], member, f"<p>{asked['post']}</p>", [member, *found])
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"id": thread.id, "title": thread.title, "url": thread.address})

    async def _list_posts(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        thread = self._named(request)
        written = self._visible(request, thread)
        page, pages = int(request.query.get("page", "1")) or 1, _pages(len(written))
        if page > pages:
            return _says("Bulunamadı.", 404)
        first = (page - 1) * (PAGE - 1)
        shown = written[first:] if page == pages else written[first : first + PAGE]
        low = shown[0].id if page > 1 else 0
        high = shown[-1].id if page < pages else self._posts + 1
        events = [each for each in thread.entries if each.html is None and low < each.id < high]
        results = [self._post(each, thread) for each in sorted([*shown, *events], key=lambda each: each.id)]
        told = {"results": results, "page": page, "pages": pages, "previous": page - 1 if page > 1 else None}
        told |= {"next": page + 1 if page < pages else None, "last": pages if page < pages else None}
        return web.json_response({**self._thread(thread), "post_set": told})

    async def _create_post(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._refused(request)) is not None:
            return refused
        member, thread = self._member(request), self._named(request)
        assert member is not None
        if thread.closed:
            return _says("Bu konu kapalıdır. Cevap yazamazsınız.", 403)
        asked = await request.json()
        if len(asked["post"]) < 5:
            return web.json_response({"post": ["Gönderi en az 5 karakter olmalıdır (2 karakter)."]}, status=400)
        last = self._last_post.get(member.id)
        if last is not None and self.clock() < last + FLOOD:
            return _says("Bir önceki mesajdan hemen sonra bu kadar çabuk mesaj gönderemezsiniz.", 403)
        self._last_post[member.id] = self.clock()
        entry = self.write(thread, member, f"<p>{asked['post']}</p>")
        entry.waits = self.moderated
        entry.files = [self.files[number] for number in asked.get("attachments", [])]
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.json_response(self._post(entry, thread))

    def _refused(self, request: web.Request) -> web.Response | None:
        if self._member(request) is None:
            return _says("Bu işlem ziyaretçilere açık değildir.", 403)
        return None if self._said_back(request) else _says("CSRF Failed: CSRF token missing.", 403)

    def _visible(self, request: web.Request, thread: Thread) -> list[Entry]:
        """The posts that are there for one who reads: what waits for a moderator only for its own author."""
        member = self._member(request)
        written = [each for each in thread.entries if each.html is not None]
        return [each for each in written if not each.waits or (member is not None and each.author is member)]

    def _member(self, request: web.Request) -> Member | None:
        return self.sessions.get(request.cookies.get("sessionid", ""))

    def _said_back(self, request: web.Request) -> bool:
        token = request.cookies.get(COOKIE)
        return token in self.tokens and request.headers.get("X-CSRFToken") == token

    def _give_token(self, answer: web.Response) -> None:
        token = secrets.token_hex(8)
        self.tokens.add(token)
        answer.set_cookie(COOKIE, token)

    def _named(self, request: web.Request) -> Thread:
        thread = self.threads.get(int(request.match_info["id"]))
        private = "private" in request.path
        if (
            thread is None
            or private is not bool(thread.people)
            or (private and self._member(request) not in thread.people)
        ):
            raise web.HTTPNotFound(text='{"detail": "Bulunamadı."}', content_type="application/json")
        return thread

    def _thread(self, thread: Thread) -> dict[str, object]:
        standing = [each for each in thread.entries if not each.waits]
        return {
            "id": thread.id,
            "category": thread.category,
            "title": thread.title,
            "replies": sum(1 for each in standing if each.html is not None and not each.hidden) - 1,
            "last_post": standing[-1].id,
            "last_post_on": standing[-1].time.isoformat(),
            "is_unapproved": False,
            "is_hidden": False,
            "is_closed": thread.closed,
            "url": {"index": thread.address},
        }

    def _post(self, entry: Entry, thread: Thread) -> dict[str, object]:
        shown = not entry.hidden or entry is thread.entries[0]
        return {
            "id": entry.id,
            "poster": _user(entry.author) if entry.author else None,
            "poster_name": entry.author.name if entry.author else "silinmis",
            "content": entry.html if shown else None,
            "attachments": list(reversed(entry.files)) or None,
            "posted_on": entry.time.isoformat(),
            "updated_on": (entry.edited or entry.time).isoformat(),
            "edits": 1 if entry.edited else 0,
            "is_unapproved": entry.waits,
            "is_hidden": entry.hidden,
            "is_event": entry.html is None,
            "url": {"index": f"{thread.address}post/{entry.id}/"},
        }


def seeded(clock: Time, posts: int = 45) -> MisagoForum:
    """Return a forum with one thread of so many posts, an event after each 20th."""
    forum = MisagoForum(clock)
    ayse = forum.members[1]
    clock.now = START - timedelta(days=2)
    thread = forum.begin("Kargo takibi <ç>", ayse, "<p>Siparişim nerede? (1)</p>")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(thread, ayse if number % 2 else None, f"<p>Gönderi ({number})</p>")
        if number % 20 == 0:
            forum.write(thread, ayse, None)
    clock.now = START
    return forum


def _pages(count: int) -> int:
    """As Misago counts them: each page repeats the last post of the one before (threads/paginator.py)."""
    return max(1, ceil(max(1, count - ORPHANS - 1) / (PAGE - 1)))


def _user(member: Member) -> dict[str, object]:
    return {"id": member.id, "username": member.name, "url": f"/u/{member.name}/{member.id}/"}


def _says(detail: str, status: int) -> web.Response:
    return web.json_response({"detail": detail}, status=status)
