"""A request that is carried out after its client was sent away: so a write takes effect late. Knows no forum and no
desk."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from forum_bridge.errors import BridgeError


def carried_out(request: web.Request, handler: Handler, released: asyncio.Event) -> asyncio.Task[None]:
    """Return the task that carries a request out, whose body was read before, once ``released`` is set. Nobody hears
    what came of it."""

    async def carry_out() -> None:
        await released.wait()
        try:
            await handler(request)
        except (web.HTTPException, BridgeError):
            return  # an answer, too

    return asyncio.create_task(carry_out(), name="late request")
