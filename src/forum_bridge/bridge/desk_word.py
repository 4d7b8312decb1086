"""What Deskie itself shows of an answer that a webhook told: its message, read once a case for all answers that wait
there. Takes nobody's word for it, and decides nothing but when to stop asking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forum_bridge.bridge.conversation import living
from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import CaseNotFound, Message, Priority
from forum_bridge.errors import NotPosted, Retry
from forum_bridge.ledger.answers import NEVER_SHOWN, AnswerRow
from forum_bridge.model import Clock

NEWEST = 50
DEEPER = 500  # messages of a case that are looked through for one that is not among the newest
CASES = 5  # of a customer, the newest, where the webhook named none or the message was moved
SHARED_FOR = timedelta(seconds=30)
ASKED_FOR = timedelta(minutes=10)  # after that a message that Deskie does not show is not there
ASKED_AGAIN = timedelta(seconds=30)


class NotShown(Retry):
    """Deskie does not show the answer's message yet."""

    explanation = "The bridge asks again; it publishes nothing that only a webhook told (answers.verify)."


class NeverShown(NotPosted):
    """A webhook told of an answer whose message Deskie does not show."""

    explanation = (
        "An agent may have deleted it, or somebody else knows the webhook's address: then set a new webhook.secret. If"
        " the message stands in its case, retry the item; where Deskie's API shows no messages, set answers.verify to"
        " false."
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer's message as Deskie shows it, the case it stands in, and what stands beside it there, newest first."""

    message: Message
    case_id: int
    beside: Sequence[Message]


class DeskWord:
    """Reads only. Raises Retry when Deskie cannot be asked now."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._read: dict[int, tuple[datetime, Sequence[Message]]] = {}

    async def newest(self, answer: AnswerRow) -> Sequence[Message] | None:
        """Return the newest messages of an answer's case, None where there is no such case: those that another waiting
        answer has just been looked for in, if this one stands there too."""
        if answer.case_id is None:
            return None
        _, known = self._known(answer.case_id)
        return known if among(known, answer) is not None else await self._newest(answer.case_id)

    async def newest_in(self, case_id: int, since: datetime) -> Sequence[Message] | None:
        """Return the newest messages of another case as they stand ``since`` a moment, None where there is no such
        case."""
        read_at, known = self._known(case_id)
        return known if read_at is not None and read_at > since else await self._newest(case_id)

    def _known(self, case_id: int) -> tuple[datetime | None, Sequence[Message]]:
        now = self._clock()
        self._read = {case: read for case, read in self._read.items() if timedelta() <= now - read[0] < SHARED_FOR}
        return self._read.get(case_id, (None, ()))

    async def _newest(self, case_id: int) -> Sequence[Message] | None:
        now = self._clock()
        messages = await self._messages(case_id, NEWEST)
        if messages is not None:
            self._read[case_id] = now, messages
        return messages

    async def deeper(self, shown: Shown) -> Shown:
        """Return the same with what stands further back in its case, where there may be more than was read."""
        if not NEWEST <= len(shown.beside) < DEEPER:
            return shown
        return replace(shown, beside=await self._messages(shown.case_id, DEEPER) or shown.beside)

    async def elsewhere(self, answer: AnswerRow, customers: Collection[str], channel: str) -> Shown:
        """Return where Deskie shows an answer that is not among its case's newest messages: further back, in the case
        that absorbed it, or another of its ``customers`` (the ids that we gave them). Raises NotShown for ten minutes
        after it came in where it is in none of them, then NeverShown."""
        for case_id in await self._cases(answer, customers, channel):
            messages = await self._messages(case_id, DEEPER) or ()
            if (found := among(messages, answer)) is not None:
                return Shown(found, case_id, messages)
        what = f"{NEVER_SHOWN} {answer.message_id}"
        if self._clock() - answer.received_at < ASKED_FOR:
            raise NotShown(f"{what} of which its webhook told", after=ASKED_AGAIN)
        raise NeverShown(f"{what} of which a webhook told {ASKED_FOR.seconds // 60} minutes ago")

    async def _cases(self, answer: AnswerRow, customers: Collection[str], channel: str) -> list[int]:
        client, found = self._desk.client, []
        if answer.case_id is not None:
            holder = await living(self._desk, answer.case_id, Priority.ANSWER)
            found = [answer.case_id, *([holder.id] if holder is not None else [])]
        for customer in sorted(customers):
            for user in await client.users_by_custom_id(customer, channel):
                listed = await client.cases_of_user(user.id, limit=CASES, priority=Priority.ANSWER)
                found += [case.id for case in listed]
        return list(dict.fromkeys(found))

    async def _messages(self, case_id: int, limit: int) -> Sequence[Message] | None:
        try:
            return await self._desk.client.messages(case_id, limit=limit, priority=Priority.ANSWER)
        except CaseNotFound:
            return None


def among(messages: Sequence[Message], answer: AnswerRow) -> Message | None:
    """Return the message that is an answer."""
    return next((each for each in messages if each.id == answer.message_id), None)
