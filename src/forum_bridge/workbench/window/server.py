"""Serves a try on loopback, under an address that nobody guesses: the window, the forum's page in it, and what changed.
It only reads: there is nothing to send."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from forum_bridge.sandbox.look.page import STATIC
from forum_bridge.sandbox.look.words import LANGUAGES, language
from forum_bridge.workbench.window.guard import STRANGERS, forbid, guard
from forum_bridge.workbench.window.painting import Painting
from forum_bridge.workbench.window.stage import Stage

PATIENCE = 25.0  # seconds that a page may wait for news
_OWN = Path(__file__).with_name("static")


@asynccontextmanager
async def showing(stage: Stage, *, patience: float = PATIENCE) -> AsyncIterator[str]:
    """Serve until the context is left; yields the address. The stage follows its files meanwhile."""
    secret = secrets.token_urlsafe(24)
    runner = web.AppRunner(
        _app(stage, secret, patience), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
    )
    await stage.look()
    await runner.setup()
    following = asyncio.create_task(stage.follow(), name="follow")
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{secret}/"
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        stage.bell.close()
        await runner.cleanup()


def _app(stage: Stage, secret: str, patience: float) -> web.Application:
    painting = Painting(stage)

    async def window(request: web.Request) -> web.Response:
        return _html(painting.window(_language(request)))

    async def page(request: web.Request) -> web.Response:
        response = _html(await asyncio.to_thread(painting.page, _language(request)))
        response.headers["Content-Security-Policy"] = STRANGERS
        return response

    async def since(request: web.Request) -> web.Response:
        seen = request.query.get("seen", "")
        if not await stage.bell.until(lambda: str(stage.version) != seen, patience):
            return web.Response(status=204)
        return web.json_response(painting.news(_language(request)))

    app = web.Application(middlewares=[guard])
    app.on_response_prepare.append(forbid)
    app.add_routes(
        [
            web.get(f"/{secret}/", window),
            web.get(f"/{secret}/page", page),
            web.get(f"/{secret}/since", since),
            web.static(f"/{secret}/shared", STATIC),
            web.static(f"/{secret}/static", _OWN),
        ]
    )
    return app


def _language(request: web.Request) -> str:
    """Return the language that the address asks for, else the browser's."""
    asked = request.query.get("lang", "")
    return asked if asked in LANGUAGES else language(request.headers.get("Accept-Language", ""))


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
