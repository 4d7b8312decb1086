"""Which case a message belongs to: the one that goes on, or none (then a new one is opened)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, ChannelType
from forum_bridge.ledger import conversations
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import CaseState
from forum_bridge.model import Clock

STATE_HOLDS = timedelta(seconds=60)
MERGES = 5  # of merged cases into others that were merged; more is a circle


@dataclass(frozen=True, slots=True)
class Place:
    """A case to append to, and the state it was last seen in."""

    case_id: int
    state: CaseState


class CaseFinder:
    """Reads a case's state before a message is appended to it; a state known for at most a minute counts."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def place(self, owner: Conversation, channel: str, *, new_when_closed: bool) -> Place | None:
        """Return where the next message of a conversation goes; None asks for a new case.

        Async: the newest case unless it is gone (trashed, spam, purged), or closed and ``new_when_closed``; an absorbed
        case is followed to its parent. Sync: the user's newest chat unless it is closed (custom-channels.md, item 6).
        """
        if self._desk.mode(channel) is ChannelType.SYNC:
            place = await self._newest_chat(owner)
            return None if place is None or place.state is CaseState.CLOSED else place
        place = await self._own_newest(owner)
        return None if place is None or (place.state is CaseState.CLOSED and new_when_closed) else place

    async def _own_newest(self, owner: Conversation) -> Place | None:
        async with self._ledger.reading() as db:
            known = await conversations.cases(db, owner.id)
        if not known or known[0].state is CaseState.GONE:
            return None
        newest = known[0]
        if self._clock() - newest.state_at <= STATE_HOLDS:
            return Place(newest.absorbed_by or newest.case_id, newest.state)
        case = await self._living(newest.case_id)
        await self._learn(owner, newest.case_id, case)
        return None if state_of(case) is CaseState.GONE or case is None else Place(case.id, state_of(case))

    async def refused(self, owner: Conversation, place: Place) -> None:
        """Deskie did not take a message for ``place``: learn where its case went, or that it is gone."""
        async with self._ledger.reading() as db:
            known = await conversations.cases(db, owner.id)
        if not known:
            return  # a chat: Deskie is asked each time
        case = await self._living(known[0].case_id)
        await self._learn(owner, known[0].case_id, None if case is not None and case.id == place.case_id else case)

    async def _living(self, case_id: int) -> Case | None:
        """Return the case, or the one it ended up in by merges; None if that does not exist (any more)."""
        case = await self._desk.client.case(case_id)
        for _ in range(MERGES):
            if case is None or not case.parent_case_id:
                return case
            case = await self._desk.client.case(case.parent_case_id)
        return None

    async def _learn(self, owner: Conversation, case_id: int, case: Case | None) -> None:
        """Note what became of a case that the bridge opened: ``case`` is where it lives on."""
        now, state = self._clock(), state_of(case)
        absorbed_by = case.id if case is not None and case.id != case_id else None
        await self._ledger.commit(
            lambda db: conversations.learned(db, owner.desk, case_id, state, now=now, absorbed_by=absorbed_by)
        )

    async def _newest_chat(self, owner: Conversation) -> Place | None:
        if owner.user_id is None:
            return None
        for case in await self._desk.client.cases_of_user(owner.user_id):
            if state_of(case) is not CaseState.GONE:
                return Place(case.id, state_of(case))
        return None


def state_of(case: Case | None) -> CaseState:
    """Return what a case as Deskie tells it means to us; None is a case that Deskie no longer has."""
    if case is None or case.deleted or case.spam:
        return CaseState.GONE
    try:
        return CaseState(case.status)
    except ValueError:
        return CaseState.OPEN
