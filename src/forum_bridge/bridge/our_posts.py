"""Which answer a post of our people is: one that a person was to post, that waited for a moderator, or whose write was
lost. Guesses nothing: what says something else is told as that. Writes the ledger only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_notice
from forum_bridge.bridge.answer_files import said
from forum_bridge.bridge.content import Digested
from forum_bridge.bridge.site import Site
from forum_bridge.ledger import answers, trail
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.markup.compare import is_answer
from forum_bridge.model import Post, Receipt, ReceiptState
from forum_bridge.web.aside import aside

CLOCKS_DIFFER = timedelta(hours=1)
_ON_ITS_WAY = (State.SENDING, State.UNCLEAR)


class OurPosts:
    """Lives for one transaction; ``due_at`` is when the first note is due that it put into the outbox."""

    def __init__(self, db: AsyncConnection, site: Site, now: datetime) -> None:
        self._db = db
        self._site = site
        self._now = now
        self.due_at: datetime | None = None

    async def let_through(self, post: Post, receipts: Sequence[AnswerRow]) -> None:
        """A post stands for all to read that the forum named in these receipts: none of them waits any more."""
        for answer in receipts:
            if answer.state is State.QUEUED:
                await self._stands(answer, post)

    async def recognise(self, item: Digested) -> bool:
        """Whether a new post of our own people, in no receipt, is an answer; then the ledger says so. Of several of the
        same text the oldest one is it; while one of them is on its way, its own look tells."""
        alike = [
            answer
            for answer in await self._awaited(item.post)
            if await aside(len(item.text), is_answer, item.text, said(answer))
        ]
        if not alike or any(answer.state in _ON_ITS_WAY for answer in alike):
            return False
        await self._stands(alike[0], item.post)
        return True

    async def in_other_words(self, post: Post) -> None:
        """A new post of our own account, in no receipt and no answer by its words: where one waits for a moderator, who
        may have changed it, agents are told so, once."""
        there = await self._awaited(post)
        waits = [answer for answer in there if answer.state is State.QUEUED and answer.reason is None]
        if not waits or any(answer.state in _ON_ITS_WAY for answer in there):
            return
        await answers.change(self._db, waits[0].id, reason=f"it may stand there in other words: {post.url}")
        self._told(await agent_notice.of_other_words(self._db, self._site, waits[0], post, now=self._now))

    async def _awaited(self, post: Post) -> list[AnswerRow]:
        return [
            answer
            for answer in await answers.awaited(self._db, self._site.name, post.thread.id)
            if (post.time is None or post.time >= answer.received_at - CLOCKS_DIFFER)
            and (post.thread.private or not answer.private)
        ]

    async def _stands(self, answer: AnswerRow, post: Post) -> None:
        facts: dict[str, object] = {"state": State.SENT, "sent_at": self._now, "due_at": None, "reason": None}
        receipt = {"receipt_post": post.id, "receipt_url": post.url}
        if answer.state is not State.QUEUED:  # that it waited once tells that others may wait
            receipt["receipt_state"] = ReceiptState.POSTED
        await answers.change(self._db, answer.id, **facts, **receipt)
        structlog.get_logger().info(
            "answer_recognised", forum=self._site.name, message=answer.message_id, was=answer.state.value, post=post.url
        )
        if answer.state is State.BY_HAND:
            return  # who posted it knows
        await trail.note(self._db, "answer", answer.id, Step.FOUND, now=self._now)
        stands = Receipt(post.id, post.url)
        self._told(await agent_notice.of_receipt(self._db, self._site, answer, stands, now=self._now))

    def _told(self, told: bool) -> None:
        if told:
            self.due_at = self._now
