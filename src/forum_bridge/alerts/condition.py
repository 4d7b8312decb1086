"""Something that needs a person, and what becomes of telling one: pure. A trouble is told once it has lasted its time,
again each day, and once more when it has been over for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from forum_bridge.config import About
from forum_bridge.ledger.alerts import AlertRow

DAY = timedelta(days=1)
CALM = timedelta(minutes=5)  # a trouble that comes back sooner was not over
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong: ``subject`` names it for people and for the ledger; it holds no secret and nobody's text."""

    about: About
    subject: str


class Say(StrEnum):
    """What a message says of a condition."""

    TROUBLE = "trouble"
    STILL = "still"
    OVER = "over"


def step(row: AlertRow | None, key: tuple[str, str, str], wait: timedelta | None, now: datetime) -> AlertRow | None:
    """Return how an alert stands, given that its condition holds (and is told after ``wait``) or not (None)."""
    if wait is not None:
        if row is None:
            return AlertRow(*key, since=now, due_at=now + wait)
        if row.over_at is not None:
            return replace(row, over_at=None, due_at=(row.told_at or now) + DAY, tries=0)
        return row
    if row is None or (row.told_at is None and row.sending_at is None):
        return None
    return row if row.over_at is not None else replace(row, over_at=now, due_at=now + CALM, tries=0)


def says(row: AlertRow) -> Say:
    """Return what is to be said next."""
    if row.over_at is not None:
        return Say.OVER
    return Say.STILL if row.told_at is not None else Say.TROUBLE


def told(row: AlertRow, now: datetime) -> AlertRow | None:
    """Return how it stands once that was said."""
    if row.over_at is not None:
        return None
    return replace(row, told_at=now, due_at=now + DAY, tries=0, sending_at=None)


def failed(row: AlertRow, now: datetime) -> AlertRow:
    """Return how it stands once saying it has failed."""
    pause = min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
    return replace(row, tries=row.tries + 1, due_at=now + pause)
