"""Faults to order: what the API shall do wrong at the next request that matches. Knows no HTTP library; the API's
outermost layer asks ``take`` and acts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from forum_bridge.sandbox.desk.refusal import Refusal


class What(StrEnum):
    """The kinds of fault."""

    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    CONFLICT = "409"
    UNPROCESSABLE = "422"
    TOO_MANY = "429"
    HANG = "hang"  # no answer until released or until the client leaves
    LATE = "late"  # the connection ends at once, and the write takes effect once released
    CUT_BEFORE = "cut_before"  # the connection ends and nothing was written
    CUT_AFTER = "cut_after"  # the connection ends after the write took effect
    MALFORMED = "malformed"  # 200 and half a JSON object
    HTML = "html"  # 200 and an error page


@dataclass(slots=True)
class Fault:
    """One ordered fault, spent once ``hits`` has reached ``times``. ``takes_effect``: the request is carried out first,
    only its answer is spoilt."""

    match: re.Pattern[str]
    what: What
    times: int
    takes_effect: bool
    hits: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    late: list[asyncio.Task[None]] = field(default_factory=list, repr=False)

    def release(self) -> None:
        """Let the requests that hang on this fault go on to their ordinary answer."""
        self.released.set()


class Faults:
    """The faults that wait for a request."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._ordered: list[Fault] = []

    def next(self, match: str, what: What | str, times: int = 1, *, takes_effect: bool = False) -> Fault:
        """Order a fault for the next ``times`` requests in whose ``METHOD /path?query`` the pattern ``match`` is found,
        e.g. ``r"POST /api/cases\\.json"``. Earlier orders win. ``Refusal("wrong_fault")`` for nonsense."""
        try:
            pattern, kind = re.compile(match), What(what)
        except (re.error, ValueError):
            raise Refusal("wrong_fault") from None
        if times < 1:
            raise Refusal("wrong_fault")
        fault = Fault(pattern, kind, times, takes_effect or kind is What.CUT_AFTER)
        self._ordered.append(fault)
        return fault

    def take(self, request_line: str) -> Fault | None:
        """Return the fault that hits this request, if any, and count it."""
        for fault in self._ordered:
            if fault.hits < fault.times and fault.match.search(request_line):
                fault.hits += 1
                self._changed()
                return fault
        return None

    def clear(self) -> None:
        """Forget all faults and let everything that hangs go on."""
        for fault in self._ordered:
            fault.release()
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
