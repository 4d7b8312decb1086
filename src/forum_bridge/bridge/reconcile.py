"""Finds answers whose webhook never came: compares the cases that changed on the desk with the ledger, and lets what is
missing in by the same entrance as a webhook. Publishes nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.company import CLOCKS_DIFFER, Company, company, moment
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.listing import EVERY, ON_ITS_WAY, Listing
from forum_bridge.bridge.retry import describe
from forum_bridge.deskie import AgentAnswer, CaseNotFound, Message, Origin, Priority, RequestsSpent
from forum_bridge.deskie.answer_body import body_of
from forum_bridge.errors import Retry
from forum_bridge.ledger import answers, changes, put_back, reconciling
from forum_bridge.ledger.changes import LONGEST_WAIT, Change
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

DEEPEST = 10  # pages of a case's messages, a hundred each; what lies further back is given up, and said so
IN_A_ROW = 3  # failures, then the desk as a whole is in trouble
A_MINUTE = timedelta(minutes=1)
OTHERS_FIRST = timedelta(seconds=20)  # of those who wait for the desk's next minute: notes to agents come within 15
A_MOMENT = timedelta(seconds=1)

Take = Callable[[AgentAnswer, bool], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Lacking:
    """An answer that the ledger lacks. It came ``late`` to a case of ours: it did not stand there when all that had
    been written by then was compared, so it was written in another case, which agents have merged into this one."""

    message: Message
    late: bool


@dataclass(slots=True)
class Look:
    """A case's messages as far as they were read, newest first, and as of when: the rest may come in another minute."""

    change: Change
    settled: datetime
    page: int = 1
    messages: dict[int, Message] = field(default_factory=dict)


