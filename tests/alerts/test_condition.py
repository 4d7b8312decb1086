"""When an alert is told: a machine that is driven at random, for it is easy to tell too often or never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from forum_bridge.alerts.condition import CALM, DAY, LONGEST_PAUSE, Say, failed, says, step, told
from forum_bridge.ledger.alerts import AlertRow

KEY = ("c", "desk", "Deskie")
WAIT = timedelta(minutes=10)


class Telling(RuleBasedStateMachine):
    """A trouble that comes and goes, looked at now and then, told by a channel that sometimes fails."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
        self.row: AlertRow | None = None
        self.wrong = False
        self.seen_wrong: datetime | None = None
        self.said: list[tuple[datetime, Say]] = []

    @rule(minutes=st.integers(1, 3000))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def it_changes(self) -> None:
        self.wrong = not self.wrong

    @rule(works=st.booleans())
    def look(self, works: bool) -> None:
        if self.wrong and self.seen_wrong is None:
            self.seen_wrong = self.now
        self.row = step(self.row, KEY, WAIT if self.wrong else None, self.now)
        if not self.wrong and (self.row is None or self.row.told_at is None):
            self.seen_wrong = None
        if self.row is None or self.row.due_at is None or self.row.due_at > self.now:
            return
        what = says(self.row)
        if not works:
            self.row = failed(self.row, self.now)
            assert self.row.due_at is not None
            assert self.row.due_at - self.now <= LONGEST_PAUSE
            return
        last = self.said[-1] if self.said else None
        match what:
            case Say.TROUBLE:
                assert last is None or last[1] is Say.OVER, "told twice"
                assert self.seen_wrong is not None
                assert self.now - self.seen_wrong >= WAIT, "told too soon"
            case Say.STILL:
                assert last is not None
                assert last[1] is not Say.OVER
                assert self.now - last[0] >= DAY, "reminders come once a day"
            case Say.OVER:
                assert last is not None, "over, though nobody heard of it"
                assert last[1] is not Say.OVER
                assert not self.wrong
                assert self.row.over_at is not None
                assert self.now - self.row.over_at >= CALM
                self.seen_wrong = None
        self.said.append((self.now, what))
        self.row = told(self.row, self.now)


TestTelling = Telling.TestCase
TestTelling.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
