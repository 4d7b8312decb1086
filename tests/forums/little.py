"""A little forum on loopback with the sandbox's markup and the bad habits of real ones: pages shift when posts are
deleted, answers are lost, pages end in the middle. Three posts a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape

from aiohttp import ClientSession, ETag, web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGE = 3
ACCOUNT, PASSWORD = "kopru", "Gizli-Söz-12"


@dataclass
class Entry:
    """A post of the little forum."""

    id: int
    author: str
    text: str
    time: datetime


@dataclass
class LittleForum:
    """``trouble`` maps a path to what is answered there instead, once."""

    threads: dict[int, list[Entry]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    trouble: dict[str, web.Response] = field(default_factory=dict)
    refusing: dict[str, int] = field(default_factory=dict)
    """Paths, or what they begin with, and the status that is answered there until it is taken out."""
    robots: str = ""
    now: datetime = START
    reply_says: str | None = None
    asked: list[str] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    past_the_end: str = "gone"
    url: str = ""
    newest: int = 0
    rows_a_page: int = 3
    posts_a_page: int = PAGE
    newest_first: bool = False
    stale_tokens: int = 0
    rows_tell_time: bool = True
    tells_marks: bool = False
    unchanged: int = 0  # answers that said only that
    theme: dict[str, str] = field(default_factory=dict)
    """What another theme writes in place of what this one does, on every page."""
    leads_home: set[int] = field(default_factory=set)
    """Posts of the first thread that are gone, and whose addresses lead to it all the same."""

    def post(self, thread: int, author: str, text: str = "Merhaba", minutes: int | None = None) -> int:
        """Add a post, ``minutes`` after START (its id by default)."""
        self.newest += 1
        time = START + timedelta(minutes=self.newest if minutes is None else minutes)
        self.threads.setdefault(thread, []).append(Entry(self.newest, author, text, time))
        return self.newest

    def hold(self, minutes: int | None = None) -> Entry:
        """Return a post that waits for a moderator: it has its id and its time, and stands nowhere."""
        self.newest += 1
        return Entry(self.newest, "elif", "Onay bekler", START + timedelta(minutes=minutes or self.newest))

    def approve(self, thread: int, held: Entry) -> None:
        """Put a held post where its id belongs."""
        self.threads[thread] = sorted([*self.threads[thread], held], key=lambda post: post.id)

    def move(self, thread: int, into: int, *ids: int) -> None:
        """Move posts (all without ``ids``) into another thread, as merging and splitting do."""
        leaving = [post for post in self.threads[thread] if not ids or post.id in ids]
        self.threads[thread] = [post for post in self.threads[thread] if post not in leaving]
        self.threads[into] = sorted([*self.threads.get(into, []), *leaving], key=lambda post: post.id)

    def delete(self, *ids: int) -> None:
        for posts in self.threads.values():
            posts[:] = [post for post in posts if post.id not in ids]

    def taken(self) -> list[str]:
        """Return the paths asked since the last time."""
        asked, self.asked = self.asked, []
        return asked

    async def html_of(self, path: str) -> str:
        """Return what a guest is shown at a path."""
        async with ClientSession() as visitor, visitor.get(self.url + path) as answer:
            return await answer.text()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LittleForum]:
        app = web.Application(middlewares=[self._around])
        app.router.add_get("/", self._home)
        app.router.add_get("/robots.txt", self._robots)
        app.router.add_get("/board/1", self._board)
        app.router.add_get(r"/thread/{id:\d+}", self._thread)
        app.router.add_get(r"/post/{id:\d+}", self._permalink)
        app.router.add_get("/login", self._login)
        app.router.add_post("/login", self._sign_in)
        app.router.add_post(r"/thread/{id:\d+}/reply", self._reply)
        async with TestServer(app, host="127.0.0.1") as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    @web.middleware
    async def _around(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != "/robots.txt":
            self.asked.append(request.path_qs)
        trouble = self.trouble.pop(request.path_qs, None)
        if trouble is not None:
            return trouble
        for path, status in self.refusing.items():
            if request.path.startswith(path):
                return web.Response(status=status)
        return await handler(request)

    def _known(self, request: web.Request) -> bool:
        return request.cookies.get("little") in self.sessions

    def page(self, request: web.Request, body: str, status: int = 200) -> web.Response:
        account = (
            '<div class="account" data-user-id="kopru"></div>'
            if self._known(request)
            else '<div class="account"></div>'
        )
        html = f"<!doctype html><html><body>{account}{body}</body></html>"
        for old, new in self.theme.items():
            html = html.replace(old, new)
        if not self.tells_marks:
            return web.Response(text=html, content_type="text/html", status=status)
        mark = ETag(sha256(html.encode()).hexdigest())
        unchanged = mark in (request.if_none_match or ())
        self.unchanged += unchanged
        answer = web.Response(status=304) if unchanged else web.Response(text=html, content_type="text/html")
        answer.etag = mark
        return answer

    async def _robots(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.robots)

    async def _home(self, request: web.Request) -> web.Response:
        return self.page(request, "<h1>Forum</h1>")

    async def _board(self, request: web.Request) -> web.Response:
        order = sorted((posts[-1].id, thread) for thread, posts in self.threads.items() if posts)[::-1]
        number = int(request.query.get("page", "1"))
        shown = order[(number - 1) * self.rows_a_page : number * self.rows_a_page]
        rows = "".join(
            f'<li class="thread-row" data-last-post-id="{last}">'
            f'<a class="thread-link" href="/thread/{thread}">Konu {thread}</a>'
            f'<span class="reply-count" data-count="{len(self.threads[thread])}"></span>{self._row_time(thread)}</li>'
            for last, thread in shown
        )
        return self.page(request, f"<ul>{rows}</ul>{_pages('/board/1', number, -(-len(order) // self.rows_a_page))}")

    def _row_time(self, thread: int) -> str:
        time = self.threads[thread][-1].time.isoformat()
        return f'<a class="last-post"><time datetime="{time}">az önce</time></a>' if self.rows_tell_time else ""

    async def _thread(self, request: web.Request) -> web.Response:
        thread = int(request.match_info["id"])
        posts, number = self._in_turn(self.threads.get(thread, [])), int(request.query.get("page", "1"))
        size = self.posts_a_page
        last = max(1, -(-len(posts) // size))
        if number > last and self.past_the_end == "first":
            number = 1
        if not posts or number > last:
            return self.page(request, '<p class="message">There is nothing at this address</p>', 404)
        articles = "".join(
            f'<article class="post" data-post-id="{post.id}"><div class="post-head">'
            f'<a class="author" href="/user/{post.author}" data-user-id="{post.author}">{post.author}</a>'
            f'<a class="permalink" href="/post/{post.id}">'
            f'<time class="post-time" datetime="{post.time.isoformat()}"></time></a>'
            f'</div><div class="post-body"><p>{escape(post.text)}</p></div></article>'
            for post in posts[(number - 1) * size : number * size]
        )
        form = (
            f'<form class="reply-form" method="post" action="/thread/{thread}/reply">'
            '<input type="hidden" name="csrf" value="t">'
            '<textarea name="text"></textarea></form>'
        )
        locked = ' data-locked="true"' if thread in self.locked else ""
        main = f'<main{locked}><h1 class="thread-title">Konu {thread}</h1>{articles}</main>'
        return self.page(request, main + _pages(f"/thread/{thread}", number, last) + ("" if locked else form))

    def _in_turn(self, posts: list[Entry]) -> list[Entry]:
        return posts[::-1] if self.newest_first else posts

    async def _permalink(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["id"])
        if wanted in self.leads_home:
            raise web.HTTPFound(f"/thread/1#post-{wanted}")
        for thread, posts in self.threads.items():
            for place, post in enumerate(self._in_turn(posts)):
                if post.id == wanted:
                    raise web.HTTPFound(f"/thread/{thread}?page={place // self.posts_a_page + 1}#post-{wanted}")
        return self.page(request, '<p class="message">There is nothing at this address</p>', 404)

    async def _login(self, request: web.Request) -> web.Response:
        return self.page(
            request,
            '<form class="login-form" method="post" action="/login"><input name="username">'
            '<input type="password" name="password"></form>',
        )

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if (form["username"], form["password"]) != (ACCOUNT, PASSWORD):
            page = await self._login(request)
            page.text = (page.text or "").replace(
                "<form", '<p class="message">The user name or the password is wrong.</p><form'
            )
            return page
        self.sessions.add("known")
        answer = web.HTTPFound("/")
        answer.set_cookie("little", "known")
        raise answer

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        thread, form = int(request.match_info["id"]), await request.post()
        if self.stale_tokens > 0:
            self.stale_tokens -= 1
            return self.page(request, '<p class="message">The form has expired.</p>', 403)
        if self.reply_says is not None:
            return self.page(request, f'<p class="message">{self.reply_says}</p>')
        raise web.HTTPFound(f"/post/{self.post(thread, ACCOUNT, str(form['text']))}")


def _pages(path: str, number: int, last: int) -> str:
    if last == 1:
        return ""
    links = [
        f'<span class="page-number current">{each}</span>'
        if each == number
        else f'<a class="page-number" href="{path}?page={each}">{each}</a>'
        for each in range(1, last + 1)
    ]
    return f'<nav class="pages">{"".join(links)}</nav>'
