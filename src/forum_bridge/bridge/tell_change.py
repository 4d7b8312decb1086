"""Tells agents what became of a post that they have, because a person asks for it: edited since, or no more on the
forum. Looks on the forum first, and refuses where that cannot be known. Writes the ledger only: the outbox does the
rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.edits import ChangesTold, told_of
from forum_bridge.bridge.site import Site
from forum_bridge.command import command
from forum_bridge.errors import BridgeError, Gone
from forum_bridge.ledger import operator, posts, threads, trail
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import State
from forum_bridge.ledger.trail import Step
from forum_bridge.model import Clock, Cursor, Reading, Watch, WatchKind

READINGS = 50  # of the thread, each of a few pages
COARSE = timedelta(minutes=5)  # forums print times by the minute


class TellChange:
    """Reads the forum, writes notes into the ledger's outbox."""

    def __init__(self, ledger: Ledger, sites: Mapping[str, Site], clock: Clock) -> None:
        self._ledger = ledger
        self._sites = sites
        self._clock = clock

    async def __call__(self, name: str) -> str:
        """Return in one sentence what agents are told. Raises BridgeError if it is no post, if agents have not got it,
        if nothing has become of it, or if that cannot be known."""
        rows = await self._revisions(name)
        sent = [row for row in rows if row.state is State.SENT and row.case_id is not None]
        if not sent:
            raise BridgeError(
                f"Agents have not got {name}, as far as the ledger knows.",
                explanation=f"`{command('trace', name)}` says where it stands.",
            )
        site = self._sites.get(rows[0].forum)
        if site is None:
            raise BridgeError(
                f"The forum {rows[0].forum} is not configured.",
                explanation=f"Put forums.{rows[0].forum} back into the configuration.",
            )
        there = await self._stands(site, sent[-1])
        return await self._ledger.commit(lambda db: self._tell(db, site, rows, sent[-1], name, there=there))

    async def _revisions(self, name: str) -> Sequence[PostRow]:
        item = operator.named(name)
        if item is None or item.road != "post":
            raise BridgeError(
                f"{name} is not the name of a post.",
                explanation="Names look like post-142; `forum-bridge audit` and `trace` show them.",
            )
        async with self._ledger.reading() as db:
            if not await operator.find(db, item):
                raise BridgeError(
                    f"There is no {item} in the ledger.", explanation="`forum-bridge trace` shows the names."
                )
            row = await posts.get(db, item.number)
            return await posts.revisions(db, row.forum, row.post_id)

    async def _stands(self, site: Site, post: PostRow) -> bool:
        """Return whether a post stands in its thread. Raises what reading it raises."""
        async with self._ledger.reading() as db:
            thread = await threads.get(db, post.forum, post.thread_id)
        if thread is None or thread.ref.private:
            raise BridgeError("Personal messages are not looked for.", explanation="Tell agents by hand.")
        since = None if post.written_at is None else post.written_at - COARSE
        watch, cursor = Watch(WatchKind.THREAD, thread.ref.url, since), None
        try:
            for _ in range(READINGS):
                reading = await _read(site, watch, cursor)
                if any(each.id == post.post_id for each in reading.posts):
                    return True
                if not reading.gap:
                    return False
                cursor = reading.cursor
        except Gone:
            return False
        raise BridgeError(f"The thread {thread.ref.url} is too long to be read.", explanation="Tell agents by hand.")

    async def _tell(
        self, db: AsyncConnection, site: Site, rows: Sequence[PostRow], sent: PostRow, name: str, *, there: bool
    ) -> str:
        now, last = self._clock(), rows[-1]
        changes = ChangesTold(db, site, now)
        if not there:
            await changes.deleted_anyway(sent)
            await posts.change_all(db, sent.forum, sent.post_id, deleted_at=now)
            said = "it stands on the forum no more"
        elif last.revision > sent.revision and not await told_of(db, site.desk, sent, last):
            if last.html is None:
                raise BridgeError(f"What {name} says now is not kept any more.", explanation="Tell agents by hand.")
            before = [row for row in rows if row.revision < last.revision]
            await changes.edited_anyway(before, sent, last, last.revision)
            said = "it was edited"
        else:
            raise BridgeError(
                f"{name} stands on the forum, and agents know of all its edits that the ledger has.",
                explanation="Nothing was told.",
            )
        await trail.note(db, "post", sent.id, Step.DECIDED, f"tell; {said}", now=now)
        structlog.get_logger().info("operator_decided", item=name, act="tell", said=said)
        return f"Agents are told of {name} by a note in case {sent.case_id}: {said}."


async def _read(site: Site, watch: Watch, cursor: Cursor | None) -> Reading:
    return await site.account.doing(lambda: site.adapter.read(watch, cursor))
