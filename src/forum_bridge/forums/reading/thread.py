"""Reads one thread from poll to poll: forward from the page read last, back a little where deleted or late-approved
posts have shifted the pages, back to the moment the watch began when it is met for the first time, and after its posts
where moderators have moved them. It never writes and keeps nothing itself."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from forum_bridge.errors import Forbidden, Gone
from forum_bridge.forums.reading.looks import Shape, look_at, shape_of
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.state import FIRSTS, KNOWN, ThreadState
from forum_bridge.forums.reading.turning import OldestFirst
from forum_bridge.forums.reading.whereabouts import Whereabouts, refuse_unread
from forum_bridge.model import Look, Post, PostId, ThreadId, ThreadRef, ThreadSeen
from forum_bridge.web.page import Validators

ASKED = 3  # addresses of posts that are not where they were, in one look; the others come in the next ones
COARSE = timedelta(minutes=2)  # forums print times by the minute, and clocks differ: older than this counts as older


@dataclass(frozen=True, slots=True)
class ThreadReading:
    """What one look at a thread brought. ``seen`` is None when nothing has changed, ``look`` when no page was seen.
    ``deleted`` are posts that stood there and are no more, as their own addresses say."""

    state: ThreadState
    posts: tuple[Post, ...] = ()
    seen: ThreadSeen | None = None
    gap: bool = False
    look: Look | None = None
    moved: dict[ThreadId, ThreadRef] = field(default_factory=dict)
    deleted: tuple[PostId, ...] = ()


class ThreadReader:
    """Reads threads of one forum; ``pages_a_poll`` bounds each look, and what it leaves is a gap, never a loss."""

    def __init__(self, pages: Source) -> None:
        self._pages = OldestFirst(pages)
        self._whereabouts = Whereabouts(self._pages)
        self._limit = pages.pages_a_poll

    async def read(self, target: str, state: ThreadState | None, since: datetime | None) -> ThreadReading:
        """Return the posts at ``target`` since ``state``, or since the moment ``since`` when there is no state yet.

        Raises Gone when the thread does not exist, Unreadable when a post that was read before stands there in another
        form, and what ``Source.thread`` raises."""
        reading = await (self._first(target, since) if state is None else self._later(target, state, since))
        reading = await self._asked_after(reading)
        seen = reading.seen
        if seen is None:
            return reading
        old = state.thread if state is not None and state.thread is not None else self._pages.named(target)
        if old is None or old == seen.ref.id:
            return reading
        if seen.opening is None:
            seen = replace(seen, opening=await self._whereabouts.opening(seen.ref))
        return replace(reading, seen=seen, moved={ThreadId(old): seen.ref})

    async def _first(self, target: str, since: datetime | None) -> ThreadReading:
        first = await self._pages.thread(self._pages.entrance(target))
        if (first.pages.next if first.oldest else first.pages.previous) is not None:
            first = await self._pages.thread(first.ref.url)  # the address leads into the middle of the thread
        if first.oldest is not None and first.pages.previous is not None:
            oldest = await self._pages.thread(first.oldest)
            return await self._seek(first, since, oldest.posts[0] if oldest.posts else None)
        opening = first.posts[0] if first.posts else None
        if since is None or first.pages.last is None or first.pages.next is None:
            return await self._forward([first], (), opening)
        return await self._seek(await self._pages.thread(first.pages.last), since, opening)

    async def _later(self, target: str, state: ThreadState, since: datetime | None) -> ThreadReading:
        if state.seek:
            return await self._seek(await self._pages.thread(state.page), since, None, state.known)
        try:
            page, marks = await self._pages.revisit(state.page, state.validators)
        except (Gone, Forbidden):
            chain = await self._overlap(await self._after_its_page(target, state), state.known)
            return await self._onwards(chain, state)
        if page is None:
            return ThreadReading(state)
        if _first_id(page) not in state.firsts[-1:]:
            page = await self._pages.sure(page)
        if page.pages.next is None and _digest(page) == state.digest:
            refuse_unread(page, state.known)
            marks = Validators() if page.broken else marks  # what cannot be read yet is read again
            return ThreadReading(replace(state, validators=marks), look=look_at([page], state.shape, state.page))
        if not _overlaps(page, state.known) and page.pages.previous is None and page.pages.last is not None:
            # asked past the end, some engines show the first page
            page, marks = await self._pages.thread(page.pages.last), Validators()
        chain = await self._overlap(page, state.known)
        if chain[0].oldest is not None and chain[0].pages.previous is not None and not _overlaps(chain[0], state.known):
            back = ThreadState(chain[0].pages.previous, state.known, seek=True, thread=state.thread, shape=state.shape)
            return ThreadReading(back, (), ThreadSeen(page.ref, None, page.locked), gap=True)
        return await self._onwards(chain, state, marks)

    async def _after_its_page(self, target: str, state: ThreadState) -> ThreadPage:
        """Return the page to go on from when the one read last is gone: the thread's last, or, where the thread itself
        is gone, or closed to us as what moderators leave of a merged one, that on which its newest post stands now."""
        try:
            page = await self._pages.thread(self._pages.entrance(target))
        except (Gone, Forbidden) as gone:
            return await self._whereabouts.by_its_posts(state, gone)
        return page if page.pages.last is None else await self._pages.thread(page.pages.last)

    async def _onwards(
        self, chain: list[ThreadPage], state: ThreadState, validators: Validators | None = None
    ) -> ThreadReading:
        """Read on from ``chain``, and from before it where posts have shifted: one approved late stands among those
        read before. Where the newest post stands no longer, look for it in another thread."""
        chain = await self._unshifted(chain, state.firsts)
        earlier = state.firsts[: -len(chain)]
        reading = await self._forward(chain, state.known, None, validators, (state.shape, state.page), earlier)
        reading = replace(reading, state=replace(reading.state, where={**state.where, **reading.state.where}))
        if state.oldest is not None and state.thread == reading.state.thread:
            reading = replace(reading, state=replace(reading.state, oldest=state.oldest))
        if state.newest is not None and state.newest[0] not in {post.id for post in reading.posts}:
            reading = await self._without_newest(reading, chain[-1].ref, state.newest)
        return reading if reading.gap else _missing(reading, chain, state)

    async def _without_newest(
        self, reading: ThreadReading, thread: ThreadRef, newest: tuple[str, str]
    ) -> ThreadReading:
        try:
            posts = await self._whereabouts.split_off(thread, newest)
        except Gone:
            return replace(_forgetting(reading, {newest[0]}), deleted=(PostId(newest[0]),))
        left = {newest[0], *(post.id for post in posts)}
        return replace(_forgetting(reading, left), posts=(*reading.posts, *posts))

    async def _asked_after(self, reading: ThreadReading) -> ThreadReading:
        """Ask after posts that are missing: each once, whatever the answer."""
        asked, later = reading.state.missing[:ASKED], reading.state.missing[ASKED:]
        gone = [PostId(post_id) for post_id, url in asked if await self._whereabouts.is_gone(url)]
        return replace(reading, state=replace(reading.state, missing=later), deleted=(*reading.deleted, *gone))

    async def _unshifted(self, chain: list[ThreadPage], firsts: Sequence[str]) -> list[ThreadPage]:
        """Return ``chain`` with the pages before it, down to one that begins as it did: one page at least, and as many
        as are known and the forum shows."""
        most = max(len(chain), min(len(firsts), self._limit))
        while len(chain) <= most and chain[0].pages.previous is not None:
            if len(chain) <= len(firsts) and _first_id(chain[0]) == firsts[-len(chain)]:
                break
            try:
                chain.insert(0, await self._pages.thread(chain[0].pages.previous))
            except (Gone, Forbidden):
                break
        return chain

    async def _overlap(self, page: ThreadPage, known: Sequence[str]) -> list[ThreadPage]:
        """Return the pages from one that holds a known post up to ``page``."""
        chain = [page]
        while known and not _overlaps(chain[0], known) and chain[0].pages.previous is not None:
            if len(chain) >= self._limit:
                structlog.get_logger().warning("thread.overlap_not_found", thread=page.ref.url, pages=len(chain))
                break
            chain.insert(0, await self._pages.thread(chain[0].pages.previous))
        return chain

    async def _seek(
        self, page: ThreadPage, since: datetime | None, opening: Post | None, known: Sequence[str] = ()
    ) -> ThreadReading:
        """Walk back from ``page`` until one holds a known post, or one older than ``since``, then read forward from
        there."""
        chain = [page]
        while not _reaches(chain[0], since, known) and chain[0].pages.previous is not None:
            if len(chain) >= self._limit:
                seen = ThreadSeen(page.ref, opening, page.locked)
                return ThreadReading(ThreadState(chain[0].pages.previous, tuple(known), seek=True), (), seen, gap=True)
            chain.insert(0, await self._pages.thread(chain[0].pages.previous))
        return await self._forward(chain, known, opening)

    async def _forward(
        self,
        chain: list[ThreadPage],
        known: Sequence[str],
        opening: Post | None,
        validators: Validators | None = None,
        before: tuple[Shape | None, str | None] = (None, None),
        earlier: Sequence[str] = (),
    ) -> ThreadReading:
        """Follow ``next`` from the end of ``chain`` and gather all posts. ``validators`` belong to the chain's last
        page; ``before`` is how the page read last looked, and its address; ``earlier`` are the first posts of the pages
        before ``chain``."""
        start, limit, ended = len(chain), max(self._limit, len(chain) + 1), False
        posts = {post.id: post for page in chain for post in page.posts}
        while (following := chain[-1].pages.next) is not None and len(chain) < limit:
            page = await self._pages.thread(following)
            if page.posts and all(post.id in posts for post in page.posts):
                ended = True  # asked past the end, some engines show an earlier page
                break
            chain.append(page)
            posts |= {post.id: post for post in page.posts}
        for page in chain:
            refuse_unread(page, known)
        last, shape = chain[-1], before[0]
        full = max(shape.full if shape else 0, *(len(page.posts) for page in chain[:-1]), 0)
        gap = last.pages.next is not None and not ended
        fresh = last.pages.next is None and len(chain) == start and not last.broken
        all_posts = list(posts.values())
        state = ThreadState(
            page=last.url,
            known=(*(each for each in known if each not in posts), *posts)[-KNOWN:],
            digest=_digest(last) if last.pages.next is None else None,
            firsts=(*earlier, *map(_first_id, chain))[-FIRSTS:],
            newest=(all_posts[-1].id, all_posts[-1].url) if all_posts else None,
            oldest=(all_posts[0].id, all_posts[0].url) if all_posts else None,
            thread=last.ref.id,
            where={post.id: post.url for post in all_posts},
            shape=shape_of(last, full),
            validators=validators if fresh and validators else Validators(),
        )
        opening = opening or next((post for post in all_posts if post.opening), None)
        look = look_at(chain, *before)
        return ThreadReading(state, tuple(all_posts), ThreadSeen(last.ref, opening, last.locked), gap, look)


def _overlaps(page: ThreadPage, known: Sequence[str]) -> bool:
    return any(post.id in known for post in page.posts)


def _missing(reading: ThreadReading, chain: Sequence[ThreadPage], state: ThreadState) -> ThreadReading:
    """Return the reading with those of the posts known from the first one on the pages onwards that stand nowhere on
    them."""
    shown = {post.id for post in reading.posts} | {each for page in chain for each in page.unread}
    first = next((place for place, each in enumerate(state.known) if each in shown), len(state.known))
    left = [each for each in state.known[first:] if each not in shown and each in reading.state.known]
    missing = {each: state.where[each] for each in left if each in state.where}
    found = _forgetting(reading, missing)
    return replace(found, state=replace(found.state, missing=(*state.missing, *missing.items())))


def _forgetting(reading: ThreadReading, left: Collection[str]) -> ThreadReading:
    """Return the reading without what stands no longer where it stood."""
    known = tuple(each for each in reading.state.known if each not in left)
    return replace(reading, state=replace(reading.state, known=known))


def _reaches(page: ThreadPage, since: datetime | None, known: Sequence[str]) -> bool:
    """Return whether the page goes back to what is ``known``, or to ``since``; where posts tell no time, one page has
    to do, and one without any tells nothing. Where the newest stand first, all that is wanted lies further back."""
    if _overlaps(page, known):
        return True
    if since is None and page.oldest is not None:
        return False
    times = [post.time for post in page.posts if post.time is not None]
    return since is None or (bool(page.posts) and (not times or min(times) < since - COARSE))


def _first_id(page: ThreadPage) -> str:
    return page.posts[0].id if page.posts else ""


def _digest(page: ThreadPage) -> str:
    hashed = hashlib.sha256()
    for post in page.posts:
        waits = "waits" if post.waits else ""  # a moderator who lets it through changes nothing else
        hashed.update(f"{post.id}\0{post.edited}\0{post.html}\0{waits}".encode())
    return hashed.hexdigest()[:32]
