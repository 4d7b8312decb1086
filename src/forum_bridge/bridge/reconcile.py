"""Finds answers whose webhook never came: compares the cases that changed on the desk with the ledger, and lets what is
missing in by the same entrance as a webhook. Publishes nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.company import CLOCKS_DIFFER, Company, company, moment
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.retry import describe
from forum_bridge.deskie import AgentAnswer, Case, CaseNotFound, Message, Origin, Priority
from forum_bridge.deskie.answer_body import body_of
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.ledger import answers, put_back, reconciling
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock

EVERY = timedelta(minutes=5)
ON_ITS_WAY = timedelta(minutes=2)  # so long a webhook may take; what is younger is left to it
NEWEST = 100  # messages of a case; what lies further back changed long ago

Take = Callable[[AgentAnswer, bool], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Lacking:
    """An answer that the ledger lacks. It came ``late`` to a case of ours: it did not stand there when all that had
    been written by then was compared, so it was written in another case, which agents have merged into this one."""

    message: Message
    late: bool


class Reconcile:
    """Handler of ``reconcile(desk)``. Returns when it is due again. It has the least claim to the desk's requests:
    where they run out, the rest is compared in the next minute, oldest change first."""

    def __init__(self, ledger: Ledger, desk: Desk, channels: Sequence[str], take: Take, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._channels = channels
        self._take = take
        self._clock = clock

    async def __call__(self, _: str) -> datetime:
        began = self._clock()
        try:
            await self._compare(began)
        except Retry as waits:
            return self._clock() + max(waits.after or EVERY, timedelta(seconds=1))
        except BridgeError as error:
            structlog.get_logger().warning("reconcile_failed", reason=describe(error))
        return self._clock() + EVERY

    async def _compare(self, began: datetime) -> None:
        settled = began - ON_ITS_WAY
        async with self._ledger.reading() as db:
            since = await reconciling.mark(db, self._desk.name)
        if since is None:  # what was answered before there was a ledger was never meant for it
            await self._advance(began)
            return
        changed = [
            case
            for channel in self._channels
            for case in await self._desk.client.changed_cases(channel, since - CLOCKS_DIFFER)
        ]
        await self._found_again(settled)
        for case in sorted(changed, key=_updated):
            await self._case(case, settled)
            if since < (seen := min(_updated(case), settled)):
                await self._advance(seen)
        await self._ledger.commit(lambda db: reconciling.completed(db, self._desk.name, max(since, settled)))

    async def _found_again(self, settled: datetime) -> None:
        """Compare the cases that a ledger which was put back had lost: what changed in them is long past."""
        async with self._ledger.reading() as db:
            cases = await put_back.to_compare(db, self._desk.name)
        for case_id in cases:
            case = await self._desk.client.case(case_id, priority=Priority.BACKGROUND)
            if case is not None:
                await self._case(case, settled)
            await self._ledger.commit(partial(put_back.compared, desk=self._desk.name, case_id=case_id))

    async def _case(self, case: Case, settled: datetime) -> None:
        async with self._ledger.reading() as db:
            ours = await reconciling.opened_by_us(db, self._desk.name, case.id)
            if not (ours or await reconciling.joined_by_us(db, self._desk.name, case.id)):
                return
        try:
            messages = await self._desk.client.messages(case.id, limit=NEWEST, newest_first=True)
        except CaseNotFound:
            return
        async with self._ledger.reading() as db:
            lacking = await missing_in(db, self._desk.name, case.id, messages, settled)
        for each in lacking:
            structlog.get_logger().warning("answer_missed", case=case.number, message=each.message.id)
            await self._take(as_answer(each.message, case.id, case.user_id or None), each.late)

    async def _advance(self, moment: datetime) -> None:
        await self._ledger.commit(lambda db: reconciling.advance(db, self._desk.name, moment))


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


def _updated(case: Case) -> datetime:
    assert case.updated_at is not None  # ``changed_cases`` returns no others
    return case.updated_at


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
