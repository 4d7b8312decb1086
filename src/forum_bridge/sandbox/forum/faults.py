"""Faults to order: what the forum shall do wrong at the next requests that match. Knows no HTTP library; the forum's
outermost layer (``striking.py``) asks ``take`` and acts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from enum import StrEnum


class What(StrEnum):
    """The kinds of fault beside a plain HTTP status."""

    CUT_BEFORE = "cut_before"  # the connection ends and nothing was written
    CUT_AFTER = "cut_after"  # the connection ends after the write took effect
    HANG = "hang"  # no answer until released or until the client leaves
    LATE = "late"  # the connection ends at once, and the write takes effect once released
    HALF = "half"  # 200 and the first half of the page, as if it were all
    TRUNCATED = "truncated"  # the connection ends in the middle of the page
    EMPTY = "empty"  # 200 and nothing
    LOGIN = "login"  # 200 and the sign-in page in place of the page asked for
    CHALLENGE = "challenge"  # 403, what a wall against programs shows


@dataclass(slots=True)
class Fault:
    """One ordered fault, spent once ``hits`` has reached ``times`` (None: never). ``what`` is a kind or an HTTP status;
    ``takes_effect``: the request is carried out first, only its answer is spoilt. ``retry_after`` in seconds."""

    match: re.Pattern[str]
    what: What | int
    times: int | None = 1
    takes_effect: bool = False
    retry_after: int | None = None
    hits: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    late: list[asyncio.Task[None]] = field(default_factory=list, repr=False)


class Faults:
    """The faults that wait for a request."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def next(
        self,
        match: str,
        what: What | str | int,
        times: int | None = 1,
        *,
        takes_effect: bool = False,
        retry_after: int | None = None,
    ) -> Fault:
        """Order a fault for the next ``times`` requests (None: for all) in whose ``METHOD /path?query`` the pattern
        ``match`` is found. Earlier orders win. ValueError for nonsense."""
        try:
            pattern = re.compile(match)
        except re.error as error:
            raise ValueError(f"not a pattern: {match}") from error
        kind = what if isinstance(what, int) else What(what)
        if (times is not None and times < 1) or (isinstance(kind, int) and not 200 <= kind <= 599):
            raise ValueError("times must be at least 1, a status between 200 and 599")
        fault = Fault(pattern, kind, times, takes_effect or kind is What.CUT_AFTER, retry_after)
        self._ordered.append(fault)
        return fault

    def take(self, request_line: str) -> Fault | None:
        """Return the fault that hits this request, if any, and count it."""
        for fault in self._ordered:
            if (fault.times is None or fault.hits < fault.times) and fault.match.search(request_line):
                fault.hits += 1
                return fault
        return None

    def clear(self) -> None:
        """Forget all faults and let everything that hangs go on."""
        for fault in self._ordered:
            fault.released.set()
        self._ordered.clear()

    def as_json(self) -> list[dict[str, object]]:
        """Return the ordered faults, used up or not."""
        return [
            {
                "match": fault.match.pattern,
                "what": fault.what,
                "times": fault.times,
                "hits": fault.hits,
                "takes_effect": fault.takes_effect,
            }
            for fault in self._ordered
        ]
