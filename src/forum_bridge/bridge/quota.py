"""Deskie's plans count new cases; this keeps to the configured number a day, and the posts over it wait."""

from __future__ import annotations

from datetime import timedelta

from forum_bridge.bridge.desk import Desk
from forum_bridge.errors import Retry
from forum_bridge.ledger import conversations
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

DAY = timedelta(days=1)
ASK_AGAIN = timedelta(minutes=10)


class Quota:
    """Asked before a case is opened; counts those opened in the last 24 hours."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def check(self) -> None:
        """Raise Retry if no case may be opened now."""
        limit = self._desk.new_cases_per_day
        if limit is None:
            return
        since = self._clock() - DAY
        async with self._ledger.reading() as db:
            opened = await conversations.opened_since(db, self._desk.name, since)
        if opened >= limit:
            raise Retry(
                f"{opened} cases were opened in 24 hours, and deskie.new_cases_per_day is {limit}",
                after=ASK_AGAIN,
                explanation="The posts wait and lose nothing; raise the number if your plan allows it.",
            )
