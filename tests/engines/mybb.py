"""A stand-in for MyBB 1.8: what the engine does to those who use it. Everything is a 200; success is a page in between;
a second post in a row goes into the first; who posts again within a minute waits; past the last page stands the first;
times are told from now. Seen on a real one, and in its source (newreply.php, inc/datahandlers/post.php)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.web_request import FileField
from tests.engines.classic import ClassicForum, Member, Thread, page_of
from tests.engines.mybb_letters import MyBBLetters
from tests.engines.mybb_pages import PAGES
from tests.engines.place import Time

PAGE = 20
FLOOD, MERGE, TWICE = timedelta(seconds=60), timedelta(minutes=60), timedelta(minutes=10)
KINDS = (".png", ".txt", ".pdf")
MISSING = "The specified thread does not exist."
NO_MEMBER = "You are either not logged in or do not have permission to view this page. This could be because …"
MISMATCH = "Authorization code mismatch. Are you accessing this function correctly? Please go back and try again."
POSTED = "Thank you, your reply has been posted."


class MyBBForum(ClassicForum):
    """One board. ``stale_forms`` counts the forms still to be given out with a key that no longer counts."""

    def __init__(self, clock: Time) -> None:
        super().__init__(clock)
        self.stale_forms = 0
        self.members_only = False
        self.held: dict[str, list[str]] = {}  # files by the posthash of their form
        self.posted: dict[int, datetime] = {}
        self.letters = MyBBLetters(self, self._page)
        router = self.app.router
        router.add_get("/private.php", self.letters.get)
        router.add_post("/private.php", self.letters.post)
        router.add_get("/", self._home)
        router.add_get("/showthread.php", self._thread)
        router.add_get("/forumdisplay.php", self._board)
        router.add_get("/member.php", self._login)
        router.add_post("/member.php", self._sign_in)
        router.add_get("/newreply.php", self._reply_form)
        router.add_post("/newreply.php", self._reply)

    def member(self, request: web.Request) -> Member | None:
        return self.sessions.get(request.cookies.get("mybbuser", ""))

    def key(self, request: web.Request) -> str:
        """The key of who asks; a member's stays the same."""
        member = self.member(request)
        return f"{member.id if member else 0:032x}"

    async def _home(self, request: web.Request) -> web.Response:
        return self._page(request, "home", title="Forum")

    async def _thread(self, request: web.Request) -> web.Response:
        wanted, thread = int(request.query.get("pid", "0")), self._named(request)
        thread = thread or self.holder(wanted)
        if self.members_only and self.member(request) is None:
            return self._error(request, NO_MEMBER)
        if thread is None:
            return self._error(request, MISSING)
        ids = [entry.id for entry in thread.shown]
        if request.query.get("action") == "lastpost":
            raise web.HTTPFound(f"/showthread.php?tid={thread.id}&pid={ids[-1]}#pid{ids[-1]}")
        last = page_of(len(ids) - 1, PAGE)
        number = page_of(ids.index(wanted), PAGE) if wanted in ids else int(request.query.get("page", "1"))
        number = number if 1 <= number <= last else 1
        posts = thread.shown[(number - 1) * PAGE : number * PAGE]
        return self._page(request, "thread", title=thread.title, thread=thread, posts=posts, number=number, last=last)

    async def _board(self, request: web.Request) -> web.Response:
        return self._page(request, "board", title="Destek", threads=self.newest_first())

    async def _login(self, request: web.Request) -> web.Response:
        return self._page(request, "login", title="Login")

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("my_post_key") != self.key(request):
            return self._error(request, MISMATCH)
        quick = "quick_" if form.get("quick_login") else ""
        key = self.sign_in(str(form.get(f"{quick}username", "")), str(form.get(f"{quick}password", "")))
        if key is None:
            said = "You have entered an invalid username/password combination. If you have forgotten your password …"
            return self._page(request, "login", title="Login", said=said)
        answer = self._page(request, "redirect", said="You have successfully been logged in.", target="index.php")
        answer.set_cookie("mybbuser", key)
        return answer

    async def _reply_form(self, request: web.Request) -> web.Response:
        thread = self._named(request)
        refused = self._refused(request, thread)
        return refused or self._form(request, thread, secrets.token_hex(16))

    def _form(
        self, request: web.Request, thread: Thread | None, posthash: str, text: str = "", said: str = ""
    ) -> web.Response:
        key = "0" * 32 if self.stale_forms else self.key(request)
        self.stale_forms = max(0, self.stale_forms - 1)
        held = self.held.get(posthash, [])
        shown = {"thread": thread, "form_key": key, "posthash": posthash, "held": held, "text": text, "said": said}
        return self._page(request, "newreply", title="Post Reply", **shown)

    def _refused(self, request: web.Request, thread: Thread | None) -> web.Response | None:
        if thread is None:
            return self._error(request, MISSING)
        if self.member(request) is None:
            return self._error(request, NO_MEMBER)
        if thread.closed:
            closed = "You cannot post replies in this thread because it has been closed by a moderator."
            return self._error(request, closed)
        return None

    async def _reply(self, request: web.Request) -> web.Response:
        thread, member = self._named(request), self.member(request)
        refused = self._refused(request, thread)
        if refused is not None or thread is None or member is None:
            assert refused is not None
            return refused
        form = await request.post()
        text, posthash = str(form["message"]), str(form["posthash"])
        if form["my_post_key"] != self.key(request):
            return self._error(request, MISMATCH)
        if "newattachment" in form:
            file = form["attachments[]"]
            assert isinstance(file, FileField)
            if not file.filename.endswith(KINDS):
                refusal = "The type of file that you attached is not allowed. Please remove the attachment."
                return self._form(request, thread, posthash, text, refusal)
            self.held.setdefault(posthash, []).append(file.filename)
        if "submit" not in form:
            return self._form(request, thread, posthash, text)
        if any(
            each.author is member and each.text == text and each.time > self.clock() - TWICE for each in thread.entries
        ):
            return self._error(request, "You have already posted this reply to the specified thread.")
        if (said := self._invalid(thread, member, text)) is not None:
            return self._form(request, thread, posthash, text, said)
        return self._insert(request, thread, member, text, posthash)

    def _invalid(self, thread: Thread, member: Member, text: str) -> str | None:
        if not text.strip():
            return "The message is missing. Please enter a message."
        waited = self.clock() - self.posted.get(member.id, self.clock() - FLOOD * 2)
        if waited > FLOOD or self._merges(thread, member):
            return None
        seconds = (FLOOD - waited).seconds + 1
        words = "You are trying to post a message too quickly after posting a previous message."
        return f"{words} Please wait {seconds} more second{'s' if seconds > 1 else ''}."

    def _merges(self, thread: Thread, member: Member) -> bool:
        newest = thread.shown[-1]
        return newest.author is member and self.clock() - newest.time <= MERGE

    def _insert(self, request: web.Request, thread: Thread, member: Member, text: str, posthash: str) -> web.Response:
        if self._merges(thread, member) and not self.moderated:
            entry = thread.shown[-1]
            entry.text, entry.edited = f"{entry.text}\n[hr]\n{text}", self.clock()
        else:
            entry = self.write(thread, member, text)
            entry.waits, self.posted[member.id] = self.moderated, entry.time
        entry.files += self.held.pop(posthash, [])
        if self.lost(request):
            return web.Response()
        where = f"showthread.php?tid={thread.id}"
        if entry.waits:
            notice = "The administrator has specified that all new posts require moderation."
            return self._page(request, "redirect", said=f"{POSTED} {notice}", target=where)
        return self._page(request, "redirect", said=POSTED, target=f"{where}&pid={entry.id}#pid{entry.id}")

    def _named(self, request: web.Request) -> Thread | None:
        return self.threads.get(int(request.query.get("tid", "0")))

    def _error(self, request: web.Request, said: str) -> web.Response:
        return self._page(request, "error", title="Forum", said=said)

    def _page(self, request: web.Request, name: str, **shown: object) -> web.Response:
        who = {"member": self.member(request), "key": self.key(request), "now": self.clock()}
        html = PAGES.get_template(name).render(**who, **shown)
        return web.Response(text=html, content_type="text/html")
