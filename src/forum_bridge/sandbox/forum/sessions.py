"""Who sits at the browser: sessions by cookie, the token in every form, and the automatic visitor. Knows no page."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from forum_bridge.sandbox.forum.records import Person, Refused
from forum_bridge.sandbox.forum.state import Forum

COOKIE = "sandbox_forum"
_GUEST = "guest"


@dataclass(slots=True)
class Visitor:
    """Who asks. ``csrf`` is what their forms must carry; ``cookie``, if set, is handed out with the response;
    ``unread`` counts their conversations with something new."""

    person: Person | None
    csrf: str = field(repr=False)
    cookie: str | None = field(default=None, repr=False)
    unread: int = 0


VISITOR = web.RequestKey("visitor", Visitor)


class Sessions:
    """Signed-in people by their cookie. Guests have none, so what they read stays the same byte for byte."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._secret = secrets.token_bytes()
        self._people: dict[str, Person] = {}

    def begin(self, person: Person | None) -> Visitor:
        """Return a visitor with a new session; None is somebody who wants to be a guest."""
        token = _GUEST if person is None else secrets.token_urlsafe()
        if person is not None:
            self._people[token] = person
        return Visitor(person, self._csrf(token), token, self._unread(person))

    def expire(self, person: Person | None = None) -> int:
        """End the sessions of one person, or all of them; return how many."""
        ended = [token for token, known in self._people.items() if person is None or known is person]
        for token in ended:
            del self._people[token]
        return len(ended)

    def visitor(self, request: web.Request) -> Visitor:
        """Return who asks. A browser that comes for the first time is ``auto_user``; an unknown cookie is a guest."""
        token = request.cookies.get(COOKIE)
        auto = self._forum.person(self._forum.switches.auto_user)
        if token is None and auto is not None and _opens_page(request):
            return self.begin(auto)
        person = self._people.get(token or _GUEST)
        csrf = self._csrf(token if token and person else _GUEST)
        return Visitor(person, csrf, unread=self._unread(person))

    def _unread(self, person: Person | None) -> int:
        return self._forum.messages.unread(person) if person is not None else 0

    def _csrf(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()


def _opens_page(request: web.Request) -> bool:
    """Whether a person's browser opens a page: programs name themselves, or say ``compatible;``."""
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and agent.startswith("Mozilla/5.0 (") and "compatible;" not in agent


def identifying(sessions: Sessions) -> Middleware:
    """Return the middleware that knows the visitor and hands out cookies."""

    @web.middleware
    async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(("/_control/", "/static/", "/robots.txt")):
            return await handler(request)
        request[VISITOR] = sessions.visitor(request)
        response = await handler(request)
        cookie = request[VISITOR].cookie
        if cookie is not None and not response.prepared:
            response.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax")
        return response

    return identify


async def form_of(request: web.Request) -> dict[str, str]:
    """Return the fields of a form that carries the visitor's token; Refused ``form_expired`` otherwise."""
    posted = await request.post()
    fields = {name: value for name, value in posted.items() if isinstance(value, str)}
    if not hmac.compare_digest(fields.get("csrf", "").encode(), request[VISITOR].csrf.encode()):
        raise Refused("form_expired")
    return fields
