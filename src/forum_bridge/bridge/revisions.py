"""What becomes of a post that the ledger has: nothing, a newer text for what was not sent yet, a follow-up, or a note
that it was edited. Knows no network."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.content import Digested, content_of
from forum_bridge.bridge.edits import UNDONE, ChangesTold
from forum_bridge.bridge.entry import Entry
from forum_bridge.bridge.policy import Taken
from forum_bridge.ledger import bodies, posts
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.model import ThreadId, author_of
from forum_bridge.web.aside import aside


def as_known(item: Digested, known: PostRow) -> Digested:
    """Return a post under the author it was first read with: accounts are deleted and renamed, and who wrote it stays
    who it was."""
    if known.author_key == item.post.author.key:
        return item
    name = known.author_name or item.post.author.name  # the one that was kept may be gone by now
    return replace(item, post=replace(item.post, author=author_of(known.author_key, name)))


class Revisions:
    """Compares posts with what the ledger has of them; lives for one transaction. ``woken`` gathers the conversations
    that have work by it."""

    def __init__(self, db: AsyncConnection, told: ChangesTold, now: datetime) -> None:
        self._db = db
        self._told = told
        self._now = now
        self.woken: set[int] = set()

    async def again(self, item: Digested, known: PostRow, thread_id: ThreadId) -> Entry | None:
        """Handle a post that is known: the same, edited before it was sent, grown by a follow-up, or edited after.
        Return the revision to store, if there is one."""
        if item.content.hash == known.body_hash:
            if known.reason == UNDONE:
                await self._edited(item, known, known.revision)
            return None
        if known.state is State.WAITING and known.body_id is not None:
            await self._replace(item, known, known.body_id)
            self.woken |= {known.conversation_id} if known.conversation_id is not None else set()
            return None
        revision = known.revision + 1
        if await posts.had(self._db, known.forum, known.post_id, item.content.hash):
            if not await self._taken_back(known):
                return None  # or a page from a cache
        elif await _grew(item, known):
            taken = Taken(State.WAITING, known.as_note, known.by_agent)
            return Entry(item, thread_id, revision, taken, known.conversation_id)
        elif _lies_here(known) and known.body_id is not None:
            await self._replace(item, known, known.body_id)
            return None
        elif known.state is State.IGNORED and known.body_id is not None and not await self._told.keeps(known):
            await self._replace(item, known, known.body_id)
            await self._edited(item, known, known.revision)
            return None
        reason = await self._told.edited(known, item.post, revision)
        taken = Taken(State.IGNORED, known.as_note, known.by_agent, reason)
        return Entry(item, thread_id, revision, taken, known.conversation_id)

    async def _taken_back(self, known: PostRow) -> bool:
        """A post reads as an earlier revision did; return whether agents heard otherwise, and have to hear of it."""
        if known.state is not State.IGNORED:
            return False
        if await self._told.undone(known):
            await posts.change(self._db, known.id, reason=UNDONE)
            return False
        return await self._told.was_told(known)

    async def _edited(self, item: Digested, known: PostRow, revision: int) -> None:
        """Tell of an edit that stands in the ledger, unless it was told."""
        reason = await self._told.edited(known, item.post, revision)
        if reason != known.reason:
            await posts.change(self._db, known.id, reason=reason)

    async def _replace(self, item: Digested, known: PostRow, body_id: int) -> None:
        post = item.post
        await bodies.replace(self._db, body_id, post.html, now=self._now)
        attachments = [asdict(attachment) for attachment in post.attachments]
        await posts.change(self._db, known.id, body_hash=item.content.hash, attachments=attachments)


def _lies_here(known: PostRow) -> bool:
    """Whether a post surely is not on the desk and may go there one day, as it reads then: no write of it was begun, or
    it was given up, or left out for want of a case."""
    stuck = known.state in (State.HELD, State.DEAD) and known.sending_at is None
    return stuck or (known.state is State.IGNORED and known.revision == 1)


async def _grew(item: Digested, known: PostRow) -> bool:
    """Whether something was added at the end. Of a text that is not kept any more the hash tells that much only where
    the forum puts a rule in between."""
    if known.html is None:
        return item.content.grew_onto(known.body_hash)
    before = await aside(len(known.html), content_of, known.html, known.url, len(known.attachments))
    return item.content.grew_from(before)
