"""A stand-in for phpBB 3.3: the parts of it that the bridge uses, with what they do to those who use them. Seen on a
real one: a form sent in the second of its making is refused, as is one whose token has aged; who wrote while others did
gets the form again, and nothing is posted; offsets need not be a page's, and past the end the last page is shown; links
carry the session's id until there is a cookie; errors have status 200."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from tests.engines.phpbb_letters import PhpbbLetters
from tests.engines.phpbb_pages import PAGES
from tests.engines.place import START, Time, dated

FLOOD = timedelta(seconds=15)
KINDS = ("png", "zip")
PER_PAGE = 5


@dataclass(slots=True)
class Member:
    id: int
    name: str
    password: str = ""
    moderated: bool = False
    last_post: datetime | None = None
    failures: int = 0


@dataclass(slots=True)
class Entry:
    id: int
    author: Member | str
    text: str
    time: datetime
    files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Topic:
    id: int
    title: str
    posts: list[Entry] = field(default_factory=list)
    locked: bool = False
    kind: str = ""


class PhpbbForum:
    """One board. ``meanwhile`` is called once, when the form to reply has been shown; ``secret`` makes the forms'
    tokens; ``cut`` drops the connection after the next write; without ``feeds`` there are none.
    ``takes_young_forms`` is for clocks that stand still while the bridge waits."""

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.kopru, self.ayse = Member(9, "Destek Köprüsü", "Köprü-Parola-1"), Member(41, "Ayşe Öz")
        self.cagri = Member(57, "Çağrı Öz")
        self.letters = PhpbbLetters(self, self._show, self._says)
        self.topics: dict[int, Topic] = {}
        self.sessions: dict[str, Member | None] = {}
        self.uploads: list[str] = []
        self.queue: list[str] = []
        self.asked: list[str] = []
        self.views = 0
        self.meanwhile: Callable[[], object] | None = None
        self.secret = "tuz"
        self.cut = False
        self.feeds = True
        self.takes_young_forms = False
        self._newest = 200
        self.app = dated(web.Application(), clock)
        routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/": self._index,
            "/index.php": self._index,
            "/viewtopic.php": self._topic,
            "/viewforum.php": self._forum,
            r"/app.php/feed/topic/{id:\d+}": self._feed,
            "/ucp.php": self._ucp,
            "/posting.php": self._posting,
        }
        for path, handler in routes.items():
            self.app.router.add_route("*", path, handler)

    def begin(self, title: str, author: Member | str, text: str, kind: str = "") -> Topic:
        topic = Topic(len(self.topics) + 31, title, kind=kind)
        self.topics[topic.id] = topic
        self.write(topic, author, text)
        return topic

    def write(self, topic: Topic, author: Member | str, text: str) -> Entry:
        self._newest += 3
        entry = Entry(self._newest, author, text, self.clock())
        topic.posts.append(entry)
        return entry

    def _show(self, request: web.Request, name: str, what: dict[str, object], status: int = 200) -> web.Response:
        sid = request.cookies.get("phpbb3_x_sid", "")
        known = sid in self.sessions
        if not known:
            sid = hashlib.md5(str(len(self.sessions)).encode()).hexdigest()
            self.sessions[sid] = None
        root = str(request.url.origin())
        html = PAGES.get_template(name).render(member=self.sessions[sid], sid=sid, views=self.views, root=root, **what)
        if not known:
            html = html.replace(".php?", f".php?sid={sid}&amp;")
        response = web.Response(text=html, content_type="text/html", status=status)
        if not known:
            response.set_cookie("phpbb3_x_sid", sid)
        return response

    def _says(self, request: web.Request, words: str, status: int = 200) -> web.Response:
        return self._show(request, "message", {"words": words}, status)

    def _token(self, form: str, made: int) -> str:
        return hashlib.sha1(f"{made}{self.secret}{form}".encode()).hexdigest()

    def tokens(self, form: str) -> dict[str, object]:
        made = int(self.clock().timestamp())
        return {"made": made, "token": self._token(form, made)}

    def valid(self, form: str, fields: dict[str, str]) -> bool:
        made = int(fields.get("creation_time", "0"))
        aged = self.takes_young_forms or int(self.clock().timestamp()) != made
        return fields.get("form_token") == self._token(form, made) and aged

    async def _index(self, request: web.Request) -> web.Response:
        return self._says(request, "Mesaj panosu")

    async def _topic(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        post_id, topic = int(request.query.get("p", "0")), self.topics.get(int(request.query.get("t", "0")))
        start = int(request.query.get("start", "0"))
        if post_id:
            topic = next((each for each in self.topics.values() if post_id in [post.id for post in each.posts]), None)
            start = [post.id for post in topic.posts].index(post_id) // PER_PAGE * PER_PAGE if topic else 0
        if topic is None or not topic.posts:
            return self._says(request, "The requested topic does not exist.", 404)
        if start >= len(topic.posts):
            start = (len(topic.posts) - 1) // PER_PAGE * PER_PAGE
        self.views += 1
        pages, shown = range(1, -(-len(topic.posts) // PER_PAGE) + 1), topic.posts[start : start + PER_PAGE]
        paging = {"start": start, "here": start // PER_PAGE + 1, "pages": pages, "per_page": PER_PAGE}
        return self._show(request, "topic", {"topic": topic, "shown": shown, **paging})

    async def _forum(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        order = sorted(self.topics.values(), key=lambda each: (each.kind == "", -each.posts[-1].id))
        return self._show(request, "forum", {"topics": order})

    async def _feed(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        topic = self.topics.get(int(request.match_info["id"]))
        if topic is None or not self.feeds:
            return self._says(request, "The required feed is not available.", 404)
        feed = PAGES.get_template("feed").render(topic=topic, root=str(request.url.origin()))
        return web.Response(text=feed, content_type="application/atom+xml")

    def of_id(self, number: str) -> Member | None:
        return next((each for each in (self.kopru, self.ayse, self.cagri) if str(each.id) == number), None)

    async def _ucp(self, request: web.Request) -> web.Response:
        member = self.sessions.get(request.cookies.get("phpbb3_x_sid", ""))
        if request.query.get("i") == "pm" and member is not None:
            return await self.letters.handle(request, member)
        return await self._login(request)

    async def _login(self, request: web.Request) -> web.Response:
        error = ""
        if request.method == "POST" and request.path == "/ucp.php":
            posted = await request.post()
            fields = {name: str(value) for name, value in posted.items()}
            if not self.valid("login", fields) or "login" not in fields:
                error = "The submitted form was invalid. Try submitting again."
            elif (fields["username"], fields["password"]) != (self.kopru.name, self.kopru.password):
                self.kopru.failures += 1
                error = "You have specified an incorrect password. Please check your password and try again."
            else:
                sid = hashlib.md5(f"{self.kopru.name}{len(self.sessions)}".encode()).hexdigest()
                self.sessions[sid] = self.kopru
                found = web.HTTPFound(f"./{posted.getall('redirect')[-1]!s}?sid={sid}")
                found.set_cookie("phpbb3_x_sid", sid)
                raise found
        riddle = self.kopru.failures >= 3
        return self._show(request, "login", {"error": error, "riddle": riddle, **self.tokens("login")})

    async def _posting(self, request: web.Request) -> web.Response:
        topic = self.topics.get(int(request.query.get("t", "0")))
        member = self.sessions.get(request.cookies.get("phpbb3_x_sid", ""))
        if topic is None or not topic.posts:
            return self._says(request, "İstenilen başlık mevcut değil.", 404)
        if member is None:
            return await self._login(request)
        if topic.locked:
            return self._says(
                request, "Bu başlık kilitlenmiştir mesajlarınızı düzenleyemez veya cevap gönderemezsiniz."
            )
        if request.method == "POST":
            return await self._posted(request, topic, member)
        shown = self._form(request, topic)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return shown

    async def _posted(self, request: web.Request, topic: Topic, member: Member) -> web.Response:
        posted = await request.post()
        fields = {name: value for name, value in posted.items() if isinstance(value, str)}
        text = fields["message"].replace("\r\n", "\n")
        held = [int(value) for name, value in fields.items() if name.endswith("[attach_id]")]
        if not self.valid("posting", fields):
            return self._form(request, topic, text, held, error="The submitted form was invalid. Try submitting again.")
        file = posted.get("fileupload")
        if "add_file" in fields and isinstance(file, web.FileField):
            kind = file.filename.rpartition(".")[2]
            if kind not in KINDS:
                return self._form(request, topic, text, held, error=f"{kind} uzantısı izinli değil.")
            self.uploads.append(file.filename)
            return self._form(request, topic, text, [*held, len(self.uploads) - 1])
        if int(fields["topic_cur_post_id"]) != topic.posts[-1].id:
            return self._form(request, topic, text, held, review=True)
        if (error := self._refusal(member, text)) or "post" not in fields:
            return self._form(request, topic, text, held, error=error)
        member.last_post = self.clock()
        if member.moderated:
            self.queue.append(text)
            return self._says(request, "The message was sent, but it will need to be approved by a moderator.")
        entry = self.write(topic, member, text)
        entry.files = [self.uploads[each] for each in held]
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        raise web.HTTPFound(f"./viewtopic.php?p={entry.id}#p{entry.id}")

    def _refusal(self, member: Member, text: str) -> str:
        if member.last_post is not None and self.clock() - member.last_post < FLOOD:
            return "Son mesajınızdan bu kadar kısa süre içinde diğer bir mesaj gönderemezsiniz."
        return "" if text.strip() else "Mesajınız çok az karakter içeriyor."

    def _form(
        self,
        request: web.Request,
        topic: Topic,
        text: str = "",
        held: list[int] | None = None,
        *,
        error: str = "",
        review: bool = False,
    ) -> web.Response:
        shown = {"topic": topic, "text": text, "held": held or [], "error": error, "review": review}
        return self._show(request, "posting", {**shown, **self.tokens("posting")})


def seeded(clock: Time, posts: int = 12) -> PhpbbForum:
    """Return a board with one topic of so many posts, one a minute, every third one a guest's."""
    forum = PhpbbForum(clock)
    clock.now = START - timedelta(days=1)
    topic = forum.begin("Kargo takibi", forum.ayse, "Siparişim nerede? (1)")
    topic.posts[0].files.append("fatura.png")
    for number in range(2, posts + 1):
        clock.pass_by(minutes=1)
        forum.write(topic, forum.ayse if number % 3 else "Misafir", f"Gönderi ({number})")
    clock.now = START
    return forum