class Reconcile:
    """Handler of ``reconcile(desk)``. Returns when it is due again. It has the least claim to the desk's requests:
    where they run out it goes on in the next minute, where it was. Lists and cases take turns, oldest change first;
    what fails is put off alone, and holds up nothing else."""

    def __init__(self, ledger: Ledger, desk: Desk, listing: Listing, take: Take, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._listing = listing
        self._take = take
        self._clock = clock
        self._begun: dict[int, Look] = {}
        self._again: dict[int, datetime] = {}  # cases that wait for a second look only, as of this change
        self._troubled: dict[str, str] = {}
        self._went_on = clock()
        self._told = False

    async def __call__(self, _: str) -> datetime:
        try:
            await self._found_again()
            await self._doubt_what_was_complete()
            return await self._turns()
        except RequestsSpent as spent:
            self._waits(describe(spent))
            return self._clock() + max(spent.after or A_MINUTE, A_MOMENT) + OTHERS_FIRST
        except Retry as error:  # of the ledger
            structlog.get_logger().warning("reconcile_failed", reason=describe(error))
            return self._clock() + EVERY

    async def _found_again(self) -> None:
        """Have the cases compared that a ledger which was put back had lost: what changed in them is long past."""
        async with self._ledger.reading() as db:
            cases = await put_back.to_compare(db, self._desk.name)
        now = self._clock()

        async def work(db: AsyncConnection) -> None:
            for case_id in cases:
                await changes.want(db, self._desk.name, case_id, now=now)
                await put_back.compared(db, self._desk.name, case_id)

        if cases:
            await self._ledger.commit(work)

    async def _turns(self) -> datetime:
        """List a page and compare a case in turns until neither is due; return when one is again."""
        failed = 0
        while failed < IN_A_ROW:
            channel, case = await self._listing.due(), await self._due()
            if channel is None and case is None:
                await self._completed()
                return await self._next()
            for went_well in [
                channel is None or await self._list(channel),
                case is None or await self._compare(case),
            ]:
                failed = 0 if went_well else failed + 1
        now = self._clock()
        return now + (EVERY if now - self._went_on >= EVERY else A_MINUTE)

    async def _due(self) -> Change | None:
        async with self._ledger.reading() as db:
            return await changes.due(db, self._desk.name, now=self._clock())

    async def _doubt_what_was_complete(self) -> None:
        """What was complete for other forums, or by a clock that was fast, says nothing of what is compared now."""
        name, now = self._desk.name, self._clock()
        async with self._ledger.reading() as db:
            sure = await reconciling.still_complete(db, name, self._listing.scope, now=now)
        if not sure:
            await self._ledger.commit(lambda db: reconciling.incomplete(db, name))

    async def _completed(self) -> None:
        """Note up to when all is compared, if no case waits but for a second look: how long ago the first of what was
        written there and not compared was, its last change does not tell."""
        name, listed = self._desk.name, self._listing.listed()
        async with self._ledger.reading() as db:
            waiting = await changes.waiting(db, name)
        if listed is None or any(at is None or self._again.get(case_id) != at for case_id, at in waiting.items()):
            return
        all_seen = listed - ON_ITS_WAY
        await self._ledger.commit(lambda db: reconciling.completed(db, name, all_seen, self._listing.scope))

    async def _next(self) -> datetime:
        now = self._clock()
        async with self._ledger.reading() as db:
            case = await changes.next_due(db, self._desk.name)
        soonest = min(self._listing.next_due(), case or now + EVERY)
        return min(max(soonest, now + A_MOMENT), now + EVERY)

    async def _list(self, channel: str) -> bool:
        try:
            await self._listing.page(channel)
        except RequestsSpent:
            raise
        except Exception as error:  # noqa: BLE001 -- one channel must not hold up the others
            self._listing.failed(channel)
            reason = describe(error)
            if self._troubled.get(channel) != reason:
                structlog.get_logger().warning("channel_not_listed", channel=channel, reason=reason)
            self._troubled[channel] = reason
            return False
        self._troubled.pop(channel, None)
        self._goes_on()
        return True

    async def _compare(self, change: Change) -> bool:
        try:
            await self._case(change)
        except RequestsSpent:
            raise
        except Exception as error:  # noqa: BLE001 -- one case must not hold up the others
            self._begun.pop(change.case_id, None)
            wait = min(EVERY * 2 ** min(change.failures, 8), LONGEST_WAIT)
            if change.failures == 0 or wait == LONGEST_WAIT:
                log = structlog.get_logger()
                log.warning("case_not_compared", case=change.case_id, reason=describe(error), again_in=str(wait))
            again = self._clock() + wait
            await self._ledger.commit(lambda db: changes.put_off(db, self._desk.name, change.case_id, again))
            return False
        self._goes_on()
        return True

    async def _case(self, change: Change) -> None:
        look = self._begun.setdefault(change.case_id, Look(change, self._clock() - ON_ITS_WAY))
        if change.user_id is None:
            case = await self._desk.client.case(change.case_id, priority=Priority.BACKGROUND)
            change = replace(change, user_id=case.user_id or None) if case is not None else change
        await self._read(look)
        del self._begun[change.case_id]
        messages = list(look.messages.values())
        async with self._ledger.reading() as db:
            lacking = await missing_in(db, self._desk.name, change.case_id, messages, look.settled)
        for each in lacking:
            structlog.get_logger().warning("answer_missed", case=change.case_id, message=each.message.id)
            await self._take(as_answer(each.message, change.case_id, change.user_id), each.late)
        await self._compared(look, messages)

    async def _read(self, look: Look) -> None:
        """Read a case's messages back to where it was compared once for all. Raises RequestsSpent with ``look`` as far
        as it came; a case that is gone has none."""
        known, case_id = look.change.message_id or 0, look.change.case_id
        while look.page <= DEEPEST:
            try:
                page = await self._desk.client.messages_page(case_id, look.page)
            except CaseNotFound:
                return
            look.messages |= {message.id: message for message in page.records}
            if not page.goes_on(len(look.messages)) or min(message.id for message in page.records) <= known:
                return
            look.page += 1
        structlog.get_logger().warning("case_too_long", case=case_id, compared=len(look.messages))

    async def _compared(self, look: Look, messages: Sequence[Message]) -> None:
        now, changed_at = self._clock(), look.change.changed_at
        again = None
        if changed_at is not None and changed_at > look.settled:  # what was written last may still be announced
            again = min(changed_at + ON_ITS_WAY, now + EVERY)
            self._again[look.change.case_id] = changed_at
        else:
            self._again.pop(look.change.case_id, None)
        seen = replace(look.change, message_id=once_for_all(messages, look.settled) or look.change.message_id)
        await self._ledger.commit(lambda db: changes.compared(db, self._desk.name, seen.case_id, seen, again))

    def _goes_on(self) -> None:
        self._went_on, self._told = self._clock(), False

    def _waits(self, reason: str) -> None:
        """Say once that nothing was compared for a while."""
        if not self._told and self._clock() - self._went_on >= EVERY:
            self._told = True
            structlog.get_logger().warning("reconcile_waits", since=self._went_on.isoformat(), reason=reason)


def once_for_all(messages: Sequence[Message], settled: datetime) -> int | None:
    """Return the newest message that needs no second look, nor any before it: all were sent by ``settled``."""
    sent = {message.id: moment(message) for message in messages}
    waiting = [number for number, when in sent.items() if when is None or when > settled]
    return max((number for number in sent if not waiting or number < min(waiting)), default=None)


async def missing_in(
    db: AsyncConnection, desk: str, case_id: int, messages: Sequence[Message], settled: datetime
) -> list[Lacking]:
    """Return what ``missing`` finds among the messages of a case that concerns the bridge."""
    known = await answers.known(db, desk, [message.id for message in messages])
    beside = await company(db, desk, case_id, messages)
    seen = await reconciling.complete(db, desk)
    ours_since = await reconciling.first_delivery(db, desk, case_id)
    return [
        Lacking(message, late=seen is not None and ours_since is not None and ours_since <= when < seen - CLOCKS_DIFFER)
        for message in missing(messages, known, beside, settled)
        if (when := moment(message)) is not None
    ]


def missing(messages: Sequence[Message], known: set[int], beside: Company, settled: datetime) -> list[Message]:
    """Return the answers (not notes, not customers' messages) that the ledger lacks, oldest first.

    ``messages`` come newest first. A case concerns us only from our first message on, be it that we opened it: agents
    merge cases, and what they wrote before was for somebody else. A message that is not sent yet, or was sent after
    ``settled``, may still be announced by its webhook.
    """
    if beside.since is None:
        return []
    return [
        message
        for message in reversed(messages)
        if not message.note
        and (message.staff_id or message.sent_via_rule)
        and message.id not in known | beside.ours
        and (when := moment(message)) is not None
        and beside.since <= when <= settled
    ]


def as_answer(message: Message, case_id: int, user_id: int | None) -> AgentAnswer:
    """Return a message as its webhook would have told it; who else but a rule wrote it, nobody tells."""
    body, is_html = body_of(message.html, message.text)
    return AgentAnswer(
        message_id=message.id,
        case_id=case_id,
        staff_id=message.staff_id,
        user_id=user_id,
        custom_user_id=None,
        body=body,
        is_html=is_html,
        attachments=message.attachments,
        origin=Origin.RULE if message.sent_via_rule else Origin.UNTOLD,
        written_at=moment(message),
    )
