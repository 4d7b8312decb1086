"""What a round of readings would bring: the real road, walked on a copy of the ledger that is thrown away. Forums and
desk are read; nothing is written on either, nor in the ledger."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from forum_bridge.bridge.conversation import CaseFinder
from forum_bridge.bridge.deliver import new_when_closed
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config
from forum_bridge.daemon.news import PostNews, WatchNews, news, would_become
from forum_bridge.daemon.shift import open_shift
from forum_bridge.errors import BridgeError
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import conversations
from forum_bridge.ledger.backup import twin
from forum_bridge.ledger.faults import refusing
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import WORK
from forum_bridge.model import Clock
from forum_bridge.web.pacer import Pacer


async def poll_dry(config: Config, registry: Registry, names: Sequence[str], clock: Clock) -> AsyncGenerator[WatchNews]:
    """Read watches once, from where the ledger stands (from the start without one), and yield what each would bring."""
    with tempfile.TemporaryDirectory(prefix="forum-bridge-") as folder:
        copy = Path(folder) / "ledger.sqlite3"
        await asyncio.to_thread(_copied, Path(config.ledger.path), copy)
        async with (
            Ledger.open(copy, clock) as ledger,
            open_shift(config, registry, ledger, Pacer(clock, asyncio.sleep), clock) as shift,
        ):
            await shift.check()
            foresight = Foresight(ledger, shift.desk, shift.sites, clock)
            async with aclosing(shift.alone(names, foresight)) as brought:
                async for each in brought:
                    yield each


def _copied(ledger: Path, copy: Path) -> None:
    if ledger.exists():
        with refusing(ledger):
            twin(ledger, copy)


class Foresight:
    """Says of posts that were taken in what delivering them would do."""

    def __init__(self, ledger: Ledger, desk: Desk, sites: Mapping[str, Site], clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._sites = sites
        self._finder = CaseFinder(ledger, desk, clock)
        self._opened: set[int] = set()

    async def __call__(self, rows: Sequence[PostRow]) -> tuple[PostNews, ...]:
        """Return the news of posts, given in the order in which they were taken in."""
        return tuple([await self._of(row) for row in rows])

    async def _of(self, row: PostRow) -> PostNews:
        if row.state not in WORK or row.conversation_id is None:
            return would_become(row, None)
        if row.conversation_id in self._opened:
            return would_become(row, "the case opened before")
        try:
            case = await self._case(row, row.conversation_id)
        except BridgeError:
            return news(row, "would go to Deskie, which cannot be asked now")
        if case is None and not row.as_note:
            self._opened.add(row.conversation_id)
        return would_become(row, case)

    async def _case(self, row: PostRow, conversation_id: int) -> str | None:
        site = self._sites[row.forum]
        async with self._ledger.reading() as db:
            owner = await conversations.get(db, conversation_id)
            known = await conversations.cases(db, conversation_id)
        again = new_when_closed(site, self._desk)
        place = await self._finder.place(owner, site.channel, new_when_closed=again)
        if place is None:
            return None
        number = next((case.number for case in known if case.case_id == place.case_id), "")
        return f"case {number or place.case_id}"
