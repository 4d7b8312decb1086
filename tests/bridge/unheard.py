"""A desk whose agents answer while no webhook comes, a ledger that has opened its cases, and the bridge's comparing of
the two on a small plan. Time goes from run to run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import select
from tests.bridge.world import ELIF, MovableClock

from forum_bridge.bridge.answer_files import AnswerFiles
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.listing import Listing
from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.reconcile import Reconcile
from forum_bridge.deskie import Budget, DeskieClient
from forum_bridge.ledger import conversations
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import CaseState
from forum_bridge.ledger.tables import answer, conversation
from forum_bridge.model import WorkKind
from forum_bridge.sandbox.desk import API_KEY, EMAIL, DeskServer
from forum_bridge.sandbox.desk import Desk as Deskie
from forum_bridge.sandbox.desk.account import Channel
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.web.fetch import open_fetcher

DESK = "default"
SMALLEST = 20  # units a minute, the least that any plan grants


@dataclass
class Unheard:
    """``channels`` are the forums' own, by forum. ``restart`` begins with a new bridge on the same ledger."""

    ledger: Ledger
    deskie: Deskie
    http: aiohttp.ClientSession
    files: AnswerFiles
    clock: MovableClock
    channels: Mapping[str, str] = field(default_factory=lambda: {"f": "cch42"})
    share: float = 0.7

    def __post_init__(self) -> None:
        self.deskie.switches.rate_limit_per_minute = SMALLEST
        self.restart()

    def restart(self) -> None:
        budget = Budget(self.clock, self.share, SMALLEST)
        client = DeskieClient(self.http, f"{self.deskie.base_url}/api/", EMAIL, API_KEY, budget, self.clock)
        self.desk = Desk(DESK, client, self.files)
        receive = Receive(self.ledger, DESK, {}, self._wake, self.clock)
        listing = Listing(self.ledger, self.desk, self.channels, self.clock)
        self.reconcile = Reconcile(self.ledger, self.desk, listing, receive.take, self.clock)

    async def case(self, *, ours: bool = True, forum: str = "f", channel: str | None = None) -> int:
        """Open a case on the desk, which the bridge did if it is ``ours``."""
        channel = channel or self.channels[forum]
        if channel not in self.deskie.channels:
            self.deskie.channels[channel] = Channel(int(channel.removeprefix("cch")), "Forum")
        user = self.deskie.people.find_or_create(Contact(channel, custom_id=f"{forum}:{len(self.deskie.cases())}"))
        made = self.deskie.casework.open(user, CaseFields(subject="Kargo"))
        if ours:
            await self._tie(forum, made.case_id, user.user_id)
        return made.case_id

    def answers(self, case_id: int, at: datetime | None = None) -> int:
        """An agent answers, and nobody hears of it; return the message."""
        message = self.deskie.correspondence.by_agent(case_id, ELIF, Writing(html="<p>Bakıyoruz.</p>"))
        self.touch(case_id, at or self.clock())
        message.created_at = message.sent_at = at or self.clock()
        return message.message_id

    def touch(self, case_id: int, at: datetime) -> None:
        """Something else changed in a case."""
        self.deskie.case(case_id).updated_at = at

    async def once(self) -> datetime:
        """Run once; return when it wants to run again."""
        return await self.reconcile(DESK)

    async def lasting(self, *, restarts: bool = False, **span: float) -> int:
        """Run as often as it wants for a while; return how often that was."""
        end, runs = self.clock() + timedelta(**span), 0
        while self.clock() < end:
            if restarts:
                self.restart()
            self.clock.now = max(await self.once(), self.clock() + timedelta(seconds=1))
            runs += 1
        return runs

    async def taken(self) -> list[int]:
        """Return the answers that were taken in, in their order."""
        async with self.ledger.reading() as db:
            return list(await db.scalars(select(answer.c.message_id).order_by(answer.c.id)))

    async def _tie(self, forum: str, case_id: int, user_id: int) -> None:
        scope = f"t{case_id}"
        owner = Conversation(0, DESK, forum, scope, scope, "a", "Deniz", f"{forum}:a", user_id)
        await self.ledger.commit(lambda db: conversations.ensure(db, DESK, forum, [owner]))
        async with self.ledger.reading() as db:
            number = await db.scalar(select(conversation.c.id).where(conversation.c.scope_key == scope))
            tied = await conversations.get(db, number or 0)
        opened = {"now": self.clock()}
        await self.ledger.commit(
            lambda db: conversations.opened(db, tied, case_id, "", user_id, CaseState.OPEN, **opened)
        )

    def _wake(self, kind: WorkKind, key: str, at: datetime | None = None) -> None:
        return


@asynccontextmanager
async def open_unheard(path: Path) -> AsyncIterator[Unheard]:
    """A ledger whose desk was listed once, and is opened for nobody else."""
    clock = MovableClock()
    deskie = Deskie(clock=clock)
    async with (
        DeskServer(deskie) as server,
        Ledger.open(path, clock) as ledger,
        aiohttp.ClientSession() as http,
        open_fetcher(f"{server.url}/api/", "tests") as fetcher,
    ):
        files = AnswerFiles(DESK, f"{server.url}/api/", "http://127.0.0.1", "secret", fetcher)
        made = Unheard(ledger, deskie, http, files, clock)
        await made.once()
        clock.advance(minutes=6)
        yield made
