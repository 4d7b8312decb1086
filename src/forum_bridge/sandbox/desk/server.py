"""Serves a simulated desk: its API, its files, its control API, and whatever else is hung beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import web

from forum_bridge.sandbox.desk.api import build_api
from forum_bridge.sandbox.desk.body import TOTAL_LIMIT
from forum_bridge.sandbox.desk.control import build_control
from forum_bridge.sandbox.desk.layers import error_layer, fault_layer
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.state import Desk

SHORTEST_NAP, LONGEST_NAP = 0.05, 60.0  # seconds; the clock may stand still, or jump
FAREWELL = 0.2  # seconds that open requests get when the server closes


class DeskServer:
    """``async with DeskServer(desk) as server: server.url``. Closing it leaves the desk as it is; close that too.

    ``extra`` gets the application before it starts, to add routes; ``/api/``, ``/_control/`` and ``/files/`` are taken.
    A handler whose client leaves is cancelled."""

    def __init__(
        self,
        desk: Desk,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        extra: Callable[[web.Application], None] | None = None,
    ) -> None:
        self.url = ""
        self._desk = desk
        self._host = host
        self._port = port
        self._extra = extra
        self._runner: web.AppRunner | None = None
        self._clockwork: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start to listen; ``port`` 0 takes any free one. ``OSError`` if the port is taken."""
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=FAREWELL
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.url = f"http://{self._host}:{self._runner.addresses[0][1]}"
        self._desk.base_url = self.url
        self._clockwork = asyncio.create_task(self._keep_time())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, webhooks on their way included; what still hangs is cancelled, so it takes no effect."""
        if self._clockwork is not None:
            self._clockwork.cancel()
            with suppress(asyncio.CancelledError):
                await self._clockwork
        if self._runner is not None:
            await self._runner.cleanup()
        await self._desk.close()

    async def _keep_time(self) -> None:
        """Carry out what becomes due while nobody asks for anything; a change may have put something on the agenda."""
        while True:
            self._desk.agenda.catch_up()
            left = self._desk.agenda.seconds_left(at_most=LONGEST_NAP)
            await self._desk.wait_past(self._desk.version, max(left, SHORTEST_NAP))

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=TOTAL_LIMIT)
        app.add_subapp("/api/", build_api(self._desk))
        app.add_subapp("/_control/", build_control(self._desk))
        app.add_subapp("/files/", self._files())
        if self._extra is not None:
            self._extra(app)
        return app

    def _files(self) -> web.Application:
        async def download(request: web.Request) -> web.Response:
            file = self._desk.file(int(request.match_info["file_id"]))
            if not file.data and file.url:  # only its address was recorded
                raise Refusal("file_not_found")
            # A stranger's file must never run as a page of this address.
            headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
            return web.Response(body=file.data, headers={**headers, "Content-Type": file.mime})

        app = web.Application(middlewares=[fault_layer(self._desk), error_layer])
        app.router.add_get(r"/{file_id:\d+}", download)
        return app
