"""Looks whether a write to the desk whose answer was lost took effect: by the permalink in the message's footer,
which is unique to post and revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, CaseNotFound, Message, Priority
from forum_bridge.errors import Held
from forum_bridge.ledger import conversations
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.markup.footer import footer_address, footer_permalink

NEWEST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Where a post stands on the desk; ``case`` is set when the lost write had opened it."""

    case_id: int
    message_id: int | None
    case: Case | None = None


class DeskLook:
    """Reads only. Returns None only when the message is surely not there; raises Held when it cannot be known."""

    def __init__(self, ledger: Ledger, desk: Desk) -> None:
        self._ledger = ledger
        self._desk = desk

    async def find(self, owner: Conversation, post: PostRow, channel: str) -> Found | None:
        """Return where the post of a lost write stands, or None. Raises Retry when Deskie cannot be asked now."""
        if post.case_id is not None:
            return await self._in_case(post.case_id, post)
        async with self._ledger.reading() as db:
            known = {case.case_id for case in await conversations.cases(db, owner.id)}
        users = await self._desk.client.users_by_custom_id(owner.custom_id, channel, priority=Priority.ANSWER)
        for user in users:
            for case in await self._desk.client.cases_of_user(user.id, priority=Priority.ANSWER):
                if case.id not in known and (found := await self._in_case(case.id, post)) is not None:
                    return Found(found.case_id, found.message_id, case)
        return None

    async def _in_case(self, case_id: int, post: PostRow) -> Found | None:
        client = self._desk.client
        try:
            messages = await client.messages(case_id, limit=NEWEST, priority=Priority.ANSWER)
        except CaseNotFound:
            return None  # purged meanwhile, and whatever stood in it with it
        mark = (footer_address(post.url), post.revision)
        for message in messages:
            if footer_permalink(message.html or message.text) == mark:
                return Found(case_id, message.id)
        if not _reaches_back(messages, post):
            raise Held(
                f"Deskie's answer was lost, and case {case_id} has too many newer messages to look further back",
                explanation="Look for the post in that case, then retry the item or mark it as sent.",
            )
        return None


def _reaches_back(messages: Sequence[Message], post: PostRow) -> bool:
    """Whether the newest messages of a case cover the time since the write began."""
    if len(messages) < NEWEST or post.sending_at is None:
        return True
    oldest = messages[-1].created_at
    return oldest is not None and oldest < post.sending_at
