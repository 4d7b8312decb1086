"""What to do after a failure, as a pure decision that workers only obey: (error, attempts, clock) → verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from forum_bridge.errors import (
    Blocked,
    BridgeError,
    Gone,
    Held,
    NotAnAnswer,
    NotPosted,
    Retry,
    SignInNeeded,
    Unclear,
    WatchTrouble,
)
from forum_bridge.ledger.states import State

WRITE_TIMEOUT = timedelta(seconds=30)  # a lost write has taken effect by then, or never will
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
BLOCKED_PAUSE = timedelta(minutes=15)
TRIES_OF_A_FAULT = 5
HEAD_BLOCKS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing was written: try again at this moment."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """Something may have been written: look at this moment, before anything is tried again."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A person has to decide."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Do not try again until a person says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """It does not concern the other side."""

    reason: str


Verdict = Again | Look | Hold | Dead | Leave


def decide(error: Exception, attempts: int, now: datetime, jitter: float) -> Verdict:
    """Return what to do with an item whose ``attempts``-th try (from 1) ended in ``error``.

    ``jitter`` in [0, 1) spreads items that failed together: it stretches a pause by up to a quarter. An error that
    nobody foresaw counts as "nothing was written": ``writing`` and ``recording`` stand around what may have been.
    """
    reason = describe(error)
    match error:
        case Unclear():
            return Look(now + WRITE_TIMEOUT, reason)
        case NotPosted() | Gone():
            return Dead(reason)
        case NotAnAnswer():
            return Leave(reason)
        case Held():
            return Hold(reason)
        case Retry() | SignInNeeded() | WatchTrouble():
            return Again(now + _pause(error, attempts, jitter), reason)
        case _ if attempts >= TRIES_OF_A_FAULT:
            return Hold(f"unexpected: {reason}")
        case _:
            return Again(now + backoff(attempts, jitter), f"unexpected: {reason}")


def _pause(error: Exception, attempts: int, jitter: float) -> timedelta:
    match error:
        case Retry(after=timedelta() as asked):
            return max(asked, FIRST_PAUSE) * (1 + jitter / 4)
        case Blocked():
            return BLOCKED_PAUSE * (1 + jitter / 4)
        case _:
            return backoff(attempts, jitter)


def check_seen(state: State) -> None:
    """Raise Unclear for a row that still says ``sending`` when its turn comes: nobody is at it, and nobody saw the end.

    Its process died, its shift was ended, or the ledger refused what came of it. ``sending_at`` does not tell when the
    request went out, for forms are read, files sent and turns waited for after that: it may have been just now."""
    if state is State.SENDING:
        raise Unclear("The bridge was interrupted while it wrote, and did not see what came of it")


@contextmanager
def writing() -> Iterator[None]:
    """Around a remote write: a failure that nobody foresaw may have come after it took effect."""
    try:
        yield
    except BridgeError:
        raise
    except Exception as error:
        raise Unclear(f"The write ended in {type(error).__name__}") from error


@contextmanager
def recording() -> Iterator[None]:
    """Around what follows a write that took effect: whatever fails here must lead to a look, never to a second
    write."""
    try:
        yield
    except Exception as error:
        raise Unclear("It was written, but writing that down failed") from error


def backoff(attempts: int, jitter: float) -> timedelta:
    """Return the pause after the ``attempts``-th failure: 2 s, doubled each time, at most 15 minutes, plus jitter."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 20)
    return min(doubled, LONGEST_PAUSE) * (1 + jitter / 4)


def after_lost(times: int) -> timedelta:
    """Return the pause before what surely was not written goes once more, its write lost so many times: none at first,
    then growing to 15 minutes, since each round costs looks on the other side as well."""
    doubled: timedelta = WRITE_TIMEOUT * (2 ** min(max(times, 1) - 1, 5) - 1)
    return min(doubled, LONGEST_PAUSE)


def describe(error: Exception) -> str:
    """Return an error as one line for the ledger and the operator; only our own errors are known to hold no secret."""
    if isinstance(error, BridgeError):
        return " ".join(f"{error} {error.explanation}".split())
    return type(error).__name__
