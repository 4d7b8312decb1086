"""Notices adapters that are saved while the bridge works, has each tried, and works with those that pass. One that does
not pass stays out, the one before it stays in, and the operator hears why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import structlog

from forum_bridge.config import Config
from forum_bridge.daemon.adapter_trials import Trial, remark, tried
from forum_bridge.daemon.alongside import alongside
from forum_bridge.forums.registry import Registry

EVERY = 2.0  # seconds; a file that is still being written is not the same at two looks

Marks = Mapping[str, tuple[int, int]]
Sleep = Callable[[float], Awaitable[None]]


class Works(Protocol):
    """What works with adapters."""

    remark: str | None

    @property
    def config(self) -> Config: ...
    @property
    def registry(self) -> Registry: ...
    async def take_over(self, config: Config, registry: Registry) -> list[str]: ...


class AdapterWatch:
    """Looks at the adapters folder now and then."""

    def __init__(self, daemon: Works, trial: Trial) -> None:
        self._daemon = daemon
        self._trial = trial
        self._known = self._marks()
        self._before = self._known
        self._said: str | None = None

    async def run(self, sleep: Sleep = asyncio.sleep) -> None:
        """Look until cancelled."""
        while True:
            await sleep(EVERY)
            try:
                await self.look()
            except Exception:  # noqa: BLE001 -- an adapter may be anybody's code, and the bridge goes on without it
                structlog.get_logger().exception("adapters_failed")

    async def look(self) -> None:
        """Take over what has changed and rests since the look before."""
        marks = await asyncio.to_thread(self._marks)
        rests, self._before = marks == self._before, marks
        if not rests or marks == self._known:
            return
        self._known = marks
        await self._changed()

    async def _changed(self) -> None:
        config, old = self._daemon.config, self._daemon.registry
        new, refused = await tried(config, old, self._trial)
        passed = [
            name for name in sorted({forum.adapter for forum in config.forums.values()}) if old.differs(new, name)
        ]
        if passed:
            await self._daemon.take_over(config, new)
            structlog.get_logger().info("adapters_taken_over", adapters=passed)
        self._remark(remark(refused))

    def _remark(self, said: str) -> None:
        """Say it in the status, and take back what was said before unless somebody else has spoken since."""
        if said or (self._said is not None and self._daemon.remark == self._said):
            self._daemon.remark = said or None
        self._said = said or None

    def _marks(self) -> Marks:
        """Return size and time of each adapter's file."""
        folder = Path(self._daemon.config.adapters_dir)
        marks: dict[str, tuple[int, int]] = {}
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.py")]):
            with suppress(OSError):  # gone between the two
                stat = path.stat()
                marks[path.name] = (stat.st_mtime_ns, stat.st_size)
        return marks


@asynccontextmanager
async def watching(daemon: Works, trial: Trial) -> AsyncIterator[None]:
    """Watch the adapters folder while the context is open."""
    async with alongside(AdapterWatch(daemon, trial).run(), "adapters"):
        yield
