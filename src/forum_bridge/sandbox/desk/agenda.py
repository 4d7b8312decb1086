"""What shall happen on the desk at a later time: chats that end, replies sent later, the nightly clean-up. Knows no
such act, only when it is due; whoever serves the desk calls ``catch_up``."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from forum_bridge.model import Clock
from forum_bridge.sandbox.desk.ids import Ids
from forum_bridge.sandbox.desk.refusal import Refusal

Act = Callable[[], None]


class Agenda:
    """Acts by due time. ``pass_by`` moves the clock on by some seconds, where it can be moved."""

    def __init__(self, clock: Clock, pass_by: Callable[[float], None] | None = None) -> None:
        self._clock = clock
        self._pass_by = pass_by
        self._order = Ids(0, 1)
        self._acts: list[tuple[datetime, int, Act]] = []

    @property
    def movable(self) -> bool:
        """Whether ``advance`` works."""
        return self._pass_by is not None

    def at(self, due: datetime, act: Act) -> None:
        """Note an act for later; of two that are due together the earlier noted comes first."""
        heapq.heappush(self._acts, (due, self._order.draw(), act))

    def seconds_left(self, at_most: float) -> float:
        """Return how long it is until the next act is due, never longer than ``at_most``, never negative."""
        if not self._acts:
            return at_most
        return max(0.0, min(at_most, (self._acts[0][0] - self._clock()).total_seconds()))

    def catch_up(self) -> None:
        """Carry out everything that is due by now."""
        while self._acts and self._acts[0][0] <= self._clock():
            heapq.heappop(self._acts)[2]()

    def advance(self, seconds: float) -> None:
        """Move the clock on, stopping at each due time on the way. ``Refusal("clock_stands")`` if it cannot be moved,
        ``Refusal("wrong_seconds")`` for a step back or beyond the calendar."""
        if self._pass_by is None:
            raise Refusal("clock_stands")
        try:
            end = self._clock() + timedelta(seconds=seconds)
        except (OverflowError, ValueError):
            raise Refusal("wrong_seconds") from None
        if seconds < 0:
            raise Refusal("wrong_seconds")
        self.catch_up()
        while self._acts and self._acts[0][0] <= end:
            self._pass_by((self._acts[0][0] - self._clock()).total_seconds())
            self.catch_up()
        self._pass_by((end - self._clock()).total_seconds())
