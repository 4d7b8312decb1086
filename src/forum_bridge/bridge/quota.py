"""Deskie's plans count new cases; this keeps to the configured number a day, and the posts over it wait."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.desk import Desk
from forum_bridge.errors import Retry
from forum_bridge.ledger import conversations, posts
from forum_bridge.model import Clock

DAY = timedelta(days=1)
ASK_AGAIN = timedelta(minutes=10)


class Quota:
    """Asked in the transaction that begins a creation; counts the cases opened in the last 24 hours and those that are
    just being opened."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def check(self, db: AsyncConnection) -> None:
        """Raise Retry if no case may be opened now."""
        limit = self._desk.new_cases_per_day
        if limit is None:
            return
        since = self._clock() - DAY
        opened = await conversations.opened_since(db, self._desk.name, since)
        opened += await posts.creations_under_way(db, self._desk.name)
        if opened >= limit:
            raise Retry(
                f"{opened} cases were opened in 24 hours, and deskie.new_cases_per_day is {limit}",
                after=ASK_AGAIN,
                explanation="The posts wait and lose nothing; raise the number if your plan allows it.",
            )
