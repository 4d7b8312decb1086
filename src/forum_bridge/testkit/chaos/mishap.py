"""The ledger is lost and an older copy of it put in its place, as people do: taken while the bridge worked or lay dead.
Knows nothing of what stands in a ledger but its epoch."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random

from forum_bridge.ledger.backup import backup
from forum_bridge.ledger.epoch import beside, parsed, put_back
from forum_bridge.ledger.moving_on import KEY
from forum_bridge.ledger.restore import BESIDE, restore

ONE_IN = 8  # runs, where the seed decides


class Mishap:
    """One run's mishap, if it has any. Its dice are its own: the rest of the run is the same with it and without."""

    def __init__(self, seed: int, ledger: Path, steps: int, happens: bool | None) -> None:
        self._ledger = ledger
        self._copy = ledger.with_name("copy.sqlite")
        self._dice = Random(f"mishap {seed}")  # noqa: S311 -- dice of a play, not a secret
        by_seed = self._dice.randrange(ONE_IN) == 0
        step = self._dice.randrange(3, steps)
        self._at = step if (by_seed if happens is None else happens) else None

    def due(self, step: int) -> bool:
        """Whether it is at this step that the ledger is lost."""
        return step == self._at

    def begin(self) -> None:
        """Take the first copy. A bridge that gets one from before it read a board takes what stands there for old
        (docs/operation.md, "What a restore cannot bring back")."""
        if self._at is not None:
            backup(self._ledger, self._copy)

    def perhaps_copy(self) -> None:
        """Copy the ledger as it stands, if the dice say so; no more once it was lost."""
        if self._at is not None and self._copy.exists() and self._dice.random() < 0.3:
            backup(self._ledger, self._copy)

    def happen(self, now: datetime) -> None:
        """Put the copy in the ledger's place, no bridge running: by the command, or as a plain file if it is old enough
        for that to be noticed (docs/operation.md, "Putting a copy back")."""
        self._at = None
        if not self._noticed() or self._dice.random() < 0.5:
            restore(self._copy, self._ledger, now)
            return
        for end in BESIDE:
            self._ledger.with_name(self._ledger.name + end).unlink(missing_ok=True)
        shutil.copyfile(self._copy, self._ledger)

    def _noticed(self) -> bool:
        with closing(sqlite3.connect(self._copy)) as db:
            (inside,) = db.execute("SELECT value FROM meta WHERE key=?", (KEY,)).fetchone()
        return put_back(parsed(inside), beside(self._ledger))
