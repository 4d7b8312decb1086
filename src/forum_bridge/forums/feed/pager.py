"""A feed as a bell: it tells which threads have moved, and another adapter reads them. So posts have the ids, authors
and whole texts of their pages, and what passed through the feed unseen is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

import structlog

from forum_bridge.errors import Blocked, BridgeError, Retry, Unreadable, WatchTrouble
from forum_bridge.forums.contract import Adapter, CanQuote, CanReply, CanSignIn, LimitsLength
from forum_bridge.forums.feed.adapter import FeedReader
from forum_bridge.forums.feed.options import FeedOptions
from forum_bridge.forums.feed.state import FeedState, Place
from forum_bridge.markup import quote as common
from forum_bridge.model import (
    Cursor,
    Draft,
    OwnPosts,
    Post,
    PostId,
    Quote,
    Reading,
    Receipt,
    SignIn,
    ThreadId,
    ThreadRef,
    ThreadSeen,
    Watch,
    WatchKind,
)  # fmt: skip
from forum_bridge.web.session import ForumSession


@runtime_checkable
class Writes(Adapter, CanReply, Protocol):
    """An adapter that writes."""


class FeedPager(FeedReader):
    """Reads what a feed points to with another adapter."""

    def __init__(self, options: FeedOptions, session: ForumSession, pages: Adapter) -> None:
        super().__init__(options, session)
        self._pages = pages

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return the posts of the threads that have moved. One that cannot be read waits for the next poll, one that is
        refused for some more time; only when none could be read is the first error raised. Raises what the other
        adapter raises, with the cursor to go on from: a feed does not show again what is too old for it."""
        state = FeedState() if cursor is None else FeedState.from_json(cursor.state)
        changed, gap = await self._changed(watch, state)
        for post in changed:
            if not _rests(post, watch.since, first=cursor is None):
                state.waiting[post.thread.id] = Place(WatchKind.THREAD, post.url)
                state.refusals.forget(post.thread.id)
        if gap and self._options.board is not None:
            state.waiting.setdefault("board", Place(WatchKind.BOARD, self._options.board))
        before = state.to_json()
        try:
            return await self._read_waiting(watch.since, state, unseen=gap and self._options.board is None)
        except BridgeError as error:
            error.cursor = error.cursor or before
            raise

    async def _read_waiting(self, since: datetime | None, state: FeedState, *, unseen: bool) -> Reading:
        found = _Found()
        for key in self._ready(state)[: self._options.threads_a_poll]:
            await self._read_one(key, state.waiting[key], since, state, found)
            if found.blocked:
                break
        if found.refused and not (found.read or found.blocked) and state.read and state.read[0] not in state.waiting:
            await self._read_one(*state.read, since, state, found)  # does it refuse these threads, or us?
        if found.read:
            for key, error in found.refused.items():
                _refused(state, key, error, self._session.now())
        elif troubled := [*found.failed.values(), *found.refused.values()]:
            troubled[0].cursor = state.to_json()
            raise troubled[0]
        more = not found.failed.keys() >= set(self._ready(state))
        return Reading(
            tuple(found.posts.values()),
            tuple(found.threads.values()),
            Cursor(state.to_json()),
            unseen or (more and not found.blocked),
            found.moved,
            unreadable=found.unreadable,
        )

    def _ready(self, state: FeedState) -> list[str]:
        now = self._session.now()
        return [key for key in state.waiting if not state.refusals.rests(key, now)]

    async def _read_one(self, key: str, place: Place, since: datetime | None, state: FeedState, found: _Found) -> None:
        """Read a thread or board into ``found``, its errors included. Raises SignInNeeded."""
        known = state.cursors.get(key)
        try:
            reading = await self._pages.read(
                Watch(place.kind, place.url, since), Cursor(known) if known is not None else None
            )
        except (Retry, WatchTrouble) as error:  # busy or changed; gone, not for us; or only for now
            structlog.get_logger().warning("feed.page_waits", page=place.url, reason=str(error))
            found.note(key, place, error)
            if error.cursor is not None:
                state.cursors[key] = error.cursor
            if key in state.waiting:
                state.waiting[key] = state.waiting.pop(key)  # behind the others
            return
        if not reading.gap:
            state.waiting.pop(key, None)
            state.refusals.forget(key)
        if reading.cursor is not None:
            state.cursors.pop(key, None)
            state.cursors[key] = reading.cursor.state
        if place.kind is WatchKind.THREAD:
            state.read = (key, place)
        found.take(reading)


@dataclass(slots=True)
class _Found:
    """What one poll has found so far: how many places it could ``read`` and what stood there, by key which it could
    not, and which were refused."""

    read: int = 0
    posts: dict[str, Post] = field(default_factory=dict)
    threads: dict[ThreadId, ThreadSeen] = field(default_factory=dict)
    moved: dict[ThreadId, ThreadRef] = field(default_factory=dict)
    unreadable: dict[str, Exception] = field(default_factory=dict)
    failed: dict[str, BridgeError] = field(default_factory=dict)
    refused: dict[str, BridgeError] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        """Whether a challenge was met, after which nothing more is asked."""
        return any(isinstance(error, Blocked) for error in self.refused.values())

    def take(self, reading: Reading) -> None:
        self.read += 1
        self.posts |= {post.id: post for post in reading.posts}
        self.threads |= {seen.ref.id: seen for seen in reading.threads}
        self.moved |= reading.moved
        self.unreadable |= reading.unreadable

    def note(self, key: str, place: Place, error: BridgeError) -> None:
        if isinstance(error, Unreadable):
            self.unreadable[place.url] = error
        (self.failed if isinstance(error, Retry | Unreadable) else self.refused)[key] = error


def _refused(state: FeedState, key: str, error: BridgeError, now: datetime) -> None:
    """Let a refused place rest, or forget it when it was refused often enough."""
    if not state.refusals.again(key, now):
        place = state.waiting.pop(key)
        structlog.get_logger().warning("feed.page_given_up", page=place.url, reason=str(error), until="it moves again")


class FeedMember(FeedPager):
    """Reads with an account, where the other adapter can."""

    async def sign_in(self) -> SignIn:
        """Sign in as the other adapter does."""
        if not isinstance(self._pages, CanSignIn):
            raise WatchTrouble(f"The adapter {self._pages.name} does not know how to sign in.")
        return await self._pages.sign_in()


class FeedWriter(FeedMember):
    """Answers by the other adapter, in its markup."""

    def __init__(self, options: FeedOptions, session: ForumSession, pages: Writes) -> None:
        super().__init__(options, session, pages)
        self.markup = pages.markup
        self.longest = pages.longest if isinstance(pages, LimitsLength) else None
        self._writer = pages

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post an answer as the other adapter does."""
        return await self._writer.reply(thread, draft)

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's posts as the other adapter reads them."""
        return await self._writer.own_posts(thread, after)

    def quote(self, quote: Quote) -> str:
        """Return a quote as the other adapter writes it."""
        return self._writer.quote(quote) if isinstance(self._writer, CanQuote) else common.quote(self.markup, quote)

    def mention(self, quote: Quote) -> str:
        """Return a mention as the other adapter writes it."""
        return self._writer.mention(quote) if isinstance(self._writer, CanQuote) else common.mention(self.markup, quote)


def _rests(post: Post, since: datetime | None, *, first: bool) -> bool:
    """Return whether a post was there before the watch began; where the feed tells no time, the first reading's
    were."""
    moment = post.edited or post.time
    if since is None:
        return False
    return moment < since if moment is not None else first
