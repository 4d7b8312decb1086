"""Who may look: nobody but a browser on this machine that was given the address. Holds the headers that say so; knows
no page."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
STRANGERS = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""The policy of the forum's page: nothing runs, loads, is sent or leads away."""

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_NAMES = frozenset(("127.0.0.1", "localhost"))


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let pass who calls this machine by its own name (a page elsewhere can have its name lead here) and comes from no
    other site's page. Who knows the address is told by the address."""
    if not _at_home(request):
        raise web.HTTPForbidden(text="Only this machine's own browser may look here.")
    return await handler(request)


async def forbid(_: web.Request, response: web.StreamResponse) -> None:
    """Set the headers of every answer that has no stricter ones."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def _at_home(request: web.Request) -> bool:
    name, origin = request.host.partition(":")[0], request.headers.get("Origin")
    own = origin is None or origin == f"http://{request.host}"
    return name in _NAMES and own and request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
