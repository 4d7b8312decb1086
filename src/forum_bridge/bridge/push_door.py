"""The door at which forums knock that send by themselves, and ask for what the bridge has of a customer: checks how
often, how much and who, and answers only after the commit."""

from __future__ import annotations

import json
from collections.abc import Mapping

import structlog
from aiohttp import web

from forum_bridge.bridge.history import BadQuestion, History
from forum_bridge.bridge.knock import Proxies, Rate, read_body
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.take_push import NameTaken, TakePush
from forum_bridge.errors import Retry
from forum_bridge.forums.contract import CanPush, TellsHistory
from forum_bridge.forums.pushed import Malformed, Pushed, PushRefused, PushRequest
from forum_bridge.model import Clock
from forum_bridge.web.aside import aside

MAX_BODY = 1024 * 1024  # bytes; files come as links
BURST = 60  # requests of one address at once, then one a second
UNKNOWN = "no forum of this name sends its posts here"


def add_routes(app: web.Application, take: TakePush, history: History, clock: Clock, proxies: Proxies) -> None:
    """Add ``POST /push/<forum>``, also with a token behind it, and ``GET /push/<forum>/history``; see
    docs/push.openapi.yaml.

    404 for a forum that does not send by itself, 429 for an address that knocks too often, 401 for what its owner has
    not signed, 413, 400 and 409 for what cannot be taken, 503 when the ledger cannot write; each says why."""
    rate = Rate(clock, burst=BURST, a_second=1)

    def meant(request: web.Request) -> Site | None:
        """Return the forum that a request is for. Raises 429."""
        if (wait := rate.wait(proxies.caller(request).key)) > 0:
            raise web.HTTPTooManyRequests(
                text=json.dumps({"error": "too many requests from this address"}),
                content_type="application/json",
                headers={"Retry-After": str(int(wait) + 1)},
            )
        return take.sites.get(request.match_info["forum"])

    async def post(request: web.Request) -> web.Response:
        site = meant(request)
        if site is None or not isinstance(site.adapter, CanPush):
            return _refusal(404, UNKNOWN)
        body = await read_body(request, MAX_BODY, "push_too_large")
        try:
            asked = PushRequest(request.headers, body, clock(), request.match_info.get("token", ""))
            pushed = await _decoded(site.adapter, asked)
            arrived = await take(site, pushed, body)
        except PushRefused as error:
            return _refused(site, error)
        except NameTaken:
            return _refusal(409, "this webhook-id came with another body before; give each request one of its own")
        except Retry as error:
            structlog.get_logger().error("push_not_stored", forum=site.name, reason=str(error))
            return _refusal(503, "try again", {"Retry-After": "30"})
        if arrived.rang:
            return web.json_response({"result": "rang"})
        result = "known" if arrived.known else "taken"
        return web.json_response({"result": result, "new": arrived.new, "deleted": arrived.deleted})

    async def get(request: web.Request) -> web.Response:
        site = meant(request)
        if site is None or not isinstance(site.adapter, TellsHistory):
            return _refusal(404, UNKNOWN)
        query = request.rel_url.raw_query_string
        try:
            site.adapter.check_asked(PushRequest(request.headers, query.encode(), clock()))
            return web.json_response(await history.asked(site.name, request.query))
        except PushRefused as error:
            return _refused(site, error)
        except BadQuestion as error:
            return _refusal(400, str(error))

    app.router.add_post("/push/{forum}", post)
    app.router.add_post("/push/{forum}/{token}", post)  # for engines that cannot sign, and show their secret here
    app.router.add_get("/push/{forum}/history", get, allow_head=False)


async def _decoded(adapter: CanPush, asked: PushRequest) -> Pushed:
    return await aside(len(asked.content), adapter.decode_push, asked)


def _refused(site: Site, error: PushRefused) -> web.Response:
    where = error.place if isinstance(error, Malformed) else ""
    structlog.get_logger().warning("push_refused", forum=site.name, reason=str(error), where=where)
    return _refusal(error.status, str(error), where=where)


def _refusal(status: int, why: str, headers: Mapping[str, str] | None = None, *, where: str = "") -> web.Response:
    return web.json_response({"error": why} | ({"where": where} if where else {}), status=status, headers=headers)
