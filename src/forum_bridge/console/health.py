"""``/healthz`` says that the process lives; ``/readyz`` says whether it can do its work, and if not, why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else what is wrong in one line without secrets."""


def add_routes(app: web.Application, checks: Mapping[str, Check]) -> None:
    """Add both routes. ``/readyz`` answers 200 when every check is well, else 503; its JSON names each check."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        results = {name: await check() for name, check in checks.items()}
        troubles = {name: trouble for name, trouble in results.items() if trouble is not None}
        body = {"status": "not ready" if troubles else "ready", "checks": {n: t or "ok" for n, t in results.items()}}
        return web.json_response(body, status=503 if troubles else 200)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
