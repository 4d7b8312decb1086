"""A stand-in for SMF 2.1: what the engine does to those who use it. Names of fields are drawn anew for each visit;
links carry the session's id until its cookie comes back; a reply leads to the topic alone; a form is taken once, and
shown again if others have posted meanwhile. Seen on a real one, and in Sources/Post.php, Security.php, LogInOut.php."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiDictProxy
from tests.engines.classic import ClassicForum, Member, Thread
from tests.engines.place import Time
from tests.engines.smf_letters import SMFLetters
from tests.engines.smf_pages import PAGES

PAGE = 20
COOKIE = "SMFCookie956"
WAITS = {"post": timedelta(seconds=5), "pm": timedelta(seconds=5), "login": timedelta(seconds=2)}
FLOOD = {
    "post": "The last posting from your IP was less than 5 seconds ago. Please try again later.",
    "pm": "The last action from your IP was less than 5 seconds ago. Please try again later.",
    "login": "You will have to wait about 2 seconds to login again, sorry.",
}
MISSING = "The topic or board you are looking for appears to be either missing or off limits to you."
MEMBERS = "Only registered members are allowed to access this section."
TWICE = "You already submitted this post! You might have accidentally double clicked or tried to refresh the page."
KINDS = (".png", ".txt", ".pdf")
LETTERS = {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "„": ",,", "‚": ","}


Form = MultiDictProxy[str | bytes | bytearray | FileField]


def name() -> str:
    return f"a{secrets.token_hex(6)}"


@dataclass(slots=True)
class Visit:
    """A session of PHP. The names and values of what its forms must bring back, and the forms already taken."""

    id: str = field(default_factory=lambda: secrets.token_hex(13))
    var: str = field(default_factory=name)
    value: str = field(default_factory=name)
    token: tuple[str, str] = field(default_factory=lambda: (name(), name()))
    used: set[str] = field(default_factory=set)


VISIT = web.RequestKey("visit", Visit)


class SMFForum(ClassicForum):
    """One forum. ``racing``: how many answers still find that somebody else has posted meanwhile; ``timed_out``: how
    many forms still come too late."""

    def __init__(self, clock: Time) -> None:
        super().__init__(clock)
        self.visits: dict[str, Visit] = {}
        self.members_only = False
        self.racing = self.timed_out = 0
        self.tried: dict[str, datetime] = {}
        self.letters = SMFLetters(self, self._page, self._fatal)
        router = self.app.router
        router.add_get("/", self._get)
        router.add_get("/index.php", self._get)
        router.add_post("/index.php", self._post)

    def member(self, request: web.Request) -> Member | None:
        return self.sessions.get(request.cookies.get(COOKIE, ""))

    async def _get(self, request: web.Request) -> web.Response:
        asked = query(request)
        if "msg" in asked:
            thread = self.holder(int(asked["msg"]))
            raise web.HTTPFound(
                self._at(request) + f"topic={thread.id if thread else 0}.msg{asked['msg']}#msg{asked['msg']}"
            )
        if asked.get("action") == "pm":
            return self.letters.get(request, asked)
        if asked.get("action") == "post":
            return self._post_form(request, asked)
        if asked.get("action") in ("login", "login2"):
            return self._page(request, "home" if self.member(request) else "login", title="Log in")
        if "topic" in asked:
            return self._thread(request, *asked["topic"].split("."))
        if "board" in asked:
            return self._page(request, "board", title="Destek", threads=self.newest_first())
        return self._page(request, "home", title="Forum")

    def _thread(self, request: web.Request, number: str, start: str = "0") -> web.Response:
        thread, member = self.threads.get(int(number)), self.member(request)
        if member is None and (thread is None or self.members_only):
            return self._page(request, "login", title="Log in", said=MEMBERS if thread else MISSING)
        if thread is None:
            return self._fatal(request, "topic_gone", MISSING)
        posts = [each for each in thread.entries if not each.waits or each.author is member]
        if start == "new":
            place = len(posts) - 1
        elif start.startswith("msg"):
            place = sum(each.id < int(start[3:]) for each in posts)
        else:
            place = int(start)
        page = min(place, len(posts) - 1) // PAGE
        shown: dict[str, Any] = {
            "posts": posts[page * PAGE : (page + 1) * PAGE],
            "number": page + 1,
            "last": (len(posts) - 1) // PAGE + 1,
        }
        return self._page(request, "thread", title=thread.title, thread=thread, **shown)

    def _post_form(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        thread = self.threads.get(int(asked.get("topic", "0").split(".")[0]))
        return self._refused(request, thread) or self._form(request, thread)

    def _refused(self, request: web.Request, thread: Thread | None) -> web.Response | None:
        if self.member(request) is None:
            return self._page(request, "login", title="Log in", said=MEMBERS)
        if thread is None:
            return self._fatal(request, "topic_gone", MISSING)
        if thread.closed:
            locked = "This topic is locked, you are not allowed to post or modify messages..."
            return self._fatal(request, "topic_locked", locked)
        return None

    def _form(
        self,
        request: web.Request,
        thread: Thread | None,
        text: str = "",
        said: str | None = None,
        *,
        serious: bool = True,
    ) -> web.Response:
        shown: dict[str, Any] = {
            "thread": thread,
            "text": text,
            "errors": [said] if said else [],
            "serious": serious and said,
        }
        return self._page(request, "post", title="Post reply", seqnum=str(secrets.randbelow(10**7)), **shown)

    async def _post(self, request: web.Request) -> web.Response:
        action, form = query(request).get("action"), await request.post()
        if action == "login2":
            return self._sign_in(request, {key: str(value) for key, value in form.items()})
        if action == "pm":
            letter = {key: str(value) for key, value in form.items()}
            return self.letters.post(request, letter, self._at(request))
        number, text, used = str(form["seqnum"]), str(form["message"]), self.visit(request).used
        if number in used:
            return self._fatal(request, "error_form_already_submitted", TWICE)
        used.add(number)
        thread, member = self.threads.get(int(str(form["topic"]))), self.member(request)
        refused = self._refused(request, thread)
        if refused is not None or thread is None or member is None:
            assert refused is not None
            return refused
        if (said := self._invalid(request, thread, form)) is not None:
            return self._form(request, thread, text, said, serious=not said.startswith("Warning"))
        if (flooded := self.flooded(request, "post")) is not None:
            return flooded
        entry = self.write(thread, member, changed(text))
        files = (each.filename for each in form.getall("attachment[]", ()) if isinstance(each, FileField))
        entry.waits, entry.files = self.moderated, [each for each in files if each.endswith(KINDS)]  # no word of others
        if self.lost(request):
            return web.Response()
        raise web.HTTPFound(self._at(request) + f"topic={thread.id}.new#new")

    def _invalid(self, request: web.Request, thread: Thread, form: Form) -> str | None:
        if self.racing:
            self.racing -= 1
            self.write(thread, self.members[1], "Araya giren")
        new = sum(each.id > int(str(form["last_msg"])) for each in thread.entries)
        if new:
            return f"Warning - while you were typing {new} new replies have been posted. You may wish to review …"
        visit = self.visit(request)
        if form.get(visit.var) != visit.value or self.timed_out:
            self.timed_out = max(0, self.timed_out - 1)
            return "Your session timed out while posting. Please try to re-submit your message."
        return None if str(form["message"]).strip() else "The message body was left empty."

    def _sign_in(self, request: web.Request, form: dict[str, str]) -> web.Response:
        visit = self.visit(request)
        if form.get(visit.token[0]) != visit.token[1]:
            return self._fatal(request, "token_verify_fail", "Token verification failed. Please go back and try again.")
        visit.token = (name(), name())
        if (flooded := self.flooded(request, "login")) is not None:
            return flooded
        key = self.sign_in(form.get("user", ""), form.get("passwrd", ""))
        if key is None:
            return self._page(request, "login", title="Log in", error="Password incorrect")
        visit.var, visit.value = name(), name()
        answer = web.HTTPFound(self._at(request) + f"action=login2;sa=check;member={self.sessions[key].id}")
        answer.set_cookie(COOKIE, key)
        raise answer

    def flooded(self, request: web.Request, kind: str) -> web.Response | None:
        """Refuse who comes again too soon, and begin counting anew."""
        last, self.tried[kind] = self.tried.get(kind), self.clock()
        if last is None or last < self.clock() - WAITS[kind]:
            return None
        return self._fatal(request, f"{kind}_WaitTime_broken", FLOOD[kind])

    def visit(self, request: web.Request) -> Visit:
        known = self.visits.get(request.cookies.get("PHPSESSID", "")) or request.get(VISIT)
        if known is None:
            known = request[VISIT] = Visit()
            self.visits[known.id] = known
        return known

    def _at(self, request: web.Request) -> str:
        """The address that every link begins with; it has the session's id while the cookie has not come back."""
        at = f"{request.url.origin()}/index.php?"
        visit = self.visit(request)
        return at if request.cookies.get("PHPSESSID") == visit.id else f"{at}PHPSESSID={visit.id}&"

    def _fatal(self, request: web.Request, mark: str, said: str) -> web.Response:
        return self._page(request, "fatal", status=403, title="An Error Has Occurred!", id=mark, said=said)

    def _page(self, request: web.Request, template: str, *, status: int = 200, **shown: Any) -> web.Response:
        visit = self.visit(request)
        about = {
            "member": self.member(request),
            "visit": visit,
            "at": self._at(request),
            "now": self.clock(),
            "size": PAGE,
        }
        html = PAGES.get_template(template).render(about | shown)
        answer = web.Response(text=html, content_type="text/html", status=status)
        answer.set_cookie("PHPSESSID", visit.id)
        return answer


def query(request: web.Request) -> dict[str, str]:
    """What an address asks for; ``;`` parts it as well as ``&``."""
    parts = (part.partition("=") for part in re.split("[;&]", unquote(request.rel_url.raw_query_string)) if part)
    return {key: value for key, _, value in parts}


def changed(text: str) -> str:
    """Return a text as it is kept: plain quotes and dots, and what MySQL's three bytes cannot hold as entities."""
    plain = "".join(LETTERS.get(letter, letter) for letter in text)
    return "".join(letter if ord(letter) < 0x10000 else f"&#{ord(letter)};" for letter in plain)
