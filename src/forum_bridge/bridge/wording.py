"""An answer's full wording. Deskie's webhook is only known to carry plain text (api: `content`), so bold, links and
lists are read from the case, and with them once more whether it is an internal note."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.around import Around
from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import CaseNotFound, Priority
from forum_bridge.errors import NotAnAnswer
from forum_bridge.ledger import answers, bodies
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Attachment, Clock

NEWEST = 50


class Wording:
    """Asks Deskie for each answer, and keeps what it learned in the ledger."""

    def __init__(self, ledger: Ledger, desk: Desk, around: Around, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._around = around
        self._clock = clock

    async def full(self, answer: AnswerRow, owner: Conversation) -> AnswerRow:
        """Return the answer with its HTML, or as it is if Deskie has none. Raises NotAnAnswer if it is an internal note
        or the customer's own message, whatever its webhook said; Retry when Deskie cannot be asked now, and what
        ``Around.check`` raises."""
        if answer.case_id is None or answer.parts > 1:  # what was split has its full wording, and must stay as it is
            return answer
        try:
            messages = await self._desk.client.messages(answer.case_id, limit=NEWEST, priority=Priority.ANSWER)
        except CaseNotFound:
            return answer
        told = next((each for each in messages if each.id == answer.message_id), None)
        if told is not None and told.note:
            raise NotAnAnswer("it is an internal note")
        if told is not None and told.user_id and not told.staff_id and not told.sent_via_rule:
            raise NotAnAnswer("the customer wrote it")
        await self._around.check(answer, owner, messages)
        if told is not None and len(told.attachments) >= len(answer.attachments) and told.attachments:
            answer = await self._with_files(answer, told.attachments)
        if told is None or not told.html or answer.is_html:
            return answer
        await self._keep(answer, told.html)
        return replace(answer, body=told.html, is_html=True)

    async def _with_files(self, answer: AnswerRow, files: tuple[Attachment, ...]) -> AnswerRow:
        """The webhook may give bare addresses; the case tells the files' names too."""
        if files == answer.attachments:
            return answer
        facts = [asdict(file) for file in files]
        await self._ledger.commit(lambda db: answers.change(db, answer.id, attachments=facts))
        return replace(answer, attachments=files)

    async def _keep(self, answer: AnswerRow, html: str) -> None:
        now = self._clock()

        async def work(db: AsyncConnection) -> None:
            if answer.body_id is not None:
                await bodies.replace(db, answer.body_id, html, now=now)
            await answers.change(db, answer.id, is_html=True)

        await self._ledger.commit(work)
