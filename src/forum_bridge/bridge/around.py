"""What stands around an answer in its case, looked at before it is published: answers written before it that the ledger
lacks go first, be they in its conversation's case before, and posts from other threads mean that nobody can tell for
which it is. Publishes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from forum_bridge.bridge.company import moment
from forum_bridge.bridge.desk_word import DeskWord, among
from forum_bridge.bridge.listing import ON_ITS_WAY
from forum_bridge.bridge.owner import SeveralCustomers, check_unread, in_its_case, shared
from forum_bridge.bridge.reconcile import Take, as_answer, missing_in
from forum_bridge.deskie import Message
from forum_bridge.errors import Retry
from forum_bridge.ledger import conversations
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import CaseState
from forum_bridge.model import Clock

A_MOMENT = timedelta(seconds=30)


class Around:
    """Reads the case's newest messages as they are handed in, the case before's from the desk; lets missing answers in
    by the webhook's own entrance."""

    def __init__(self, ledger: Ledger, word: DeskWord, take: Take, clock: Clock) -> None:
        self._ledger = ledger
        self._word = word
        self._take = take
        self._clock = clock

    async def check(self, answer: AnswerRow, owner: Conversation, messages: Sequence[Message]) -> None:
        """Return if an answer may be published by what its case's ``messages`` (newest first) show.

        Raises Held if posts from other threads than its owner's stand there (for a private answer other customers'),
        Retry if answers written before it have to go first: those whose webhook may still come are waited for, others
        are taken in at once."""
        await self._alone(answer, owner, messages)
        message = among(messages, answer)
        when = moment(message) if message is not None else None
        if when is None:
            return
        assert answer.case_id is not None  # its messages were read
        await self._in_turn(answer, when, answer.case_id, messages)
        before = await self._case_before(answer, owner)
        if before is not None:
            await self._in_turn(answer, when, before, await self._word.newest_in(before, answer.received_at) or ())

    async def _case_before(self, answer: AnswerRow, owner: Conversation) -> int | None:
        """Return the newest other case of a conversation: agents write there as well, even once it is closed."""
        async with self._ledger.reading() as db:
            cases = await conversations.cases(db, owner.id)
        others = [each for each in cases if each.state is not CaseState.GONE and each.absorbed_by is None]
        return next((each.case_id for each in others if each.case_id != answer.case_id), None)

    async def _alone(self, answer: AnswerRow, owner: Conversation, messages: Sequence[Message]) -> None:
        found, unread = await self._ledger.commit(lambda db: in_its_case(db, answer, messages))
        others = [each for each in found if (each.forum, each.thread_id) != (owner.forum, owner.thread_id)]
        people = {(each.forum, each.author_key) for each in (owner, *found)}
        if answer.private and len(people) > 1:  # which thread it is for is nothing to it
            raise SeveralCustomers(answer.case_id, len(people))
        if others and not answer.private:
            raise shared(answer, owner, others)
        async with self._ledger.reading() as db:
            await check_unread(db, answer, owner, unread)

    async def _in_turn(self, answer: AnswerRow, when: datetime, case_id: int, messages: Sequence[Message]) -> None:
        async with self._ledger.reading() as db:
            lacking = await missing_in(db, answer.desk, case_id, messages, when)
        earlier = [each for each in lacking if each.message.id < answer.message_id]
        settled = self._clock() - ON_ITS_WAY
        for each in earlier:
            if (moment(each.message) or settled) <= settled:
                structlog.get_logger().warning("answer_missed", case=case_id, message=each.message.id)
                await self._take(as_answer(each.message, case_id, answer.user_id), each.late)
        if earlier:
            raise Retry("an answer written before this one goes first", after=A_MOMENT)
