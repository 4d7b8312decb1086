"""A post or a revision on its way into the ledger, and the row that it becomes. Decides nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from forum_bridge.bridge.content import Digested
from forum_bridge.bridge.policy import Taken
from forum_bridge.ledger.conversations import Conversation
from forum_bridge.ledger.put_back import PutBack
from forum_bridge.ledger.states import State
from forum_bridge.model import ThreadId, number_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A post or a revision about to be stored, and the conversation it belongs to: one that exists, or a wanted one.
    ``thread_id`` is the thread as the ledger knows it."""

    item: Digested
    thread_id: ThreadId
    revision: int
    taken: Taken
    conversation_id: int | None = None
    wanted: Conversation | None = None

    @property
    def waits(self) -> bool:
        """Whether it goes to the desk."""
        return self.taken.state is State.WAITING

    @property
    def keeps_text(self) -> bool:
        """Whether its text is needed: to be sent, or (an edit) to compare the next follow-up with."""
        return self.waits or self.revision > 1

    def row(
        self,
        forum: str,
        conversation_id: int | None,
        body_id: int | None,
        *,
        now: datetime,
        put_back: PutBack | None = None,
    ) -> dict[str, object]:
        """Return what stands in the ledger. What may have reached the desk before an older ledger was ``put_back`` is
        looked for there first."""
        post, taken = self.item.post, self.taken
        said_at = post.time if self.revision == 1 else post.edited
        doubtful = put_back if put_back is not None and self.waits and put_back.doubts(said_at, now) else None
        return {
            "forum": forum,
            "post_id": post.id,
            "number": number_of(post.id),
            "revision": self.revision,
            "thread_id": self.thread_id,
            "author_key": post.author.key,
            "author_name": post.author.name,
            "author_email": post.author.email,
            "url": post.url,
            "opening": post.opening,
            "written_at": post.time,
            "seen_at": now,
            "body_id": body_id,
            "body_hash": self.item.content.hash,
            "attachments": [asdict(attachment) for attachment in post.attachments],
            "conversation_id": conversation_id,
            "as_note": taken.as_note,
            "by_agent": taken.by_agent,
            "state": taken.state.value,
            "due_at": now if self.waits else None,
            "sending_at": None,
            "reason": taken.reason,
            **(doubtful.way(now) if doubtful is not None else {}),
        }
