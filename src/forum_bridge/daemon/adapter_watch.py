"""Notices adapters that are saved while the bridge works, has each tried elsewhere, and works with those that pass. One
that does not pass stays out, the one before it stays in, and the operator hears why. Knows not how a trial goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import structlog

from forum_bridge.config import Config
from forum_bridge.forums.registry import Registry

EVERY = 2.0  # seconds; a file that is still being written is not the same at two looks

Marks = Mapping[str, tuple[int, int]]
Trial = Callable[[str], Awaitable[str | None]]
"""Tries the adapter of this name as it stands in its file; returns why it may not work, None if it may."""

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
        changed = {name for name in marks.keys() | self._known.keys() if marks.get(name) != self._known.get(name)}
        self._known = marks
        await self._changed(frozenset(changed))

    async def _changed(self, files: frozenset[str]) -> None:
        """Nothing of a file in Python is run in this process before its trial is over."""
        log = structlog.get_logger()
        config, old = self._daemon.config, self._daemon.registry
        used = {forum.adapter for forum in config.forums.values()}
        refused: dict[str, str] = {}
        for name in sorted(used & _concerned(files, old)):
            if (why := await self._trial(name)) is not None:
                refused[name] = why
                log.error("adapter_refused", adapter=name, why=why, now="the one before it stays in use")
        untried = {Path(file).stem for file in files if file.endswith(".py")} - used
        found = await asyncio.to_thread(Registry.load, config.adapters_dir, without=untried | refused.keys())
        new = found.keeping(old, untried | refused.keys())
        passed = [name for name in sorted(used) if old.differs(new, name)]
        if passed:
            await self._daemon.take_over(config, new)
            log.info("adapters_taken_over", adapters=passed)
        self._remark("; ".join(f"the changed adapter {name} was refused: {why}" for name, why in refused.items()))

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


def _concerned(files: frozenset[str], known: Registry) -> set[str]:
    """Return the adapters that changed files may have changed: presets may extend one another."""
    presets = {entry.name for entry in known if entry.container is not None}
    named = {Path(file).stem for file in files}
    return named | (presets if any(file.endswith(".yaml") for file in files) else set())


@asynccontextmanager
async def watching(daemon: Works, trial: Trial) -> AsyncIterator[None]:
    """Watch the adapters folder while the context is open."""
    task = asyncio.create_task(AdapterWatch(daemon, trial).run(), name="adapters")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
