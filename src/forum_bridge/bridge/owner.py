"""Finds the conversation that an answer belongs to: through any of its cases, else by the Deskie user. Never
guesses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.company import company
from forum_bridge.deskie import Message
from forum_bridge.errors import Held, NotPosted, Retry
from forum_bridge.ledger import answers, conversations, posts, threads
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.markup.message import thread_on_top
from forum_bridge.model import Author, author_of

NO_CONVERSATION = "no conversation of this bridge has this case or this customer"
CASE_BEING_OPENED = timedelta(seconds=10)


class SeveralCustomers(Held):
    """A private answer may be for any of several customers."""

    def __init__(self, case_id: int | None, number: int) -> None:
        super().__init__(
            f"{number} customers write in case {case_id}, and nobody can tell for whom the private answer is",
            explanation="Send it by hand to whom it is for, as a personal message, and mark it as sent.",
        )


class Ambiguous(Held):
    """The answer may be for any of several threads."""

    def __init__(self, message: str, found: Sequence[Conversation]) -> None:
        super().__init__(
            message, explanation="Answer in a case that holds one thread, or post this one by hand and mark it as sent."
        )
        self.found = tuple(found)


async def owner_of(db: AsyncConnection, answer: AnswerRow) -> Conversation:
    """Return the conversation of an answer and tie it to it.

    Raises Retry while a case of this customer is being opened (the answer may belong to it), Held if its case or its
    customer has several threads and nothing says which, NotPosted if there is none. To a private answer threads are all
    the same, for it goes to a person; Held if those are several.
    """
    if answer.conversation_id is not None:
        return await conversations.get(db, answer.conversation_id)
    found = await conversations.of_case(db, answer.desk, answer.case_id) if answer.case_id is not None else []
    if not found:
        of_user = await conversations.of_user(db, answer.desk, custom_id=answer.custom_id, user_id=answer.user_id)
        if await posts.creations_unclear(db, [each.id for each in of_user]):
            raise Retry("a case of this customer is just being opened", after=CASE_BEING_OPENED)
        if not of_user:
            raise NotPosted(NO_CONVERSATION)
        if len(of_user) > 1 and not answer.private:
            raise _ambiguous(f"the bridge does not know case {answer.case_id}, and its customer writes in", of_user)
        found = of_user
    if len(found) > 1:
        found = [await _who_spoke_last(db, answer, found)]
    if found[0].forum != answer.forum:
        raise Held(f"case {answer.case_id} belongs to {found[0].forum}, its customer to {answer.forum}")
    await answers.change(db, answer.id, conversation_id=found[0].id)
    return found[0]


async def claimed(db: AsyncConnection, answer: AnswerRow) -> list[Conversation]:
    """Return the conversations to which an answer may belong by what its webhook said: that of its case, else those of
    its customer."""
    if answer.conversation_id is not None:
        return [await conversations.get(db, answer.conversation_id)]
    found = await conversations.of_case(db, answer.desk, answer.case_id) if answer.case_id is not None else []
    return found or await conversations.of_user(db, answer.desk, custom_id=answer.custom_id, user_id=answer.user_id)


async def in_its_case(
    db: AsyncConnection, answer: AnswerRow, messages: Sequence[Message]
) -> tuple[list[Conversation], Sequence[Message]]:
    """Note which posts are among the messages of an answer's case, and return the conversations whose posts stand
    there, and what ``check_unread`` needs: agents merge cases, and nobody tells the bridge. A post whose delivery is
    unclear stands there, too, and so may one that somebody else quotes."""
    assert answer.case_id is not None
    beside = await company(db, answer.desk, answer.case_id, messages)
    await posts.found_in(db, answer.desk, answer.case_id, beside.urls)
    found = await conversations.of_case(db, answer.desk, answer.case_id, [*beside.urls, *beside.quoted])
    return found, beside.unread


async def check_unread(db: AsyncConnection, answer: AnswerRow, owner: Conversation, unread: Sequence[Message]) -> None:
    """Raise Held if ``unread`` posts, which only a lost ledger knew, show that a case holds another thread than its
    owner's (for a private answer another customer): they may never be read again."""
    if answer.private:
        if others := {each.user_id for each in unread if each.user_id != owner.user_id}:
            raise SeveralCustomers(answer.case_id, 1 + len(others))
        return
    thread = await threads.get(db, owner.forum, owner.thread_id)
    assert thread is not None  # a conversation is only made for a thread that was read
    if elsewhere := {thread_on_top(each.html) for each in unread} - {None, thread.ref.url}:
        raise Ambiguous(f"case {answer.case_id} holds posts from {1 + len(elsewhere)} threads", [owner])


async def reader_of(db: AsyncConnection, answer: AnswerRow, owner: Conversation) -> Author:
    """Return the customer for whom a private answer is: the only one who writes in its conversation and its case. Never
    guesses: raises Held where several do."""
    found = await conversations.of_case(db, answer.desk, answer.case_id) if answer.case_id is not None else []
    wrote = await posts.writers(db, [owner.id, *(each.id for each in found)])
    people = {(owner.forum, owner.author_key)} | wrote.keys()
    if len(people) > 1:
        raise SeveralCustomers(answer.case_id, len(people))
    return customer_of(owner, wrote.get((owner.forum, owner.author_key)))


def customer_of(owner: Conversation, name: str | None = None) -> Author:
    """Return whose conversation it is, by the ``name`` last seen where that is known; a guest has no id."""
    return author_of(owner.author_key, name or owner.author_name)


def shared(answer: AnswerRow, owner: Conversation, others: Sequence[Conversation]) -> Ambiguous:
    """Return why an answer waits whose case other threads share with its own."""
    return _ambiguous(f"case {answer.case_id} holds posts from", [owner, *others])


async def _who_spoke_last(db: AsyncConnection, answer: AnswerRow, found: Sequence[Conversation]) -> Conversation:
    """Return the conversation that spoke last, where all of a case's are in one thread; for a private answer where all
    are one customer's."""
    if answer.private:
        if (people := len({(each.forum, each.author_key) for each in found})) > 1:
            raise SeveralCustomers(answer.case_id, people)
    elif len({(each.forum, each.thread_id) for each in found}) > 1:
        raise _ambiguous(f"case {answer.case_id} holds posts from", found)
    last = await posts.spoke_last(db, [each.id for each in found], answer.received_at)
    return next((each for each in found if each.id == last), found[0])


def _ambiguous(what: str, found: Sequence[Conversation]) -> Ambiguous:
    return Ambiguous(f"{what} {len(found)} threads", found)
