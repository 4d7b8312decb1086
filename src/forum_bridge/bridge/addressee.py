"""Whether what an agent wrote was written to the customer whose thread it would stand in, by what Deskie and the ledger
show. A webhook's word for it is not enough: anybody who knows its address can send one. In doubt a person decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from forum_bridge.bridge.company import CLOCKS_DIFFER, Company, company, moment
from forum_bridge.bridge.conversation import living
from forum_bridge.bridge.desk import Desk
from forum_bridge.bridge.desk_word import DeskWord, Shown
from forum_bridge.bridge.listing import ON_ITS_WAY
from forum_bridge.bridge.site import Site
from forum_bridge.deskie import Origin, Priority
from forum_bridge.errors import Held
from forum_bridge.ledger import conversations
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.ledger import Ledger

_IN_TIME = {Origin.AGENT: CLOCKS_DIFFER, Origin.API: CLOCKS_DIFFER, Origin.RULE: ON_ITS_WAY}


class ForSomebodyElse(Held):
    """The answer may have been written to somebody else than the forum's customer."""

    explanation = (
        "Nothing was sent. If it is for the customer of the forum, answer once more in their case; then drop this item."
    )


class NotTheirCase(ForSomebodyElse):
    """The answer stands in a case that is none of its customer's."""

    explanation = (
        "Nothing was sent. If no agent can explain that, somebody else knows the webhook's address: set a new"
        " webhook.secret. If the answer is for the customer of the forum, answer once more in their case."
    )


class Addressee:
    """Reads both sides. Raises Retry when Deskie cannot be asked now."""

    def __init__(self, ledger: Ledger, desk: Desk, word: DeskWord) -> None:
        self._ledger = ledger
        self._desk = desk
        self._word = word

    async def check(self, site: Site, answer: AnswerRow, customers: Collection[str], shown: Shown) -> None:
        """Return if an answer that Deskie shows in a case was written to one of the ``customers`` (the ids that we gave
        them) to whom it may belong. Raises ForSomebodyElse

        - if the case is neither tied to theirs by the ledger or by their posts in it, nor theirs on the desk;
        - if it was written before the first post came there: an agent has merged another case into theirs;
        - if others write there as well, and no webhook told of it as it was written: nobody can tell then in which of
          the cases that were merged it was written."""
        when = moment(shown.message)
        doubtful = not _told_in_time(answer, when)
        if doubtful:
            shown = await self._word.deeper(shown)
        beside = await self._beside(answer, shown)
        if not any(each.custom_id in customers for each in beside.customers):
            profiles, doubtful = await self._theirs(site, customers, shown), True
            beside = await self._beside(answer, shown, profiles)
        if when is not None and beside.since is not None and when < beside.since:
            raise ForSomebodyElse(
                f"message {answer.message_id} is older than the first post of the forum in case {shown.case_id}"
            )
        if doubtful and beside.strangers:
            raise ForSomebodyElse(
                f"other customers write in case {shown.case_id}, too, and nobody can tell whether message"
                f" {answer.message_id} was written to them"
            )

    async def written_in(self, answer: AnswerRow, shown: Shown) -> list[int]:
        """Return the cases in which an answer may have been written beside the one that was named for it: the one in
        which it stands, and, unless a webhook told of it in time, those of its customers that became part of that.
        Raises Held if Deskie does not show one of them any more."""
        found = [shown.case_id] if shown.case_id != answer.case_id else []
        if _told_in_time(answer, moment(shown.message)):
            return found
        beside = await self._beside(answer, shown)
        async with self._ledger.reading() as db:
            known = [each for owner in beside.customers for each in await conversations.cases(db, owner.id)]
        for each in known:
            if each.case_id in {answer.case_id, shown.case_id}:
                continue
            holder = await living(self._desk, each.case_id, Priority.ANSWER)
            if holder is None:
                raise Held(
                    f"case {each.case_id} does not exist any more, and message {answer.message_id} may have been"
                    " written there: nobody can tell whether it is private",
                    explanation="Nothing was sent. Answer once more on Deskie, then drop this item.",
                )
            found += [each.case_id] if holder.id == shown.case_id else []
        return found

    async def _beside(self, answer: AnswerRow, shown: Shown, profiles: frozenset[int] = frozenset()) -> Company:
        async with self._ledger.reading() as db:
            return await company(db, answer.desk, shown.case_id, shown.beside, profiles)

    async def _theirs(self, site: Site, customers: Collection[str], shown: Shown) -> frozenset[int]:
        """Return the profiles of the customers if a case that the bridge does not know is one of theirs."""
        case = await living(self._desk, shown.case_id, Priority.ANSWER)
        found: set[int] = set()
        for customer in sorted(customers):
            users = await self._desk.client.users_by_custom_id(customer, site.channel, priority=Priority.ANSWER)
            found |= {user.id for user in users if user.custom_id == customer}
        if case is None or case.user_id not in found or case.channel not in {"", site.channel}:
            raise NotTheirCase(
                f"message {shown.message.id} stands in case {shown.case_id}, which is none of this customer's"
            )
        return frozenset(found)


def _told_in_time(answer: AnswerRow, when: datetime | None) -> bool:
    """Whether a webhook told of an answer when it was written: by then it stood in the case that the webhook named.

    What is found later comes no earlier than ``ON_ITS_WAY`` after that, and a rule's bears no other mark of it."""
    limit = _IN_TIME.get(Origin(answer.origin), timedelta())
    return when is not None and abs(answer.received_at - when) < limit
