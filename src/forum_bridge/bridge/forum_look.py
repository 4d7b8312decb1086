"""Looks whether an answer whose write was lost stands where it was written: in its thread among our own posts newer
than the write's beginning, or among what we wrote to its reader since; of those that no other answer has, by what they
say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from forum_bridge.bridge.answer_files import said
from forum_bridge.bridge.site import Site
from forum_bridge.bridge.ways import Place
from forum_bridge.errors import Held
from forum_bridge.forums.contract import CanMessage, CanReply
from forum_bridge.ledger import answers, posts
from forum_bridge.ledger.answers import AnswerRow
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import fingerprint, is_answer, parts
from forum_bridge.model import OwnPosts, Post, PostId, ThreadRef
from forum_bridge.web.aside import aside

MODERATED = timedelta(days=30)  # since the last answer that waited: by then a forum's habits are others, or known anew


@dataclass(frozen=True, slots=True)
class Found:
    """The post in which an answer stands; ``merged``: as a part of one that is another answer's, too."""

    post: Post
    merged: bool = False


class ForumLook:
    """Reads only. Finds None only when the answer is surely not there; raises Held when it cannot be known."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def find(self, site: Site, answer: AnswerRow, place: Place) -> Found | None:
        """Return our post that is this answer or holds it, or None. Raises Held if a page since could not be read, or
        moderators hold our posts back."""
        own = await self._own(site, answer, place)
        ids = [post.id for post in own.posts]
        async with self._ledger.reading() as db:
            published = await answers.with_receipts(db, site.name, ids)
            moderated = await answers.moderated(db, site.name, self._ledger.clock() - MODERATED)
            known = await posts.known_by_then(db, site.name, ids, answer.after_post)
            lost = await self._lost_beside(db, site, answer, place)
        wanted = said(answer)
        texts = await _texts(own.posts)
        for post in own.posts:
            if post.id not in published and post.id not in known and is_answer(texts[post.id], wanted):
                return Found(post)
        for post in own.posts:
            text = texts[post.id]
            has = published.get(post.id) or _standing_in(text, lost)
            if not has and post.id not in known:
                continue
            merged = _merged_into(text, has, wanted)
            if merged and has:
                return Found(post, merged=True)
            if merged or (has and _says_more(text, has, wanted)):
                raise Held(
                    f"the forum's answer was lost, and it may have become a part of {post.url}",
                    explanation="Look whether it stands in that post, then retry it or mark it as sent.",
                )
        if moderated or not own.complete:
            raise _unknown(place, moderated=moderated)
        return None

    async def stands(self, site: Site, answer: AnswerRow, place: Place) -> Post | None:
        """Return our post that a sent answer is or was found to be, or one of its text that no other answer has; None
        if it surely stands there no more. Raises Held if a page could not be read."""
        own = await self._own(site, answer, place)
        async with self._ledger.reading() as db:
            published = await answers.with_receipts(db, site.name, [post.id for post in own.posts])
        wanted = said(answer)
        texts = await _texts(own.posts)
        for post in own.posts:
            has = published.get(post.id, ())
            if any(each.id == answer.id for each in has):
                return post
            if not has and is_answer(texts[post.id], wanted):
                return post
        if not own.complete:
            raise _unknown(place, moderated=False)
        return None

    async def _lost_beside(
        self, db: AsyncConnection, site: Site, answer: AnswerRow, place: Place
    ) -> Sequence[AnswerRow]:
        """Return the other answers in this thread of which nobody knows yet whether they stand there: this one may have
        become a part of their post."""
        if not isinstance(place, ThreadRef):
            return ()
        return [each for each in await answers.awaited(db, site.name, place.id) if each.id != answer.id]

    async def _own(self, site: Site, answer: AnswerRow, place: Place) -> OwnPosts:
        if not isinstance(place, ThreadRef):
            assert isinstance(site.adapter, CanMessage)  # only then was a write begun
            assert answer.sending_at is not None
            return await site.adapter.own_messages(place, answer.sending_at)
        assert isinstance(site.adapter, CanReply)
        async with self._ledger.reading() as db:
            before = await posts.newest_foreign(db, site.name, place.id, answer.after_post)
        return await site.adapter.own_posts(place, before)


def _unknown(place: Place, *, moderated: bool) -> Held:
    if isinstance(place, ThreadRef):
        unread, look = "not every page of the thread could be read since", "in the thread"
    else:
        unread, look = "not every conversation with the customer could be read since", "among the account's messages"
    why = "a moderator may be looking at it" if moderated else unread
    return Held(
        f"the forum's answer was lost, and {why}",
        explanation=f"Look {look} whether the answer stands there, then retry it or mark it as sent.",
    )


async def _texts(own: Sequence[Post]) -> dict[PostId, str]:
    """Return what the posts say, by their ids."""

    def read() -> dict[PostId, str]:
        return {post.id: clean_post(post.html, post.url).text for post in own}

    return await aside(sum(len(post.html) for post in own), read)


def _standing_in(text: str, lost: Sequence[AnswerRow]) -> Sequence[AnswerRow]:
    """Return those answers whose words a post of ours holds."""
    whole = fingerprint(text) if lost else ""
    return [each for each in lost if fingerprint(said(each)) in whole]


def _merged_into(text: str, published: Sequence[AnswerRow], wanted: str) -> bool:
    """Whether one more part of our post's text is ``wanted`` than the answers account for that it is known to be."""
    if any(each.body is None and not each.files_linked for each in published):
        return False  # what they said is not kept any more, so that nobody can count
    merged = parts(text)
    known = sum(is_answer(said(each), wanted) for each in published)
    return len(merged) > 1 and sum(is_answer(part, wanted) for part in merged) > known


def _says_more(text: str, published: Sequence[AnswerRow], wanted: str) -> bool:
    """Whether our post's text holds ``wanted`` more often than the answers it is known to be, though not as a part of
    its own: an engine may put them together by another mark than a rule."""
    sought = fingerprint(wanted)
    known = "|".join(fingerprint(said(each)) for each in published)
    return bool(sought) and fingerprint(text).count(sought) > known.count(sought)
