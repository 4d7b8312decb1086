"""The account's request limit: a fixed minute window; a read costs one unit, a write two [doc: KB 240, 332]."""

from __future__ import annotations

from dataclasses import dataclass

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.switches import Switches

WINDOW = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may go on; ``left`` units in this window, ``retry_after`` whole seconds until the next one."""

    allowed: bool
    limit: int
    left: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """Return the headers as Deskie names them; ``retry_after`` only where the limit was exceeded."""
        headers = {"rate_limit_per_minute": str(self.limit), "api_calls_left": str(self.left)}
        return headers if self.allowed else {**headers, "retry_after": str(self.retry_after)}


class Rates:
    """Counts the units of the running minute (minutes of the clock, so a window never depends on the first call)."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._window = -1
        self._spent = 0

    def spend(self, method: str) -> Verdict:
        """Charge one call of this HTTP method and say whether it may go on."""
        now = int(self._clock().timestamp())
        if now // WINDOW != self._window:
            self._window, self._spent = now // WINDOW, 0
        limit = self._switches.rate_limit_per_minute
        cost = 1 if method in {"GET", "HEAD"} else 2
        allowed = self._spent + cost <= limit
        if allowed or self._switches.rejected_calls_cost:
            self._spent = min(limit, self._spent + cost)
        return Verdict(allowed, limit, limit - self._spent, WINDOW - now % WINDOW)

    def refusal(self, retry_after: int) -> Verdict:
        """Return the verdict for a call that is turned away by order; nothing is charged."""
        return Verdict(False, self._switches.rate_limit_per_minute, 0, retry_after)
