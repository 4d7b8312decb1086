"""When customers write in a week: read from the script that is given to everyone, if it lies there."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

TRACE = Path(os.environ.get("FORUM_TRACE", Path(__file__).resolve().parents[3] / "shared" / "bench" / "trace.py"))
WHERE = f"{TRACE} is not here; set FORUM_TRACE to a script with a function week()"


@dataclass(frozen=True, slots=True)
class Event:
    """A customer writes: ``at`` in seconds since the week began, the others are numbers."""

    at: float
    forum: int
    thread: int
    author: int


def is_here() -> bool:
    """Whether the script can be read."""
    return TRACE.is_file()


def week(*, seed: int, threads: int, forums: int, days: int = 7) -> Iterator[Event]:
    """Yield what customers write, oldest first."""
    for event in _script().week(seed=seed, threads=threads, forums=forums, days=days):
        yield Event(event["t"], event["forum"], event["thread"], event["author"])


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("forum_trace", TRACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
