"""The way of an answer to its readers: into the thread, into the private thread in which it was asked, or as a personal
message to the customer. Never guesses whom to write to, and writes nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from forum_bridge.bridge.owner import customer_of, reader_of
from forum_bridge.bridge.sealed import OpenDraft, PrivateThread, SealedDraft
from forum_bridge.bridge.site import Site
from forum_bridge.errors import NotPosted
from forum_bridge.forums.contract import CanMessage, CanWrite
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.markup.subject import subject_of
from forum_bridge.model import Author, Receipt, ThreadRef

Write = Callable[[], Awaitable[Receipt]]
Place = ThreadRef | Author
"""Where an answer is found again: in a thread, or among what we wrote to somebody."""


class CannotMessage(NotPosted):
    """The forum's adapter cannot send personal messages, and the answer is private."""

    explanation = "It was not published: send it to the customer by hand, and mark it as sent."


class NobodyToWriteTo(NotPosted):
    """The customer has no account on the forum, and the answer is private."""

    explanation = "It was not published: reach the customer another way, and mark it as sent."


class Ways:
    """Reads the ledger only."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def write_of(
        self, site: Site, draft: OpenDraft | SealedDraft, answer: AnswerRow, owner: Conversation, thread: ThreadRef
    ) -> Write:
        """Return what writes a draft once. Raises NotPosted where the adapter cannot, or nobody can be written to; Held
        where a private answer may be for several customers."""
        match draft:
            case OpenDraft():
                return partial(draft.into, _writer(site), thread)
            case SealedDraft() if thread.private:
                if answer.private:
                    await self._reader(answer, owner)
                return partial(draft.into, _writer(site), PrivateThread(thread))
            case SealedDraft():
                if not isinstance(site.adapter, CanMessage):
                    raise CannotMessage
                reader = await self._reader(answer, owner)
                if reader.guest:
                    raise NobodyToWriteTo
                return partial(draft.to, site.adapter, reader, subject_of(thread.title or site.name))

    async def _reader(self, answer: AnswerRow, owner: Conversation) -> Author:
        async with self._ledger.reading() as db:
            return await reader_of(db, answer, owner)


def place_of(answer: AnswerRow, owner: Conversation, thread: ThreadRef) -> Place:
    """Return where an answer stands once it is written."""
    return customer_of(owner) if answer.private and not thread.private else thread


def _writer(site: Site) -> CanWrite:
    if not isinstance(site.adapter, CanWrite):
        raise NotPosted(
            f"the adapter {site.adapter.name} only reads",
            explanation="Post the answer by hand, or choose an adapter that writes (see the README).",
        )
    return site.adapter
