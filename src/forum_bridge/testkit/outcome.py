"""What came of one check of the kit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """A promise is kept or broken, or the adapter never gave it."""

    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One promise, by its name; ``told`` says what was seen instead, or why it was skipped."""

    promise: str
    result: Result
    told: str = ""
