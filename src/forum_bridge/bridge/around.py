"""What stands around an answer in its case, looked at before it is published: answers written before it that the ledger
lacks go first, and posts from other threads mean that nobody can tell for which it is. Publishes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from forum_bridge.bridge.owner import others_in_its_case, shared
from forum_bridge.bridge.reconcile import ON_ITS_WAY, Take, as_answer, missing_in
from forum_bridge.deskie import Message
from forum_bridge.errors import Retry
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.markup.footer import footer_permalink
from forum_bridge.model import Clock

A_MOMENT = timedelta(seconds=30)


class Around:
    """Reads the case's newest messages as they are handed in; lets missing answers in by the webhook's own entrance."""

    def __init__(self, ledger: Ledger, take: Take, clock: Clock) -> None:
        self._ledger = ledger
        self._take = take
        self._clock = clock

    async def check(self, answer: AnswerRow, owner: Conversation, messages: Sequence[Message]) -> None:
        """Return if an answer may be published by what its case's ``messages`` (newest first) show.

        Raises Held if posts from other threads than its owner's stand there (to a private answer they are no matter),
        Retry if answers written before it have to go first: those whose webhook may still come are waited for, others
        are taken in at once."""
        await self._alone(answer, owner, messages)
        await self._in_turn(answer, messages)

    async def _alone(self, answer: AnswerRow, owner: Conversation, messages: Sequence[Message]) -> None:
        marks = [footer_permalink(each.html or each.text) for each in messages if each.user_id and not each.note]
        urls = [mark[0] for mark in marks if mark is not None]
        others = await self._ledger.commit(lambda db: others_in_its_case(db, answer, owner, urls))
        if others and not answer.private:  # which thread it is for is nothing to it; whose they are is looked at later
            raise shared(answer, owner, others)

    async def _in_turn(self, answer: AnswerRow, messages: Sequence[Message]) -> None:
        when = next((each.sent_at or each.created_at for each in messages if each.id == answer.message_id), None)
        if when is None:
            return
        assert answer.case_id is not None  # its messages were read
        async with self._ledger.reading() as db:
            lacking = await missing_in(db, answer.desk, answer.case_id, messages, when)
        earlier = [each for each in lacking if each.id < answer.message_id]
        settled = self._clock() - ON_ITS_WAY
        for message in earlier:
            if (message.sent_at or message.created_at or settled) <= settled:
                structlog.get_logger().warning("answer_missed", case=answer.case_id, message=message.id)
                await self._take(as_answer(message, answer.case_id, answer.user_id))
        if earlier:
            raise Retry("an answer written before this one goes first", after=A_MOMENT)
