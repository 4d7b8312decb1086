"""Answers that a ledger which was lost may have published: each is brought to what would be written now, since that is
what the lost one wrote, and then looked for like any lost write. Writes nothing on the forum."""

from __future__ import annotations

from dataclasses import replace

from forum_bridge.bridge.moved import thread_of
from forum_bridge.bridge.parts import Parts
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.ways import place_of
from forum_bridge.bridge.wording import Wording
from forum_bridge.forums.contract import CanMessage, CanReply
from forum_bridge.ledger import answers, posts, put_back
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.model import Clock, ThreadRef


class DoubtfulAnswers:
    """Knows which answers are doubtful."""

    def __init__(self, ledger: Ledger, wording: Wording, parts: Parts, clock: Clock) -> None:
        self._ledger = ledger
        self._wording = wording
        self._parts = parts
        self._clock = clock

    async def doubted_since(self, answer: AnswerRow) -> put_back.PutBack | None:
        """Return when the ledger was put back if only the lost one could know of a write of this answer."""
        async with self._ledger.reading() as db:
            return await put_back.doubted(db, answer.sending_at)

    async def ready(self, site: Site, answer: AnswerRow, lost: put_back.PutBack) -> AnswerRow | None:
        """Return the answer, or its first part, as it is to be looked for; None where nothing can be: a person posts
        what is written there, and recognises what stands there.

        Raises as ``Wording.full`` and ``Parts.fitting`` do."""
        answer, owner = await self._wording.full(site, answer)
        async with self._ledger.reading() as db:
            thread = await thread_of(db, owner, now=self._clock(), private=answer.private)
            after = answer.after_post or await posts.newest_in_thread(
                db, site.name, thread.ref.id, up_to=lost.last_post
            )
        if after != answer.after_post:
            await self._ledger.commit(lambda db: answers.change(db, answer.id, after_post=after))
        answer = replace(await self._parts.fitting(site, answer, owner, thread), after_post=after)
        if isinstance(place_of(answer, owner, thread.ref), ThreadRef):
            return answer if isinstance(site.adapter, CanReply) else None
        return answer if isinstance(site.adapter, CanMessage) else None
