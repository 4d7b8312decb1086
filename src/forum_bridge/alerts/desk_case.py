"""Alerts on Deskie: each trouble is a case of the operator's, what follows of it an internal note in that case. Nobody
is asked anything there, so what agents answer in it goes nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar

from forum_bridge.alerts.channel import NotTold
from forum_bridge.alerts.words import Message
from forum_bridge.bridge.agent_words import signed
from forum_bridge.bridge.operator_case import OPERATOR
from forum_bridge.bridge.retry import WRITE_TIMEOUT
from forum_bridge.config import AlertConfig
from forum_bridge.deskie import Case, CaseNotFound, DeskieClient, NewCase, Priority
from forum_bridge.errors import BridgeError, Retry
from forum_bridge.ledger.alerts import AlertRow, Key
from forum_bridge.model import Clock

SLACK = timedelta(minutes=10)  # by which Deskie's clock may differ
NAME = "forum-bridge"
NEWEST = 100  # messages of a case, among which one of a minute ago is


class DeskCase:
    """Writes through the channel that the bridge uses; posts and answers go first."""

    one_by_one: ClassVar[bool] = True

    def __init__(self, config: AlertConfig, client: DeskieClient, channel: str, clock: Clock) -> None:
        self.config = config
        self._client = client
        self._channel = config.channel or channel
        self._clock = clock
        self._made = clock()
        self._began: datetime | None = None
        self._ended: dict[Key, datetime] = {}

    async def tell(self, message: Message) -> int | None:
        """Return the case. Raises NotTold; what was lost on the way is looked up before it is tried again."""
        row = message.items[0][1] if message.items else None
        self._began = self._began or self._clock()
        try:
            if row is not None and row.case_id is not None and await self._noted(row.case_id, row, message):
                return row.case_id
            if row is not None and row.sending_at is not None and row.case_id is None:
                there = await self._look(message, row, row.sending_at)
                if there is not None:
                    return there.id
            return (await self._open(message, row)).id
        except BridgeError as error:
            raise NotTold(f"Deskie did not take the alert: {error}") from error

    async def _noted(self, case_id: int, row: AlertRow, message: Message) -> bool:
        """Write a note into the case unless it stands there: the last try may have written it, and so may one that was
        due before this began to work. False if there is no such case any more."""
        found = self._made if row.due_at is not None and row.due_at <= self._made else None
        ended = self._ended.get(row.key, found)
        if ended is not None and self._clock() < ended + WRITE_TIMEOUT:
            raise Retry("what became of the last try is not known yet")
        try:
            there = await self._client.messages(case_id, limit=NEWEST, priority=Priority.BACKGROUND)
            if any(each.note and message.id in (each.html or each.text) for each in there):
                return True
            html = signed(f"<p>{_html(message)}</p>", message.id)
            await self._client.add_note(case_id, html, priority=Priority.BACKGROUND)
        except CaseNotFound:
            return False
        finally:
            self._ended[row.key] = self._clock()
        return True

    async def _look(self, message: Message, row: AlertRow, since: datetime) -> Case | None:
        """Look for a case whose creation was tried ``since`` a moment: of a try that was made before this began to work
        nobody saw the end, which may have been just then."""
        if self._clock() < self._ended.get(row.key, self._began or since) + WRITE_TIMEOUT:
            raise Retry("what became of the last try is not known yet")
        found: Sequence[Case] = ()
        for user in await self._client.users_by_custom_id(OPERATOR, self._channel, priority=Priority.BACKGROUND):
            found = [*found, *await self._client.cases_of_user(user.id, priority=Priority.BACKGROUND)]
        same = (each for each in found if each.subject == _subject(message))
        return next((each for each in same if each.created_at is None or each.created_at >= since - SLACK), None)

    async def _open(self, message: Message, row: AlertRow | None) -> Case:
        case = NewCase(
            user_custom_id=OPERATOR,
            channel=self._channel,
            subject=_subject(message),
            html=f"<p>{_html(message)}</p>",
            user_full_name=NAME,
        )
        try:
            return await self._client.create_case(case, priority=Priority.BACKGROUND)
        finally:
            if row is not None:
                self._ended[row.key] = self._clock()


def _subject(message: Message) -> str:
    """Return what tells this alert's case from all others."""
    row = message.items[0][1] if message.items else None
    return f"{message.title} [{row.kind}: {row.subject}]"[:200] if row is not None else message.title


def _html(message: Message) -> str:
    return escape(message.text).replace("\n", "<br>")
