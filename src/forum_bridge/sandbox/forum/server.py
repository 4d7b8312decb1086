"""The forum on a port: routes, layers, start and stop. Knows no rule of the forum."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from forum_bridge.sandbox.forum import account, control, corresponding, files, news, reading, writing
from forum_bridge.sandbox.forum.hanging import LARGEST_REQUEST
from forum_bridge.sandbox.forum.keys import FORUM, LOOK, PATIENCE, SESSIONS, to
from forum_bridge.sandbox.forum.records import Refused
from forum_bridge.sandbox.forum.sessions import VISITOR, Sessions, identifying
from forum_bridge.sandbox.forum.state import Forum
from forum_bridge.sandbox.forum.striking import striking
from forum_bridge.sandbox.look.page import Look, Sides, static_routes, words_of

_STATUS = {"gone": 404, "form_expired": 403, "not_yours": 403, "not_member": 403}


@web.middleware
async def _refusing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refusal and an unknown address into the forum's error page."""
    try:
        return await handler(request)
    except Refused as refused:
        code, status = refused.code, _STATUS.get(refused.code, 200)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        if VISITOR not in request:
            raise
        code, status = "gone", error.status
    except web.HTTPRequestEntityTooLarge as error:
        code, status = "too_much", error.status
    reason = words_of(request)(f"refused.{code}")
    values = {"code": code, "reason": reason, "visitor": request[VISITOR]}
    return request.app[LOOK].page(request, "error.html", values, status=status)


async def _dated(request: web.Request, response: web.StreamResponse) -> None:
    """The forum's own clock stands on every answer, as a server's does."""
    response.headers["Date"] = format_datetime(request.app[FORUM].clock(), usegmt=True)


async def _home(_request: web.Request) -> web.Response:
    return to("/board/1")


def _app(forum: Forum, look: Look, patience: float) -> web.Application:
    sessions = Sessions(forum)
    layers = [identifying(sessions), striking(forum.faults, account.login_form), _refusing]
    app = web.Application(middlewares=layers, client_max_size=LARGEST_REQUEST)
    app.on_response_prepare.append(_dated)
    app[FORUM], app[SESSIONS], app[LOOK], app[PATIENCE] = forum, sessions, look, patience
    app.add_routes(
        [
            web.get("/", _home),
            web.get("/robots.txt", reading.robots),
            web.get("/board/{board}", reading.board),
            web.get("/board/{board}/since", news.board),
            web.get("/board/1/new", writing.thread_form),
            web.post("/board/1/new", writing.open_thread),
            web.get("/thread/{thread}", reading.thread),
            web.get("/thread/{thread}/since", news.thread),
            web.post("/thread/{thread}/reply", writing.reply),
            web.get("/post/{post}", reading.permalink),
            web.get("/post/{post}/quote", reading.quote),
            web.get("/post/{post}/edit", writing.edit_form),
            web.post("/post/{post}/edit", writing.edit),
            web.post("/post/{post}/delete", writing.delete),
            web.get("/file/{file}/{name}", files.file),
            web.get("/messages", corresponding.inbox),
            web.get("/messages/since", news.inbox),
            web.get("/messages/new", corresponding.new_form),
            web.post("/messages/new", corresponding.open_conversation),
            web.get("/messages/{conversation}", corresponding.conversation),
            web.get("/messages/{conversation}/since", news.conversation),
            web.post("/messages/{conversation}/reply", corresponding.reply),
            web.get("/message/{message}", corresponding.permalink),
            web.get("/user/{person}", reading.person),
            web.get("/login", account.login_form),
            web.post("/login", account.login),
            web.post("/logout", account.logout),
            web.post("/enter", account.enter),
            web.get("/register", account.register_form),
            web.post("/register", account.register),
            web.get("/_control/state", control.state),
            web.delete("/_control/faults", control.clear_faults),
            web.post("/_control/{act}", control.act),
            *static_routes(),
        ]
    )
    return app


class ForumServer:
    """Serves a forum while the ``async with`` block lasts; ``url`` is its address without a slash at the end.

    ``sides`` tells the header where the desk stands. ``patience``: seconds a page may wait for news."""

    def __init__(
        self,
        forum: Forum,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        sides: Sides | None = None,
        patience: float = 25.0,
    ) -> None:
        self.forum = forum
        self.url = ""
        look = Look(Path(__file__).parent / "pages", "forum", sides or Sides())
        self._place = (host, port)
        self._runner = web.AppRunner(
            _app(forum, look, patience), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )

    async def __aenter__(self) -> Self:
        host, port = self._place
        self.forum.bell.open()
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        self.url = f"http://{f'[{bound[0]}]' if ':' in bound[0] else bound[0]}:{bound[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forum.bell.close()
        self.forum.faults.clear()
        await self._runner.cleanup()
