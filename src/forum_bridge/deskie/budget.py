"""The request budget of one Deskie account: who may call now, and how long the others wait. Never sleeps, never calls.

Deskie counts units in a fixed minute: a GET costs one, a write two. Other programs use the same account, so the bridge
takes at most its share of the ceiling, and never what the account no longer has. Within the share each priority may
only draw while the minute's total stays under its mark, so that an answer finds units when new cases have used up
theirs:

| priority | draws while our total stays within | for a ceiling of 20, share 0.7 |
|---|---|---|
| ANSWER | 100 % | 14 |
| MESSAGE | 80 % | 11 |
| NEW_CASE | 60 % | 8 |
| BACKGROUND | 40 % | 5 |

Every mark is at least one write, so below an allowance of ten units nothing can be kept for answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from forum_bridge.deskie.quota import Quota
from forum_bridge.deskie.trouble import RequestsSpent
from forum_bridge.model import Clock

MINUTE = timedelta(minutes=1)
ASSUMED_CEILING = 20  # the least that any plan grants
READ = 1
WRITE = 2


class Priority(Enum):
    """What a call is for; the value is the part of our allowance that the minute's total may reach, in percent."""

    ANSWER = 100  # agents' answers, notes, and what they need to know
    MESSAGE = 80  # a post that joins a case
    NEW_CASE = 60
    BACKGROUND = 40  # lists, reconciling


@dataclass(frozen=True, slots=True)
class Window:
    """A minute of ours: since when, units granted in it, and the account's units still left (None: nobody said)."""

    opened: datetime
    used: int = 0
    left: int | None = None


def mark(allowance: int, priority: Priority) -> int:
    """Return up to which total a priority may draw; never under one write, else it would wait for ever."""
    return max(WRITE, allowance * priority.value // 100)


def fits(window: Window, allowance: int, cost: int, priority: Priority) -> bool:
    """Decide whether ``cost`` units may be drawn from the window by this priority.

    The units kept from it are kept twice: out of our own allowance, and out of what the whole account has left.
    """
    reserve = allowance - mark(allowance, priority)
    if window.left is not None and window.left - cost < reserve:
        return False
    return window.used + cost <= allowance - reserve


class Budget:
    """One per account, shared by everything that calls it. ``share`` is our part (0 … 1] of the ceiling; at least one
    write a minute is always ours."""

    def __init__(self, clock: Clock, share: float = 0.7, ceiling: int = ASSUMED_CEILING) -> None:
        self._clock = clock
        self._share = share
        self._ceiling = ceiling
        self._window = Window(clock())
        self._closed_until: datetime | None = None
        self._closed_for = timedelta()

    @property
    def ceiling(self) -> int:
        """Units a minute of the whole account, as last told by Deskie, else as assumed."""
        return self._ceiling

    @property
    def allowance(self) -> int:
        """Units a minute that the bridge may draw."""
        return max(WRITE, int(self._ceiling * self._share + 1e-9))

    def take(self, cost: int, priority: Priority) -> None:
        """Draw ``cost`` units (READ or WRITE) for a call about to be made; raises RequestsSpent with the wait, and then
        draws none."""
        self.check(cost, priority)
        window = self._window
        left = None if window.left is None else window.left - cost
        self._window = Window(window.opened, window.used + cost, left)

    def check(self, cost: int, priority: Priority) -> None:
        """Raise RequestsSpent with the wait unless ``cost`` units could be drawn now; draws none."""
        now = self._clock()
        if self._closed_until is not None:
            self._closed_until = min(self._closed_until, now + self._closed_for)  # the clock may have been set back
            if now < self._closed_until:
                raise RequestsSpent(after=self._closed_until - now)
            self._closed_until, self._window = None, Window(now)
        if self._window.used == 0 or not self._window.opened <= now < self._window.opened + MINUTE:
            self._window = Window(now)
        window = self._window
        if not fits(window, self.allowance, cost, priority):
            raise RequestsSpent(after=window.opened + MINUTE - now)

    def learn(self, quota: Quota) -> None:
        """Take in what an answer told. The lower count of units left holds, since calls under way are not yet in
        Deskie's; but a jump beyond all that we can have under way means that its minute began anew."""
        self._ceiling = quota.ceiling or self._ceiling
        if quota.left is not None:
            window, left = self._window, quota.left
            if window.left is not None and left - window.left <= window.used:
                left = min(window.left, left)
            self._window = Window(window.opened, window.used, left)

    def refused(self, quota: Quota) -> timedelta:
        """Deskie refused a call for its limit: close the budget until it resets and return that wait. Where Deskie
        does not tell it is a whole minute, since nobody knows when its own began."""
        self._ceiling = quota.ceiling or self._ceiling
        wait = quota.retry_after or MINUTE
        self._closed_until, self._closed_for = self._clock() + wait, wait
        return wait
