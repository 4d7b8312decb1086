"""The forum's outermost layer: lets an ordered fault strike the request it was meant for. Decides nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from forum_bridge.sandbox.forum.faults import Fault, Faults, What
from forum_bridge.sandbox.late import carried_out

_CHALLENGE = """<!doctype html><html lang="en"><head><title>Just a moment...</title></head>
<body><div id="challenge-error-text">Enable JavaScript and cookies to continue</div></body></html>"""
_SPARED = ("/_control/", "/static/")


def _html(text: str, status: int = 200, **headers: str) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _cut(request: web.Request) -> web.Response:
    """End the client's connection; the response is never read."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _spoilt(request: web.Request, response: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    """Return the page that comes out when ``fault`` strikes one that was made."""
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    if isinstance(fault.what, int):
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return _html(f"<!doctype html><title>{fault.what}</title><h1>{fault.what}</h1>", fault.what, **headers)
    match fault.what:
        case What.CHALLENGE:
            return _html(_CHALLENGE, 403, **{"cf-mitigated": "challenge", "Server": "cloudflare"})
        case What.EMPTY:
            return _html("")
        case What.HALF:
            return _html(body[: len(body) // 2].decode(errors="ignore"))
        case What.TRUNCATED:
            stream = web.StreamResponse(headers={"Content-Type": "text/html; charset=utf-8"})
            stream.content_length = len(body)
            await stream.prepare(request)
            await stream.write(body[: len(body) // 2])
        case What.HANG:
            await fault.released.wait()
    return _cut(request)


def striking(faults: Faults, login: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Middleware:
    """Return the middleware; ``login`` is the sign-in page. ``/_control/`` and ``/static/`` are never struck."""

    @web.middleware
    async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
        spared = request.path.startswith(_SPARED)
        fault = None if spared else faults.take(f"{request.method} {request.path_qs}")
        if fault is None:
            return await handler(request)
        if fault.what is What.LOGIN and not fault.takes_effect:
            return await login(request)
        if fault.what is What.LATE:
            await request.post()
            fault.late.append(carried_out(request, handler, fault.released))
        response: web.StreamResponse = web.Response()
        if fault.takes_effect or fault.what in {What.HALF, What.TRUNCATED}:
            try:
                response = await handler(request)
            except web.HTTPException as answer:
                response = answer
        if fault.what is What.LOGIN:
            return await login(request)
        return await _spoilt(request, response, fault)

    return strike
