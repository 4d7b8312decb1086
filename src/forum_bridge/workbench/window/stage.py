"""What is tried and how it stands: follows the files that an adapter is made of and tries it again on the same page
whenever they change. While they cannot be used, the last view that was good stays. Shows nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from forum_bridge.config import Config
from forum_bridge.daemon.rehearsal import Rehearsal
from forum_bridge.errors import BridgeError
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Clock
from forum_bridge.sandbox.look.bell import Bell
from forum_bridge.sandbox.look.words import LANGUAGES
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.trying.attempt import Attempt, attempted, forum_for, rehearsed, zone_of
from forum_bridge.workbench.trying.wording import words
from forum_bridge.workbench.window.fault import Slip, lines_of, slips

EVERY = 0.4  # seconds between two looks at the files


class Loaded(Protocol):
    """What adapters there are, and the configuration if there is one that can be used."""

    @property
    def registry(self) -> Registry: ...
    @property
    def config(self) -> Config | None: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: the adapter ``name`` of the folder ``adapters`` on a page. ``load`` reads that folder and the
    configuration in the file ``config``."""

    name: str
    seen: Seen
    adapters: Path
    config: Path
    load: Callable[[], Loaded]

    @property
    def file(self) -> Path:
        """The preset's file."""
        return self.adapters / f"{self.name}.yaml"


@dataclass(frozen=True, slots=True)
class View:
    """One try that could be made: ``answers`` by language. ``at`` is when its file was saved, ``lines`` tells in which
    line of it a key stands (``posts.time``)."""

    attempt: Attempt
    zone: ZoneInfo
    lines: Mapping[str, int]
    rehearsal: Rehearsal | None = None
    answers: Mapping[str, str] | None = None
    at: datetime | None = None


class Stage:
    """The try as it stands now. ``version`` counts what came of each change, ``shown`` the good views among them;
    ``bell`` rings at each. ``faults`` say why the file cannot be used as it is."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self.subject = subject
        self.bell = Bell()
        self.version = 0
        self.shown = 0
        self.view: View | None = None
        self.faults: tuple[Slip, ...] = ()
        self._clock = clock
        self._marks: dict[str, tuple[int, int]] | None = None

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Try again if a file has changed since the look before."""
        marks = await asyncio.to_thread(self._read_marks)
        if marks == self._marks:
            return
        self._marks = marks
        registry = None
        try:
            loaded = await asyncio.to_thread(self.subject.load)
            registry = loaded.registry
            self.view, self.faults = await self._tried(registry, loaded.config), ()
            self.shown += 1
        except BridgeError as error:
            self.faults = await asyncio.to_thread(self._faults, error, registry)
        except Exception as error:  # noqa: BLE001 -- an adapter may be anybody's code, and is being written just now
            self.faults = (Slip(f"{type(error).__name__}: {error}"),)
        self.version += 1
        self.bell.ring()

    async def _tried(self, registry: Registry, config: Config | None) -> View:
        seen, entry = self.subject.seen, registry.usable(self.subject.name)
        forum = forum_for(entry, config, seen.url)
        attempt = await asyncio.to_thread(attempted, seen, entry, forum)
        zone, lines, at = zone_of(attempt, forum), lines_of(self.subject.file), self._saved_at()
        if attempt.thread is None:
            return View(attempt, zone, lines, at=at)
        samples = [words(lang)("answer.sample") for lang in LANGUAGES]
        found, answers = await rehearsed(attempt.thread, entry, registry, config, self._clock, samples)
        return View(attempt, zone, lines, found, dict(zip(LANGUAGES, answers, strict=False)), at)

    def _faults(self, error: BridgeError, registry: Registry | None) -> tuple[Slip, ...]:
        broken = registry is not None and self.subject.name in registry.names()
        if registry is not None and broken and (fault := registry.get(self.subject.name).fault) is not None:
            return slips(self.subject.file, fault, registry)
        return (Slip(str(error), error.explanation or ""),)

    def _saved_at(self) -> datetime | None:
        try:
            return datetime.fromtimestamp(self.subject.file.stat().st_mtime).astimezone()
        except OSError:
            return None  # an adapter that ships has no file here

    def _read_marks(self) -> dict[str, tuple[int, int]]:
        """Return time and size of each file that an adapter may be made of: presets may extend one another."""
        found: dict[str, tuple[int, int]] = {}
        for path in (*self.subject.adapters.glob("*.yaml"), *self.subject.adapters.glob("*.py"), self.subject.config):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone, or none
            found[str(path)] = (stat.st_mtime_ns, stat.st_size)
        return found
