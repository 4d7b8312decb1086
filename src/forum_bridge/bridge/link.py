"""Links the profiles of one author on the desk, so that agents see one person. Beside the roads: no message and no
answer waits for it, and it asks only for what is left of the desk's requests."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.retry import describe
from forum_bridge.deskie import DeskDeclined
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.ledger import links
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.links import Link
from forum_bridge.ledger.states import LinkState
from forum_bridge.model import Clock

OTHERS_FIRST = timedelta(seconds=5)  # of those who wait for the desk's next minute
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)


class Linking:
    """Handler of ``link(desk)``. Returns when the next profile is due, None when none waits. A crash in between is
    harmless: it looks whether two profiles are linked before it asks for it."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def __call__(self, _: str) -> datetime | None:
        while True:
            async with self._ledger.reading() as db:
                link = await links.first(db, self._desk.name)
            if link is None or (link.due_at is not None and link.due_at > self._clock()):
                return None if link is None else link.due_at
            await self._step(link)

    async def _step(self, link: Link) -> None:
        log = structlog.get_logger().bind(forum=link.forum, user=link.user_id, other=link.other_id)
        try:
            await self._link(link)
        except DeskDeclined as error:
            log.error("profiles_stay_apart", reason=describe(error))
            await self._ledger.commit(lambda db: links.settle(db, link, LinkState.DECLINED))
        except BridgeError as error:
            log.warning("linking_waits", reason=describe(error))
            await self._wait(link, error.after if isinstance(error, Retry) else None)
        else:
            log.info("profiles_linked")
            await self._ledger.commit(lambda db: links.settle(db, link, LinkState.LINKED))

    async def _link(self, link: Link) -> None:
        client = self._desk.client
        if link.other_id not in (await client.user(link.user_id)).linked:
            await client.link_users(link.user_id, link.other_id)

    async def _wait(self, link: Link, asked: timedelta | None) -> None:
        """Try again when Deskie asked for it, which goes for all; else after as long as the profile is old, so that one
        that cannot be linked is asked for ever more seldom."""
        now = self._clock()
        if asked is not None:
            until = now + asked + OTHERS_FIRST
            await self._ledger.commit(lambda db: links.put_all_off(db, self._desk.name, until))
        else:
            until = now + min(max(now - link.since, SHORTEST), LONGEST)
            await self._ledger.commit(lambda db: links.put_off(db, link, until))
