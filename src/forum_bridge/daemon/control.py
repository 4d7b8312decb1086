"""The running bridge's control socket: commands that change the ledger come in here, since it is the bridge's own. Who
may open the file may command; nothing of it can be reached over a network."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import aiohttp
import structlog
from aiohttp import web

from forum_bridge.errors import BridgeError
from forum_bridge.ledger.operator import Act

LONGEST_PATH = 107  # bytes; what Linux takes for a socket's address (unix(7))
SERVICE = Path("/run/forum-bridge/control.sock")
SECONDS = 30.0

Operate = Callable[[Act, str, bool], Awaitable[str]]


def socket_path(ledger: Path, environ: Mapping[str, str]) -> Path:
    """Return where a bridge listens: in the directory that the service manager made for it, else beside its ledger."""
    runtime = environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(runtime) / "control.sock" if runtime else ledger.with_name(f"{ledger.name}.sock")


class Control:
    """Listens while the context is open. A bridge that cannot listen works all the same, and says so in the log."""

    def __init__(self, path: Path, ledger: Path, operate: Operate) -> None:
        self._path = path
        self._ledger = ledger
        self._operate = operate
        app = web.Application()
        app.router.add_post("/act", self._act)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            if len(os.fsencode(self._path)) > LONGEST_PATH:
                raise OSError(f"the path is longer than {LONGEST_PATH} bytes")
            self._path.unlink(missing_ok=True)  # the ledger's lock is ours: whoever left it is gone
            before = os.umask(0o177)
            try:
                await web.UnixSite(self._runner, str(self._path)).start()
            finally:
                os.umask(before)
        except OSError as error:
            structlog.get_logger().warning("control_socket_closed", path=str(self._path), reason=str(error))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    async def _act(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("ledger") != _identity(self._ledger):
            return web.json_response({"other": str(self._ledger)}, status=421)
        try:
            said = await self._operate(Act(asked["act"]), str(asked["item"]), asked.get("anyway") is True)
        except BridgeError as error:
            return web.json_response({"error": str(error), "explanation": error.explanation}, status=409)
        return web.json_response({"said": said})


async def ask(ledger: Path, environ: Mapping[str, str], act: Act, item: str, *, anyway: bool) -> str | None:
    """Ask the bridge that runs on this ledger to carry a decision out; None if none can be reached. Raises BridgeError
    as that bridge does."""
    body = {"ledger": _identity(ledger), "act": act.value, "item": item, "anyway": anyway}
    for path in dict.fromkeys((socket_path(ledger, environ), socket_path(ledger, {}), SERVICE)):
        try:
            async with (
                aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as http,
                http.post("http://bridge/act", json=body, timeout=aiohttp.ClientTimeout(total=SECONDS)) as answer,
            ):
                told = json.loads(await answer.text())
        except (aiohttp.ClientConnectorError, FileNotFoundError):
            continue
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise BridgeError(
                f"The running bridge gave no answer ({type(error).__name__}).",
                explanation="`forum-bridge status` shows whether it was done.",
            ) from error
        if answer.status == 421:
            continue
        if "error" in told:
            raise BridgeError(told["error"], explanation=told["explanation"])
        return str(told["said"])
    return None


def _identity(ledger: Path) -> str:
    return os.path.abspath(ledger)  # noqa: PTH100 -- as text: what it leads to need not be readable for who asks
