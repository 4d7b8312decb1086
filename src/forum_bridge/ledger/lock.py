"""One process owns a ledger at a time: a lock beside the file, freed by the kernel however its holder ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forum_bridge.errors import LedgerInUse


def lock_path(ledger: Path) -> Path:
    """Return where the lock of a ledger lies."""
    return ledger.with_name(f"{ledger.name}.lock")


@contextmanager
def held(ledger: Path) -> Iterator[None]:
    """Hold the ledger for this process; ``LedgerInUse`` names the process that has it already.

    The file stays when the lock is freed: taking it away would let two processes lock two files of one name. It is
    never emptied before the lock is ours, or a refused process would erase the holder's number.
    """
    descriptor = os.open(lock_path(ledger), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(ledger, descriptor) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _in_use(ledger: Path, descriptor: int) -> LedgerInUse:
    pid = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    holder = f"process {pid}" if pid.isdigit() else "another process"
    return LedgerInUse(
        f"The ledger {ledger} is in use by {holder}.",
        explanation="Only one forum-bridge may write to a ledger. Stop the other one first (`systemctl stop"
        " forum-bridge` if it is the service), or give this one its own ledger.url. `forum-bridge status` reads"
        " beside a running one.",
    )
