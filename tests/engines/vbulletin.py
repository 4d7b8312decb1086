"""A stand-in for vBulletin 4 (friendly addresses, UTF-8) and 3.8 (windows-1254), made after what public pages and
clients show. It does to those who use it what they tell: a visit to login.php counts as a failure, redirects are pages
with a refresh in them, errors have status 200, letters that its charset lacks arrive as numbers, a text sent in another
charset arrives broken, dates of today and yesterday are words."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl

from aiohttp import web
from jinja2 import Environment, FileSystemLoader
from tests.engines.classic import Member
from tests.engines.place import START, Time
from tests.engines.vbulletin_letters import VbulletinLetters
from tests.engines.vbulletin_words import moment, rendered

PAGES = Environment(autoescape=True, loader=FileSystemLoader(Path(__file__).parent / "vbulletin_pages"))
FLOOD = timedelta(seconds=30)
PER_PAGE = 5


@dataclass(slots=True)
class Post:
    id: int
    user: int
    author: str
    html: str
    time: datetime
    files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    id: int
    title: str
    posts: list[Post] = field(default_factory=list)
    closed: bool = False


class VbulletinForum:
    """One board, in style 3 or 4. ``token`` opens its forms; ``redirects`` leads on by status 302 instead of by a page;
    ``cut`` drops the connection after the next write."""

    user, name, password = 9, "kopru", "Köprü-Parola-ş1"

    def __init__(self, clock: Time, style: int = 4) -> None:
        self.clock = clock
        self.style = style
        self.charset = "utf-8" if style == 4 else "windows-1254"
        self.threads: dict[int, Thread] = {}
        self.sessions: set[str] = set()
        self.queue: list[str] = []
        self.asked: list[str] = []
        self.failures = 0
        self.views = 0
        self.token = "1795373939-0a1b2c"
        self.next_token: str | None = None
        self.moderated = False
        self.redirects = False
        self.cut = False
        self.last_post: datetime | None = None
        self.members = [Member(self.user, self.name, self.password), Member(41, "Ayşe Öz"), Member(57, "Çağrı Öz")]
        self.letters = VbulletinLetters(self)
        self._newest = 500
        self.app = web.Application()
        routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/": self._home,
            "/index.php": self._home,
            "/login.php": self._login,
            "/showthread.php": self._showthread,
            r"/threads/{rest:.*}": self._showthread,
            "/forumdisplay.php": self._forumdisplay,
            "/newreply.php": self._newreply,
            "/private.php": self.letters.answer,
        }
        for path, handler in routes.items():
            self.app.router.add_route("*", path, handler)

    def begin(self, title: str, author: str, html: str) -> Thread:
        thread = Thread(len(self.threads) + 70, title)
        self.threads[thread.id] = thread
        self.write(thread, author, html)
        return thread

    def write(self, thread: Thread, author: str, html: str) -> Post:
        self._newest += 2
        users = {each.name: each.id for each in self.members}
        post = Post(self._newest, users.get(author, 0), author, html, self.clock())
        thread.posts.append(post)
        return post

    def known(self, request: web.Request) -> bool:
        """Whether the request is one of our account's."""
        return request.cookies.get("bb_sessionhash") in self.sessions

    def show(self, request: web.Request, name: str, what: dict[str, object]) -> web.Response:
        user = self.user if self.known(request) else 0
        about = {
            "style": self.style,
            "charset": self.charset,
            "user": user,
            "views": self.views,
            "root": request.url.origin(),
        }
        token = self.token if user else "guest"
        html = PAGES.get_template(f"{name}.html").render(**about, token=token, **what)
        body, headers = (
            html.encode(self.charset, "xmlcharrefreplace"),
            {"Date": format_datetime(self.clock(), usegmt=True)},
        )
        return web.Response(body=body, content_type="text/html", headers=headers)

    def says(self, request: web.Request, words: str) -> web.Response:
        return self.show(request, "error", {"words": words})

    def leads(self, request: web.Request, words: str, target: str) -> web.Response:
        if self.redirects:
            raise web.HTTPFound(target)
        return self.show(request, "redirect", {"words": words, "target": target})

    async def fields(self, request: web.Request) -> dict[str, str]:
        pairs = parse_qsl((await request.read()).decode("ascii"), keep_blank_values=True, encoding=self.charset)
        return dict(pairs)

    async def _home(self, request: web.Request) -> web.Response:
        return self.says(request, "Forum")

    async def _login(self, request: web.Request) -> web.Response:
        fields = await self.fields(request)
        if (fields.get("vb_login_username"), fields.get("vb_login_password")) != (self.name, self.password):
            self.failures += 1
            return self.says(request, "Geçersiz kullanıcı adı veya şifre girdiniz.")
        session = f"oturum-{len(self.sessions)}"
        self.sessions.add(session)
        response = self.leads(request, "Giriş yaptığınız için teşekkürler, kopru.", "index.php")
        lasting = 365 * 86400 if fields.get("cookieuser") == "1" else None
        response.set_cookie("bb_sessionhash", session, max_age=lasting)
        return response

    async def _showthread(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        query = request.query
        told = re.search(r"(?:threads/|showthread\.php\?)(\d+)", request.path_qs)
        thread = self.threads.get(int(query.get("t") or (told[1] if told else 0)))
        paged = re.search(r"(?:/page|[?&]page=)(\d+)", request.path_qs)
        number = int(paged[1]) if paged else 1
        if "p" in query:
            place = {post.id: (each, at) for each in self.threads.values() for at, post in enumerate(each.posts)}
            if int(query["p"]) not in place:
                return self.says(request, "Geçersiz Mesaj belirtildi.")
            thread, at = place[int(query["p"])]
            number = at // PER_PAGE + 1
        if thread is None or not thread.posts:
            return self.says(request, "Geçersiz Konu belirtildi. Bağlantıyı yöneticiye bildirin.")
        if self.style == 4 and "t" in query:
            raise web.HTTPMovedPermanently("/" + _friendly(thread.id, number))
        self.views += 1
        last = -(-len(thread.posts) // PER_PAGE)
        number = min(number, last)
        shown = [self._told(post) for post in thread.posts[(number - 1) * PER_PAGE : number * PER_PAGE]]
        link = _friendly if self.style == 4 else _classic
        what = {"thread": thread, "here": number, "pages": list(range(1, last + 1)), "shown": shown}
        return self.show(request, f"thread{self.style}", {**what, "address": lambda page: link(thread.id, page)})

    async def _forumdisplay(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        order = sorted(self.threads.values(), key=lambda each: -each.posts[-1].id)
        rows = [
            {"id": each.id, "title": each.title, "posts": [self._told(post) for post in each.posts]} for each in order
        ]
        return self.show(request, f"forum{self.style}", {"threads": rows})

    async def _newreply(self, request: web.Request) -> web.Response:
        thread = self.threads.get(int(request.query.get("t", "0")))
        if not self.known(request):
            return self.says(request, "Giriş yapmadınız ya da bu sayfaya girmek için yetkiniz yok.")
        if thread is None:
            return self.says(request, "Geçersiz Konu belirtildi.")
        if thread.closed:
            return self.says(request, "Üzgünüz! Bu konu kapalı.")
        if request.method == "GET":
            return self.aged(self._form(request, thread))
        return await self._posted(request, thread)

    async def _posted(self, request: web.Request, thread: Thread) -> web.Response:
        fields = await self.fields(request)
        if fields.get("securitytoken") != self.token:
            return self.says(request, "Your submission could not be processed because a security token was invalid.")
        if fields.get("do") != "postreply" or "sbutton" not in fields or fields.get("wysiwyg") != "0":
            return self._form(request, thread, fields["message"], "Önizleme")
        left = FLOOD - (self.clock() - self.last_post) if self.last_post is not None else timedelta()
        if left > timedelta():
            told = f"Forum mesajlar arasında 30 saniye ister. Lütfen {left.seconds} saniye sonra tekrar deneyin."
            return self._form(request, thread, fields["message"], told)
        if len(fields["message"].strip()) < 3:
            return self._form(request, thread, fields["message"], "Girdiğiniz metin çok kısa.")
        self.last_post = self.clock()
        if self.moderated:
            self.queue.append(fields["message"])
            words = "Mesajınız bir moderatör onayladıktan sonra görünecek."
            return self.show(request, "redirect", {"words": words, "target": f"showthread.php?t={thread.id}"})
        post = self.write(thread, self.name, rendered(fields["message"]))
        self.lost(request)
        return self.leads(request, "Mesajınız için teşekkürler!", f"showthread.php?p={post.id}#post{post.id}")

    def aged(self, form: web.Response) -> web.Response:
        """Return a form whose token counts no more if that is to happen now."""
        self.token, self.next_token = self.next_token or self.token, None
        return form

    def lost(self, request: web.Request) -> None:
        """Drop the connection if that is to happen now; the write before it has taken effect."""
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()

    def _form(self, request: web.Request, thread: Thread, text: str = "", error: str = "") -> web.Response:
        what = {"thread": thread, "text": text, "error": error, "posthash": "e3b0"}
        return self.show(request, "reply", what)

    def _told(self, post: Post) -> dict[str, object]:
        date, hour = moment(post.time, self.clock())
        about = {"id": post.id, "user": post.user, "author": post.author, "html": post.html, "files": post.files}
        return {**about, "date": date, "hour": hour}


def seeded(clock: Time, style: int = 4, posts: int = 12) -> VbulletinForum:
    """Return a board with one thread of so many posts, one in six hours, every third one a guest's."""
    forum = VbulletinForum(clock, style)
    clock.now = START - timedelta(hours=6 * posts)
    thread = forum.begin("Kargo takibi: İğne & ölçü", "Ayşe Öz", "Siparişim nerede? (1)")
    thread.posts[0].files.append("fatura.pdf")
    for number in range(2, posts + 1):
        clock.pass_by(hours=6)
        forum.write(thread, "Ayşe Öz" if number % 3 else "Kaan", f"Gönderi ({number}) ğüşıİ")
    clock.now = START
    return forum


def _friendly(thread_id: int, page: int) -> str:
    return f"threads/{thread_id}-kargo" + (f"/page{page}" if page > 1 else "")


def _classic(thread_id: int, page: int) -> str:
    return f"showthread.php?t={thread_id}" + (f"&page={page}" if page > 1 else "")
