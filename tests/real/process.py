"""The bridge as a process of its own, as an operator runs it; it can be killed like one."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

PATIENCE = 120.0  # seconds; a lost write is looked up after 30
PAUSE = 0.1


class BridgeProcess:
    """``forum-bridge run`` with a configuration file; what it says goes to ``log``."""

    def __init__(self, config: Path, port: int) -> None:
        self.log = config.with_suffix(".log")
        self._config = config
        self._ready = f"http://127.0.0.1:{port}/readyz"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it says that it is ready: webhooks that come earlier find a closed door."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "forum_bridge", "run", "--config", str(self._config), stdout=log, stderr=log
            )
        await until(self._is_ready, "the bridge to be ready", self.log)

    async def _is_ready(self) -> bool:
        try:
            async with aiohttp.ClientSession() as http, http.get(self._ready) as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end and return its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(how)
        status = await asyncio.wait_for(self._process.wait(), PATIENCE)
        self._process = None
        return status


async def until(true: Callable[[], Awaitable[bool]], what: str, log: Path) -> None:
    """Wait for something that another process brings about; ``what`` and its log are told if it never comes."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await true():  # noqa: ASYNC110 -- another process tells no event of ours
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}\n{log.read_text()[-6000:]}") from None
