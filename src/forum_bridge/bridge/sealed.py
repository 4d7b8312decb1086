"""A draft that everybody may read, and one for a single reader: two types, so that what is private has no way into a
public thread. Knows not what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forum_bridge.errors import NotPosted
from forum_bridge.forums.contract import CanMessage, CanWrite
from forum_bridge.model import Author, Draft, Receipt, ThreadRef


@dataclass(frozen=True, slots=True)
class PrivateThread:
    """A thread that only its members read; there is none of a public one (raises NotPosted)."""

    ref: ThreadRef

    def __post_init__(self) -> None:
        if not self.ref.private:
            raise NotPosted("A private answer belongs in no public thread.", explanation="This is a fault: report it.")


class OpenDraft:
    """A draft that everybody may read."""

    __slots__ = ("_draft",)

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    async def into(self, adapter: CanWrite, thread: ThreadRef) -> Receipt:
        """Write it into a thread. Raises as ``CanReply.reply``."""
        return await adapter.reply(thread, self._draft)

    def text_for_people(self) -> str:
        """Return the text in the engine's markup, to be pasted by a person."""
        return self._draft.text


class SealedDraft:
    """A draft for one reader. It gives its text to nobody, and opens in front of a private place only. No files hang on
    it: they stay behind links that its reader alone gets."""

    __slots__ = ("_draft",)

    def __init__(self, draft: Draft) -> None:
        self._draft = replace(draft, files=())

    async def into(self, adapter: CanWrite, thread: PrivateThread) -> Receipt:
        """Write it into a private thread. Raises as ``CanReply.reply``."""
        return await adapter.reply(thread.ref, self._draft)

    async def to(self, adapter: CanMessage, reader: Author, subject: str) -> Receipt:
        """Send it to its reader. Raises as ``CanMessage.message``."""
        return await adapter.message(reader, subject, self._draft)
