"""Keeps pages that could not be read, for whoever mends the adapter: a few, for a while, for the owner's eyes only.
Whatever goes wrong with it never stops a poll."""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from forum_bridge.errors import Evidence
from forum_bridge.model import Clock
from forum_bridge.web.scrub import scrubbed

FOLDER = "quarantine"
KEEP = timedelta(days=14)
LARGEST = 4_000_000  # bytes of one page
EACH = 5  # pages of one watch
MOST = 100  # pages
TOTAL = 64_000_000  # bytes of all


class Quarantine:
    """The folder beside a ledger. ``keep`` is how long a page lies there; nothing is kept where that is no time."""

    def __init__(self, ledger: Path, keep: timedelta, clock: Clock) -> None:
        self.folder = ledger.parent / FOLDER
        self._keep = keep
        self._clock = clock

    async def keep(self, forum: str, watch_id: int, evidence: Evidence) -> str | None:
        """Keep a page without its secrets and return its name in the folder; None where it could not be kept. One that
        is there already is not kept twice."""
        if self._keep <= timedelta(0):
            return None
        try:
            return await asyncio.to_thread(self._write, forum, watch_id, evidence)
        except (OSError, ValueError) as error:
            structlog.get_logger().warning("page_not_kept", forum=forum, watch=watch_id, reason=type(error).__name__)
            return None

    async def tidy(self) -> None:
        """Delete what is old or too much."""
        try:
            await asyncio.to_thread(self._tidy)
        except OSError as error:
            structlog.get_logger().warning("quarantine_not_tidied", reason=error.strerror or type(error).__name__)

    def _write(self, forum: str, watch_id: int, evidence: Evidence) -> str:
        text = scrubbed(evidence.text)
        document = text.lstrip()[:1] in {"{", "["}
        mark = b"" if document else codecs.BOM_UTF8  # whatever charset the page itself names
        content = (mark + text.encode("utf-8", "replace"))[:LARGEST]
        place = self.folder / forum
        for folder in (self.folder, place):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.is_symlink():
                raise NotADirectoryError(f"{folder} is a link")
            folder.chmod(0o700)
        before = sorted(place.glob(f"{watch_id}-*"))
        if before and before[-1].read_bytes() == content:
            return f"{forum}/{before[-1].name}"
        end = "json" if document else "html"
        name = f"{watch_id}-{self._clock().astimezone(UTC):%Y%m%dT%H%M%S%fZ}.{end}"
        file = os.open(place / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "wb") as target:
            os.fchmod(target.fileno(), 0o600)
            target.write(content)
        for old in [*before, place / name][:-EACH]:
            old.unlink(missing_ok=True)
        self._tidy()
        return f"{forum}/{name}"

    def _tidy(self) -> None:
        files = sorted(self._files(), key=lambda each: each[0], reverse=True)  # newest first
        oldest, size = self._clock() - self._keep, 0
        for place, (kept_at, path, length) in enumerate(files):
            size += length
            if place >= MOST or size > TOTAL or kept_at < oldest:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterable[tuple[datetime, Path, int]]:
        for path in (page for place in _own(self.folder, self.folder.glob("*")) for page in place.glob("*-*.*")):
            try:
                kept_at = datetime.strptime(path.stem.rpartition("-")[2], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
            except ValueError:
                continue  # not ours
            yield kept_at, path, path.lstat().st_size


def empty(ledger: Path, forum: str) -> None:
    """Delete every page of a forum, for they may hold the words of somebody who is to be forgotten. Raises OSError."""
    folder = ledger.parent / FOLDER
    for page in (page for place in _own(folder, [folder / forum]) for page in place.glob("*")):
        page.unlink(missing_ok=True)


def _own(folder: Path, places: Iterable[Path]) -> Iterable[Path]:
    """Return those of its folders that are ours: nothing behind a link is."""
    return () if folder.is_symlink() else (place for place in places if not place.is_symlink())
