"""What came of one check of the kit."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum

from forum_bridge.errors import BridgeError


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


async def outcome(promise: str, check: Awaitable[str | None], skipped_by: type[Exception]) -> Outcome:
    """Return what came of a check, which says what is wrong, None if the promise is kept; ``skipped_by`` is raised
    where it was never given."""
    try:
        wrong = await check
    except skipped_by as why:
        return Outcome(promise, Result.SKIPPED, str(why))
    except BridgeError as error:
        return Outcome(promise, Result.BROKEN, f"it raised {type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 -- an adapter may be anybody's code, and the other promises are still to be tried
        return Outcome(promise, Result.BROKEN, f"it failed with {type(error).__name__}: {error}")
    return Outcome(promise, Result.KEPT) if wrong is None else Outcome(promise, Result.BROKEN, wrong)
