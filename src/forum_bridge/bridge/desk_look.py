"""Looks whether a write to the desk whose answer was lost took effect: by the permalink in the message's footer,
which is unique to post and revision."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

from forum_bridge.bridge.conversation import living
from forum_bridge.bridge.desk import Desk
from forum_bridge.deskie import Case, CaseNotFound, CaseStatus, Message, Priority
from forum_bridge.errors import Held
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.posts import PostRow
from forum_bridge.markup.footer import footer_address, footer_permalink

NEWEST = 100
CASES = 20
_LINK = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)
A_LOOK = Priority.ANSWER
FAR_BACK = 1000  # of each, where what is looked for may be long past
CLOCKS_DIFFER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a post stands on the desk; ``opened`` is the case when the write had opened it."""

    case_id: int
    message_id: int | None
    opened: Case | None = None
    message: Message | None = None


class DeskLook:
    """Reads only. Returns None only when the message is surely not there; raises Held when it cannot be known."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(
        self,
        owner: Conversation,
        post: PostRow,
        channel: str,
        *,
        newest: int = NEWEST,
        priority: Priority = A_LOOK,
        revisions: Collection[int] = (),
    ) -> Found | None:
        """Return where the post of a lost write stands, or None. Raises Retry when Deskie cannot be asked now. It
        stands there as its own revision, or as any of ``revisions``.

        It is looked for in the case it was written to, then in all cases of its customer that changed since: the case
        may be new, and an agent may have merged it meanwhile, even into another customer's."""
        written_to = post.case_id
        look = _Look(self._desk, post, newest, priority, revisions or (post.revision,))
        if written_to is not None and (message := await look.in_case(written_to)) is not None:
            return Found(written_to, message.id, message=message)
        seen = {written_to}
        for case in await look.cases(owner.custom_id, channel):
            holder = case
            if case.parent_case_id:  # what was written to it stands where it was merged into, maybe another customer's
                holder = await living(self._desk, case.parent_case_id, priority) or case
            if holder.id not in seen and (message := await look.in_case(holder.id)) is not None:
                return Found(holder.id, message.id, case if written_to is None else None, message)
            seen.add(holder.id)
        return None

    async def lost_case(
        self, owner: Conversation, thread_url: str, channel: str, since: datetime, known: Container[int]
    ) -> Case | None:
        """Return a case of the customer that was opened since a moment for a thread, and is none of those ``known``:
        its first message is one of ours, and the thread stands on top of it. Trash, spam and closed ones are no
        matter."""
        client = self._desk.client
        for user in await client.users_by_custom_id(owner.custom_id, channel, priority=Priority.NEW_CASE):
            for case in await client.cases_of_user(user.id, limit=FAR_BACK, priority=Priority.NEW_CASE):
                old = case.created_at is not None and case.created_at < since - CLOCKS_DIFFER
                if old or case.id in known or case.deleted or case.spam or case.status == CaseStatus.CLOSED:
                    continue
                messages = await client.messages(case.id, limit=1, newest_first=False, priority=Priority.NEW_CASE)
                if any(_opens(each.html, thread_url) for each in messages):
                    return case
        return None


@dataclass(frozen=True, slots=True)
class _Look:
    """One search for one post, through so many of the ``newest`` messages of a case."""

    desk: Desk
    post: PostRow
    newest: int
    priority: Priority
    revisions: Collection[int]

    async def cases(self, custom_id: str, channel: str) -> list[Case]:
        """Return the cases that may hold it."""
        client, post, found = self.desk.client, self.post, []
        if post.case_id is not None and (case := await client.case(post.case_id, priority=self.priority)) is not None:
            found.append(case)
        listed = CASES if self.newest == NEWEST else FAR_BACK
        for user in await client.users_by_custom_id(custom_id, channel, priority=self.priority):
            found += await client.cases_of_user(user.id, absorbed=True, limit=listed, priority=self.priority)
        return [case for case in found if _changed_since(case, post)]

    async def in_case(self, case_id: int) -> Message | None:
        """Return the message that is the post."""
        try:
            messages = await self.desk.client.messages(case_id, limit=self.newest, priority=self.priority)
        except CaseNotFound:
            return None  # purged meanwhile, and whatever stood in it with it
        address = footer_address(self.post.url)
        for message in messages:
            mark = footer_permalink(message.html or message.text)
            if mark is not None and mark[0] == address and mark[1] in self.revisions:
                return message
        if not _reaches_back(messages, self.newest, self.post):
            raise Held(
                f"Deskie's answer was lost, and case {case_id} has too many newer messages to look further back",
                explanation="Look for the post in that case, then retry the item or mark it as sent.",
            )
        return None


def _opens(html: str, thread_url: str) -> bool:
    top = _LINK.search(html)
    return top is not None and unescape(top[1]) == thread_url and footer_permalink(html) is not None


def _changed_since(case: Case, post: PostRow) -> bool:
    """Whether a case may hold what was written: it changed since then, by Deskie's clock."""
    return case.updated_at is None or post.sending_at is None or case.updated_at >= post.sending_at - CLOCKS_DIFFER


def _reaches_back(messages: Sequence[Message], asked: int, post: PostRow) -> bool:
    """Whether the newest messages of a case, as many as were ``asked`` for, cover the time since the write began."""
    if len(messages) < asked or post.sending_at is None:
        return True
    oldest = messages[-1].created_at
    return oldest is not None and oldest < post.sending_at
