"""Which case a message belongs to: the one that goes on, or none (then a new one is opened)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, ChannelType, Priority
from forum_bridge.ledger import conversations
from forum_bridge.ledger.conversations import Conversation, DeskCase
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import CaseState
from forum_bridge.model import Clock

STATE_HOLDS = timedelta(seconds=60)
MERGES = 5  # of merged cases into others that were merged; more is a circle


@dataclass(frozen=True, slots=True)
class Place:
    """A case to append to, and the state it was last seen in. ``instead_of`` is the conversation's own case where an
    agent merged that into a chat of another profile."""

    case_id: int
    state: CaseState
    instead_of: int | None = None


class CaseFinder:
    """Reads a case's state before a message is appended to it. In an async channel a state known for at most a minute
    counts; in a sync one Deskie is asked before each message."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def place(self, owner: Conversation, channel: str, *, new_when_closed: bool) -> Place | None:
        """Return where the next message of a conversation goes; None asks for a new case.

        Async: the newest case unless it is gone (trashed, spam, purged), or closed and ``new_when_closed``; an absorbed
        case is followed to its parent. Sync: the customer's last chat unless it is closed (custom-channels.md, item 6).
        """
        if self._desk.mode(channel) is ChannelType.SYNC:
            place = await self._last_chat(owner, channel)
            return None if place is None or place.state is CaseState.CLOSED else place
        place = await self._own_newest(owner)
        return None if place is None or (place.state is CaseState.CLOSED and new_when_closed) else place

    async def refused(self, owner: Conversation, channel: str, place: Place, *, gone: bool) -> None:
        """Deskie took no message for ``place``, since its case is not there for it (``gone``) or for a reason of its
        own: learn what became of that case; a closed one that takes none is as good as gone."""
        if self._desk.mode(channel) is ChannelType.SYNC:
            if place.instead_of is not None:
                await self._learn(owner, place.instead_of, None)
            elif gone:
                await self._learn(owner, place.case_id, None)
            return
        known = await self._known(owner)
        if not known:
            return  # the channel was a sync one a moment ago
        case = await living(self._desk, known[0].case_id)
        stays = case is not None and case.id == place.case_id
        ends = gone or (place.state is CaseState.CLOSED and state_of(case) is CaseState.CLOSED)
        await self._learn(owner, known[0].case_id, None if stays and ends else case)

    async def _own_newest(self, owner: Conversation) -> Place | None:
        known = await self._known(owner)
        if not known or known[0].state is CaseState.GONE:
            return None
        newest = known[0]
        if timedelta() <= self._clock() - newest.state_at <= STATE_HOLDS:  # not what a clock that was fast noted
            return Place(newest.absorbed_by or newest.case_id, newest.state)
        case = await living(self._desk, newest.case_id)
        await self._learn(owner, newest.case_id, case)
        return None if state_of(case) is CaseState.GONE or case is None else Place(case.id, state_of(case))

    async def _last_chat(self, owner: Conversation, channel: str) -> Place | None:
        """Return the last chat of the customer. Trash, spam, and what was gone for us once are no chats."""
        if owner.user_id is None:
            return None
        listed = await self._desk.client.cases_of_user(owner.user_id)
        elsewhere = await self._merged_elsewhere(owner, channel, {case.id for case in listed})
        return elsewhere or await self._newest_of(owner, listed)

    async def _merged_elsewhere(self, owner: Conversation, channel: str, listed: set[int]) -> Place | None:
        """Return the last chat of the profile to whose chats an agent merged the newest of ours. None if it is there
        still, was merged with one of this customer's own, or the correspondence ended where it was merged to."""
        newest = next((case for case in await self._known(owner) if case.state is not CaseState.GONE), None)
        if newest is None or listed & {newest.case_id, newest.absorbed_by}:
            return None
        case = await living(self._desk, newest.absorbed_by or newest.case_id)
        if case is None or case.id not in {newest.case_id, newest.absorbed_by}:
            await self._learn(owner, newest.case_id, case)
        if case is None or case.user_id in {0, owner.user_id} or case.channel not in {"", channel}:
            return None
        found = await self._newest_of(owner, await self._desk.client.cases_of_user(case.user_id))
        if found is None or found.state is CaseState.CLOSED:
            return None
        return Place(found.case_id, found.state, instead_of=newest.case_id)

    async def _newest_of(self, owner: Conversation, listed: list[Case]) -> Place | None:
        chats = [case for case in listed if state_of(case) is not CaseState.GONE]
        async with self._ledger.reading() as db:
            gone = await conversations.gone(db, owner.desk, [case.id for case in chats])
        return next((Place(case.id, state_of(case)) for case in chats if case.id not in gone), None)

    async def _known(self, owner: Conversation) -> list[DeskCase]:
        async with self._ledger.reading() as db:
            return await conversations.cases(db, owner.id)

    async def _learn(self, owner: Conversation, case_id: int, case: Case | None) -> None:
        """Note what became of a case that the bridge opened: ``case`` is where it lives on."""
        now, state = self._clock(), state_of(case)
        absorbed_by = case.id if case is not None and case.id != case_id else None
        await self._ledger.commit(
            lambda db: conversations.learned(db, owner.desk, case_id, state, now=now, absorbed_by=absorbed_by)
        )


async def living(desk: Desk, case_id: int, priority: Priority = Priority.MESSAGE) -> Case | None:
    """Return the case, or the one it ended up in by merges; None if that does not exist (any more)."""
    case = await desk.client.case(case_id, priority=priority)
    for _ in range(MERGES):
        if case is None or not case.parent_case_id:
            return case
        case = await desk.client.case(case.parent_case_id, priority=priority)
    return None


def state_of(case: Case | None) -> CaseState:
    """Return what a case as Deskie tells it means to us; None is a case that Deskie no longer has."""
    if case is None or case.deleted or case.spam:
        return CaseState.GONE
    try:
        return CaseState(case.status)
    except ValueError:
        return CaseState.OPEN
