"""What every API request passes on its way in and out: ordered faults, the request limit, error bodies, who is asking.
Knows no resource."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from forum_bridge.sandbox.desk.account import Agent
from forum_bridge.sandbox.desk.auth import authenticated
from forum_bridge.sandbox.desk.choices import LimitBody
from forum_bridge.sandbox.desk.envelope import refused
from forum_bridge.sandbox.desk.faults import Fault, What
from forum_bridge.sandbox.desk.rates import Verdict
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk
from forum_bridge.sandbox.late import carried_out

AGENT = web.RequestKey("agent", Agent)
ERROR_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>\n"
HALF_JSON = '{\n    "0": {\n        "case": {\n            "case_id": 88'


def time_layer(desk: Desk) -> Middleware:
    """Carries out what became due before the request came, where no clock strikes by itself."""

    @web.middleware
    async def catch_up(request: web.Request, handler: Handler) -> web.StreamResponse:
        desk.agenda.catch_up()
        return await handler(request)

    return catch_up


def fault_layer(desk: Desk) -> Middleware:
    """Spoils the requests that a fault was ordered for."""

    @web.middleware
    async def spoil(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = desk.faults.take(f"{request.method} {request.path_qs}")
        if fault is None:
            return await handler(request)
        if fault.what is What.LATE:
            await request.read()
            fault.late.append(carried_out(request, handler, fault.released))
        answered = await handler(request) if fault.takes_effect else None
        if fault.what is What.HANG:
            await fault.released.wait()
            return answered or await handler(request)
        return _spoilt(request, fault, desk)

    return spoil


def rate_layer(desk: Desk) -> Middleware:
    """Charges each request and shows what is left; over the limit nothing is carried out."""

    @web.middleware
    async def charge(request: web.Request, handler: Handler) -> web.StreamResponse:
        verdict = desk.rates.spend(request.method)
        if not verdict.allowed:
            return _over_limit(verdict, desk)
        response = await handler(request)
        if desk.switches.rate_headers:
            response.headers.update(verdict.headers())
        return response

    return charge


@web.middleware
async def error_layer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, and the framework's own 404, 405 and 413, into Deskie's error bodies."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refused(refusal.code, refusal.status)
    except web.HTTPException as error:
        return refused((error.reason or "error").lower().replace(" ", "_"), error.status)


def refusal_layer(desk: Desk) -> Middleware:
    """Gives refusals the status that the switches ask for; a wrong key stays what it is."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            status = refusal.status
            if refusal.code == "case_not_found":
                status = int(desk.switches.case_not_found_status)
            if desk.switches.errors_with_200 and status != 401:
                status = 200
            return refused(refusal.code, status)

    return refuse


def auth_layer(desk: Desk) -> Middleware:
    """Lets agents in by their e-mail and API key, and notes who asks."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        header = request.headers.get("Authorization", "")
        agent = authenticated(header, desk.agents.values())
        if not desk.switches.channel_rights_enforced:
            agent = replace(agent, channels=None, groups=None)
        request[AGENT] = agent
        return await handler(request)

    return authenticate


def _spoilt(request: web.Request, fault: Fault, desk: Desk) -> web.Response:
    match fault.what:
        case What.CUT_BEFORE | What.CUT_AFTER | What.LATE:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case What.TOO_MANY:
            return _over_limit(desk.rates.refusal(retry_after=1), desk)
        case What.MALFORMED:
            return web.Response(text=HALF_JSON, content_type="application/json")
        case What.HTML:
            return web.Response(text=ERROR_PAGE.format("Service temporarily unavailable"), content_type="text/html")
        case _:
            status = int(fault.what)
            return web.Response(status=status, text=ERROR_PAGE.format(status), content_type="text/html")


def _over_limit(verdict: Verdict, desk: Desk) -> web.Response:
    """What the body says is unknown for 429; the 403 of 2016 had this text [code]."""
    legacy = desk.switches.legacy_rate_limit
    match desk.switches.rate_limit_body:
        case LimitBody.JSON:
            response = refused("rate limit exceeded", 403) if legacy else refused("too_many_requests", 429)
        case LimitBody.TEXT:
            response = web.Response(text="rate limit exceeded", status=403 if legacy else 429)
        case LimitBody.EMPTY:
            response = web.Response(status=403 if legacy else 429)
    if desk.switches.rate_headers:
        response.headers.update(verdict.headers())
    return response
