"""Makes an answer that is too long for the forum several posts, once: what the ledger holds in parts stays so, whatever
the configuration says later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from forum_bridge.bridge.draft import Drafting
from forum_bridge.bridge.layout import Layout
from forum_bridge.bridge.site import Site
from forum_bridge.errors import NotAnAnswer, NotPosted
from forum_bridge.forums.contract import LimitsLength
from forum_bridge.ledger import parts
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.threads import ThreadRow
from forum_bridge.markup.split import split
from forum_bridge.model import Clock

DIGITS_OF_PARTS = 2  # nobody reads a hundred posts


class Parts:
    """Splits answers in the ledger before their first write."""

    def __init__(self, ledger: Ledger, drafting: Drafting, clock: Clock) -> None:
        self._ledger = ledger
        self._drafting = drafting
        self._clock = clock

    async def fitting(self, site: Site, answer: AnswerRow, owner: Conversation, thread: ThreadRow) -> AnswerRow:
        """Return what to send of an answer: all of it, or its first part where it had to be split.

        Raises NotPosted if no post can hold it, NotAnAnswer if a person gave up a part before this one.
        """
        if answer.parts > 1:
            await self._check_followed(answer)
            return answer
        if (limit := longest(site)) is None:
            return answer
        layout = await self._drafting.layout(site, answer, owner, thread)
        files = self._drafting.linked(answer)
        htmls = await asyncio.to_thread(_pieces, layout, answer, files, limit)
        if len(htmls) == 1:
            return answer
        now = self._clock()
        await self._ledger.commit(lambda db: parts.make(db, answer.id, htmls, now=now))
        structlog.get_logger().info("answer_split", forum=site.name, message=answer.message_id, parts=len(htmls))
        return replace(answer, body=htmls[0], is_html=True, parts=len(htmls), attachments=())

    async def _check_followed(self, answer: AnswerRow) -> None:
        async with self._ledger.reading() as db:
            alone = await parts.given_up(db, answer.desk, answer.message_id, answer.part)
        if alone:
            raise NotAnAnswer("a part of the answer before this one was given up by hand")


def longest(site: Site) -> int | None:
    """Return how many characters a post may have there, a line's end counted as two; None where nothing is known of a
    limit."""
    if site.config.answers.longest is not None:
        return site.config.answers.longest
    return site.adapter.longest if isinstance(site.adapter, LimitsLength) else None


def length(text: str) -> int:
    """Return how many characters a forum counts: forms send a line's end as two (https://html.spec.whatwg.org,
    "constructing the entry list"), and most engines count before they make it one."""
    return len(text) + text.count("\n")


def _pieces(layout: Layout, answer: AnswerRow, files: str, limit: int) -> list[str]:
    body = answer.body or ""
    if length(layout.text(body, is_html=answer.is_html, files=files, part=1, parts=1)) <= limit:
        return [body]
    for digits in range(1, DIGITS_OF_PARTS + 1):
        most = 10**digits - 1
        pieces = split(body, answer.is_html, limit, _Measure(layout, files, most))
        if len(pieces) <= most:
            return pieces
    raise NotPosted(
        f"a post may have {limit} characters, and the answer would become {len(pieces)} posts",
        explanation="Send a long text as a file.",
    )


class _Measure:
    """The length of one of ``most`` posts, whose numbers are as wide as theirs can be."""

    def __init__(self, layout: Layout, files: str, most: int) -> None:
        self._layout = layout
        self._files = files
        self._most = most

    def __call__(self, html: str, *, first: bool, last: bool) -> int:
        part = 1 if first else self._most if last else self._most - 1
        return length(
            self._layout.text(html, is_html=True, files=self._files if last else "", part=part, parts=self._most)
        )
