"""A counter that stands in the ledger and in a small file beside it, and moves on in both. Where the file is ahead, the
ledger is a copy that was put back. Knows neither SQL nor what follows from that."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

COPIED = 60.0  # seconds after it was written; what changes the file later is not us


@dataclass(frozen=True, slots=True)
class Epoch:
    """Where a ledger stands: the ``line`` of its life that no two ledgers share, and how often it moved on."""

    line: str
    count: int

    @classmethod
    def first(cls) -> Epoch:
        """Return the beginning of a line of its own."""
        return cls(uuid4().hex, 0)

    @property
    def next(self) -> Epoch:
        """The epoch after this one."""
        return replace(self, count=self.count + 1)

    def __str__(self) -> str:
        return json.dumps({"line": self.line, "count": self.count})


def epoch_path(ledger: Path) -> Path:
    """Return where the epoch of a ledger lies."""
    return ledger.with_name(f"{ledger.name}.epoch")


def parsed(text: str) -> Epoch | None:
    """Return the epoch that a text tells, None if it tells none."""
    try:
        said = json.loads(text)
        return Epoch(str(said["line"]), int(said["count"]))
    except (ValueError, TypeError, KeyError):
        return None


def beside(ledger: Path) -> Epoch | None:
    """Return the epoch that the file says, None if there is no file.

    One that cannot be read is of no ledger's life. So is one that is itself a copy: a whole folder that was put back
    agrees with itself, but no copy can have the moment at which the file last changed its place or owner (ctime).
    """
    path = epoch_path(ledger)
    try:
        text, changed_at = path.read_text(encoding="ascii", errors="replace"), path.stat().st_ctime
    except FileNotFoundError:
        return None
    found = parsed(text)
    return found if found is not None and changed_at - json.loads(text).get("written", 0.0) < COPIED else Epoch("", 0)


def put_back(inside: Epoch | None, outside: Epoch | None) -> bool:
    """Whether a ledger that says ``inside`` lies beside a file of another life, or of a later moment of its own.

    The ledger moves on first, so one that is ahead of its file was only interrupted in between. Without either it is
    new, or from before there were epochs.
    """
    if inside is None or outside is None:
        return inside is not outside
    return inside.line != outside.line or outside.count > inside.count


def give_to_owner(file: Path, ledger: Path) -> None:
    """What root makes beside the ledger of a service is that service's, or it could not start any more."""
    if os.geteuid() == 0:
        owner = (ledger if ledger.exists() else ledger.parent).stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def write(ledger: Path, epoch: Epoch) -> None:
    """Write the file, whole or not at all, for its owner only. Raises OSError. Blocks."""
    path = epoch_path(ledger)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        json.dump({"line": epoch.line, "count": epoch.count, "written": time.time()}, file)
        file.flush()
        os.fsync(file.fileno())
    give_to_owner(partial, ledger)
    partial.replace(path)
