"""What agents hear of a delivered post that changed on the forum or was deleted there, put into the outbox of notes in
the transaction that learns of it. Bounded: a post that ever changes must not fill a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge import agent_words, edit_words
from forum_bridge.bridge.case_text import message_of
from forum_bridge.bridge.site import Site
from forum_bridge.config import Deletions, Edits
from forum_bridge.ledger import agent_notes, conversations, posts, threads
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import WORK, State
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.diff import difference
from forum_bridge.model import Attachment
from forum_bridge.web.aside import aside

SETTLES = timedelta(minutes=2)  # who corrects a post often does so several times in a row: agents hear of it once
LOOK_BACK = timedelta(days=14)  # what changes later is housekeeping: signatures, a new engine, moderators' tidying
MOST = 5  # notes about one post; some themes put a counter into posts, which changes at every reading

TOLD = frozenset({State.SENDING, State.UNCLEAR, State.SENT})  # or will be, in the words that the note has
SAID = TOLD | {State.HELD, State.DEAD}
ON_THE_WAY = frozenset({*WORK, State.HELD, State.DEAD})

EDITED = "edited on the forum after it was taken in"
ON_ITS_WAY = "edited on the forum while it was on its way to Deskie"
UNDONE = "edited on the forum, and edited back"
LATE = f"edited on the forum more than {LOOK_BACK.days} days after it was delivered"
OFTEN = f"edited on the forum more than {MOST} times"


class Says(Protocol):
    """What a post says now: as it was read, or as it stands in the ledger."""

    @property
    def html(self) -> str | None: ...
    @property
    def url(self) -> str: ...
    @property
    def attachments(self) -> tuple[Attachment, ...]: ...


class ChangesTold:
    """Lives for one transaction; ``due_at`` is when the first note is due that it put into the outbox."""

    def __init__(self, db: AsyncConnection, site: Site, now: datetime) -> None:
        self._db = db
        self._site = site
        self._now = now
        self.due_at: datetime | None = None

    async def keeps(self, known: PostRow) -> bool:
        """Whether an edit that the ledger has is settled, so that the next one is a revision of its own: agents were
        told of it, and may be told of more."""
        rows = await posts.revisions(self._db, known.forum, known.post_id)
        state = await agent_notes.state_of(self._db, self._site.desk, _key(rows[0], known.revision))
        return state in SAID and not await self._often(rows[0])

    async def was_told(self, known: PostRow) -> bool:
        """Whether agents were told of an edit that the ledger has, and may be told of more."""
        rows = await posts.revisions(self._db, known.forum, known.post_id)
        state = await agent_notes.state_of(self._db, self._site.desk, _key(rows[0], known.revision))
        return state in TOLD and not await self._often(rows[0])

    async def arrived(self, post: PostRow) -> None:
        """A post reached the desk: tell of what was edited meanwhile."""
        for edit in await posts.revisions(self._db, post.forum, post.post_id):
            if edit.reason == ON_ITS_WAY:
                reason = await self.edited(post, edit, edit.revision)
                await posts.change(self._db, edit.id, reason=reason)

    async def edited(self, known: PostRow, post: Says, revision: int) -> str:
        """Tell of an edit that the ledger stores as ``revision`` of a known post; return why it is stored as it is."""
        policy = self._site.config.cases.edits
        rows = [row for row in await posts.revisions(self._db, known.forum, known.post_id) if row.revision < revision]
        sent = [row for row in rows if row.state is State.SENT]
        if policy is Edits.IGNORE:
            return EDITED
        if not sent:
            return ON_ITS_WAY if any(row.state in ON_THE_WAY for row in rows) else EDITED
        last = sent[-1]
        if last.case_id is None or last.sent_at is None:
            return EDITED  # a person marked it as sent, and only they know where
        if last.sent_at < self._now - LOOK_BACK:
            return LATE
        key = _key(rows[0], revision)
        if await agent_notes.state_of(self._db, self._site.desk, key) is None and await self._often(rows[0]):
            return OFTEN
        await self.edited_anyway(rows, last, post, revision)
        return EDITED

    async def edited_anyway(self, before: Sequence[PostRow], sent: PostRow, post: Says, revision: int) -> None:
        """Tell of an edit whatever the configuration says: ``before`` are the earlier revisions, ``sent`` the last of
        them that agents have as a message of a case."""
        assert sent.case_id is not None
        html = await self._note(await self._seen(before), post, revision)
        amends = self._site.config.cases.edits is Edits.MESSAGE
        amended = await self._amended(sent, post, revision) if amends else None
        await self._want(
            _key(before[0], revision), sent.case_id, html, amends_url=amended and post.url, amended=amended
        )

    async def undone(self, known: PostRow) -> bool:
        """An edited post reads as it did before: who was not told of the edit yet need not be. Return whether that is
        so."""
        rows = await posts.revisions(self._db, known.forum, known.post_id)
        withdrawn = await agent_notes.withdraw(self._db, self._site.desk, _key(rows[0], known.revision))
        return withdrawn or known.reason == ON_ITS_WAY

    async def deleted(self, known: PostRow) -> None:
        """Tell of a post that is no more, if agents have it."""
        if self._site.config.cases.deletions is not Deletions.IGNORE and known.forgotten_at is None:
            await self.deleted_anyway(known)

    async def deleted_anyway(self, known: PostRow) -> None:
        """Likewise whatever the configuration says."""
        rows = await posts.revisions(self._db, known.forum, known.post_id)
        sent = [row for row in rows if row.state is State.SENT and row.case_id is not None]
        if sent and sent[-1].case_id is not None:
            html = edit_words.deleted(self._site.config.answers.tell_agents, known.author_name, known.url)
            await self._want(_deletion(rows[0]), sent[-1].case_id, html)

    async def restored(self, known: PostRow) -> None:
        """A post is there again: who was not told yet that it was deleted need not be."""
        rows = await posts.revisions(self._db, known.forum, known.post_id)
        await agent_notes.withdraw(self._db, self._site.desk, _deletion(rows[0]))

    async def _often(self, first: PostRow) -> bool:
        return await agent_notes.many(self._db, self._site.desk, f"post {first.id}.") >= MOST

    async def _seen(self, rows: Sequence[PostRow]) -> PostRow:
        """Return the revision whose text agents saw last: delivered, or told of."""
        for row in reversed(rows):
            if row.state is State.SENT:
                return row
            state = await agent_notes.state_of(self._db, self._site.desk, _key(rows[0], row.revision))
            if state in TOLD:
                return row
        return rows[0]

    async def _note(self, seen: PostRow, post: Says, revision: int) -> str:
        language = self._site.config.answers.tell_agents
        length = len(seen.html or "") + len(post.html or "")
        changed = await aside(length, _difference, seen, post)
        return edit_words.edited(language, seen.author_name, changed, post.url, revision)

    async def _amended(self, last: PostRow, post: Says, revision: int) -> str | None:
        """Return how the post's message is to read: with the top of its case if it opened that."""
        row = replace(last, html=post.html, revision=revision, attachments=post.attachments)
        if last.conversation_id is None:
            return None
        opened = await conversations.cases(self._db, last.conversation_id)
        opens = None
        if any(case.opened_at == last.sent_at for case in opened):
            opens = await threads.get(self._db, last.forum, last.thread_id)
        return await message_of(row, self._site, None, opens=opens)

    async def _want(
        self, key: str, case_id: int, html: str, *, amends_url: str | None = None, amended: str | None = None
    ) -> None:
        desk, due, signed = self._site.desk, self._now + SETTLES, agent_words.signed(html, key)
        new = partial(agent_notes.want, self._db, desk, key, case_id, signed, now=self._now)
        await new(due_at=due, amends_url=amends_url, amended=amended)
        await agent_notes.renew(self._db, desk, key, signed, due_at=due, amends_url=amends_url, amended=amended)
        self.due_at = due if self.due_at is None else min(self.due_at, due)


async def told_of(db: AsyncConnection, desk: str, post: PostRow, edit: PostRow) -> bool:
    """Whether agents have heard of an edit of a post, or will."""
    first = (await posts.revisions(db, post.forum, post.post_id))[0]
    state = await agent_notes.state_of(db, desk, _key(first, edit.revision))
    return edit.reason == UNDONE or (state is not None and (state is State.SENT or state in WORK))


def _difference(seen: Says, post: Says) -> str:
    """Return how the texts differ; of one that is no longer kept only the new one is told."""
    old, new = (clean_post(each.html or "", each.url).text for each in (seen, post))
    return difference(old, new)


def _key(first: PostRow, revision: int) -> str:
    return f"post {first.id}.{revision}, edited {first.post_id}"


def _deletion(first: PostRow) -> str:
    return f"post {first.id}, deleted {first.post_id}"
