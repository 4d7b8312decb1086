"""The door at which Deskie knocks: checks secret and size, hands the body to ``receive``, and answers only after
the commit."""

from __future__ import annotations

import hmac

import structlog
from aiohttp import web

from forum_bridge.bridge.guard import Guard
from forum_bridge.bridge.knock import read_body
from forum_bridge.bridge.receive import Receive
from forum_bridge.deskie import BadWebhook
from forum_bridge.errors import Retry

MAX_BODY = 1024 * 1024  # bytes; an answer's files come as links, its text never is this long


def add_routes(app: web.Application, receive: Receive, channels: frozenset[str], secret: str, guard: Guard) -> None:
    """Add ``POST /deskie/<channel>/<secret>``.

    404 for a wrong channel or secret (told in constant time), 429 and 403 for whom ``guard`` does not let in, 413 for a
    body over 1 MB, 400 for one that cannot be read, 503 when the ledger cannot write; 200 otherwise, also for what is
    ignored.
    """

    async def post(request: web.Request) -> web.Response:
        caller = guard.met(request)
        told = request.match_info["secret"].encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(told, secret.encode()):
            raise guard.turn_away(caller)
        guard.welcome(caller)
        if request.match_info["channel"] not in channels:
            raise web.HTTPNotFound
        log = structlog.get_logger()
        body = await read_body(request, MAX_BODY, "webhook_too_large")
        try:
            received = await receive(request.headers.get("Content-Type", ""), body)
        except BadWebhook as error:
            log.warning("webhook_unreadable", reason=str(error), bytes=len(body))
            raise web.HTTPBadRequest(text="unreadable") from None
        except Retry as error:
            log.error("webhook_not_stored", reason=str(error))
            raise web.HTTPServiceUnavailable(text="try again", headers={"Retry-After": "30"}) from None
        return web.json_response({"result": received.value})

    app.router.add_post("/deskie/{channel}/{secret}", post)
