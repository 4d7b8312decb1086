"""Looks whether a write to the desk whose answer was lost took effect: by the permalink in the message's footer,
which is unique to post and revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from forum_bridge.bridge.conversation import living
from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, CaseNotFound, Message, Priority
from forum_bridge.errors import Held
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.posts import PostRow
from forum_bridge.markup.footer import footer_address, footer_permalink

NEWEST = 100
CLOCKS_DIFFER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a post stands on the desk; ``opened`` is the case when the write had opened it."""

    case_id: int
    message_id: int | None
    opened: Case | None = None


class DeskLook:
    """Reads only. Returns None only when the message is surely not there; raises Held when it cannot be known."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, owner: Conversation, post: PostRow, channel: str) -> Found | None:
        """Return where the post of a lost write stands, or None. Raises Retry when Deskie cannot be asked now.

        It is looked for in the case it was written to, then in all cases of its customer that changed since: the case
        may be new, and an agent may have merged it meanwhile, even into another customer's."""
        written_to = post.case_id
        if written_to is not None and (found := await self._in_case(written_to, post)) is not None:
            return Found(written_to, found)
        seen = {written_to}
        for case in await self._cases(owner, post, channel):
            holder = case
            if case.parent_case_id:  # what was written to it stands where it was merged into, maybe another customer's
                holder = await living(self._desk, case.parent_case_id, Priority.ANSWER) or case
            if holder.id not in seen and (found := await self._in_case(holder.id, post)) is not None:
                return Found(holder.id, found, case if written_to is None else None)
            seen.add(holder.id)
        return None

    async def _cases(self, owner: Conversation, post: PostRow, channel: str) -> list[Case]:
        client, found = self._desk.client, []
        if post.case_id is not None and (case := await client.case(post.case_id, priority=Priority.ANSWER)) is not None:
            found.append(case)
        users = await client.users_by_custom_id(owner.custom_id, channel, priority=Priority.ANSWER)
        for user in users:
            found += await client.cases_of_user(user.id, absorbed=True, priority=Priority.ANSWER)
        return [case for case in found if _changed_since(case, post)]

    async def _in_case(self, case_id: int, post: PostRow) -> int | None:
        """Return the id of the message that is the post."""
        client = self._desk.client
        try:
            messages = await client.messages(case_id, limit=NEWEST, priority=Priority.ANSWER)
        except CaseNotFound:
            return None  # purged meanwhile, and whatever stood in it with it
        mark = (footer_address(post.url), post.revision)
        for message in messages:
            if footer_permalink(message.html or message.text) == mark:
                return message.id
        if not _reaches_back(messages, post):
            raise Held(
                f"Deskie's answer was lost, and case {case_id} has too many newer messages to look further back",
                explanation="Look for the post in that case, then retry the item or mark it as sent.",
            )
        return None


def _changed_since(case: Case, post: PostRow) -> bool:
    """Whether a case may hold what was written: it changed since then, by Deskie's clock."""
    return case.updated_at is None or post.sending_at is None or case.updated_at >= post.sending_at - CLOCKS_DIFFER


def _reaches_back(messages: Sequence[Message], post: PostRow) -> bool:
    """Whether the newest messages of a case cover the time since the write began."""
    if len(messages) < NEWEST or post.sending_at is None:
        return True
    oldest = messages[-1].created_at
    return oldest is not None and oldest < post.sending_at
