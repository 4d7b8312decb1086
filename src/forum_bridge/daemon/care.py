"""The quiet daily work on the ledger itself: what was kept long enough is emptied, and a copy is made where the
configuration asks for one. Holds nobody up."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from glob import escape
from pathlib import Path

import structlog

from forum_bridge.config import LedgerConfig
from forum_bridge.errors import BridgeError
from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.finish import to_the_end
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.retention import prune
from forum_bridge.model import Clock

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)  # after a failure
NAMED = "%Y%m%d-%H%M%S"


class Care:
    """Handler of ``care(desk)``. Returns when it is due again. A failure is told in the log and tried again."""

    def __init__(self, ledger: Ledger, config: LedgerConfig, clock: Clock) -> None:
        self._ledger = ledger
        self._config = config
        self._clock = clock
        self._pruned: datetime | None = None

    async def __call__(self, _: str) -> datetime:
        now = self._clock()
        log = structlog.get_logger()
        again = [now + EVERY]
        if self._pruned is None or now - self._pruned >= EVERY:
            try:
                emptied = await prune(self._ledger, now - self._config.keep_bodies)
            except BridgeError as error:
                log.warning("ledger_not_pruned", reason=str(error))
                again.append(now + AGAIN)
            else:
                self._pruned = now
                if emptied:
                    log.info("ledger_pruned", rows=emptied)
        else:
            again.append(self._pruned + EVERY)
        if self._config.backup is not None:
            try:
                again.append(await to_the_end(asyncio.to_thread(self._copied, now)))
            except (BridgeError, OSError, sqlite3.Error) as error:
                log.error("ledger_not_copied", folder=str(self._config.backup.folder), reason=str(error))
                again.append(now + AGAIN)
        return min(again)

    def _copied(self, now: datetime) -> datetime:
        """Make a copy if one is due, let the oldest go, and return when the next one is."""
        wanted = self._config.backup
        assert wanted is not None
        name = self._ledger.path
        made = sorted(wanted.folder.glob(f"{escape(name.stem)}-????????-??????{name.suffix}"))
        newest = _moment(made[-1], name.stem) if made else None
        if newest is not None and now < newest + wanted.every:
            return newest + wanted.every
        target = wanted.folder / f"{name.stem}-{now:{NAMED}}{name.suffix}"
        backup(name, target, checked=True)
        structlog.get_logger().info("ledger_copied", file=str(target))
        for old in [*made, target][: -wanted.keep]:
            old.unlink(missing_ok=True)
        return now + wanted.every


def _moment(copy: Path, stem: str) -> datetime | None:
    try:
        return datetime.strptime(copy.stem.removeprefix(f"{stem}-"), NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None
