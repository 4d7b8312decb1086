"""Finds the conversation that an answer belongs to: through any of its cases, else by the Deskie user. Never
guesses."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.errors import Held, NotPosted, Retry
from forum_bridge.ledger import answers, conversations, posts
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation

CASE_BEING_OPENED = timedelta(seconds=10)


async def owner_of(db: AsyncConnection, answer: AnswerRow) -> Conversation:
    """Return the conversation of an answer and tie it to it.

    Raises Retry while a case of this customer is being opened (the answer may belong to it), Held if the customer has
    several threads and nothing says which, NotPosted if there is none.
    """
    if answer.conversation_id is not None:
        return await conversations.get(db, answer.conversation_id)
    owner = await conversations.of_case(db, answer.desk, answer.case_id) if answer.case_id is not None else None
    if owner is None:
        of_user = await conversations.of_user(db, answer.desk, custom_id=answer.custom_id, user_id=answer.user_id)
        if await posts.creations_unclear(db, [each.id for each in of_user]):
            raise Retry("a case of this customer is just being opened", after=CASE_BEING_OPENED)
        if not of_user:
            raise NotPosted("no conversation of this bridge has this case or this customer")
        if len(of_user) > 1:
            raise Held(
                f"the bridge does not know case {answer.case_id}, and its customer writes in {len(of_user)} threads",
                explanation="Answer in a case that the bridge opened, or post this one by hand and mark it as sent.",
            )
        owner = of_user[0]
    await answers.change(db, answer.id, conversation_id=owner.id)
    return owner
