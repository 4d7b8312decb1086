"""Signing in and out, opening an account, and the one click that makes a visitor Deniz."""

from __future__ import annotations

import hmac

from aiohttp import web

from forum_bridge.sandbox.forum.keys import FORUM, LOOK, SESSIONS, to
from forum_bridge.sandbox.forum.records import Person, Refused
from forum_bridge.sandbox.forum.sessions import VISITOR, form_of
from forum_bridge.sandbox.look.page import words_of


def _next(wanted: str) -> str:
    """Return a path of this forum: an address elsewhere is never followed."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if inside else "/board/1"


def _entered(request: web.Request, person: Person | None, where: str) -> web.Response:
    request[VISITOR] = request.app[SESSIONS].begin(person)
    return to(_next(where))


def _form(request: web.Request, template: str, code: str = "", **values: object) -> web.Response:
    reason = words_of(request)(f"refused.{code}") if code else ""
    auto = request.app[FORUM].switches.auto_user
    shown = {"visitor": request[VISITOR], "auto": auto, "code": code, "reason": reason}
    return request.app[LOOK].page(request, template, shown | values)


async def login_form(request: web.Request) -> web.Response:
    """The sign-in form, whoever one is."""
    return _form(request, "login.html", next=_next(request.query.get("next", "")), username="")


async def login(request: web.Request) -> web.Response:
    """Sign in; a wrong name or password brings the form again with 200, as forums do."""
    fields = await form_of(request)
    person = request.app[FORUM].person(fields.get("username", ""))
    password = fields.get("password", "").encode()
    if person is None or not hmac.compare_digest(person.password.encode(), password):
        where = _next(fields.get("next", ""))
        return _form(request, "login.html", "wrong_password", next=where, username=fields.get("username", ""))
    return _entered(request, person, fields.get("next", ""))


async def logout(request: web.Request) -> web.Response:
    """Become a guest."""
    await form_of(request)
    return _entered(request, None, "/board/1")


async def enter(request: web.Request) -> web.Response:
    """Become the automatic visitor by one click."""
    fields = await form_of(request)
    forum = request.app[FORUM]
    return _entered(request, forum.person(forum.switches.auto_user), fields.get("next", ""))


async def register_form(request: web.Request) -> web.Response:
    """The form that opens an account."""
    return _form(request, "register.html", username="")


async def register(request: web.Request) -> web.Response:
    """Open an account and sign in."""
    fields = await form_of(request)
    try:
        person = request.app[FORUM].register(fields.get("username", ""), fields.get("password", ""))
    except Refused as refused:
        return _form(request, "register.html", refused.code, username=fields.get("username", ""))
    return _entered(request, person, "/board/1")
