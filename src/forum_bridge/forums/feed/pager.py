"""A feed as a bell: it tells which threads have moved, and another adapter reads them. So posts have the ids, authors
and whole texts of their pages, and what passed through the feed unseen is found."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

import structlog

from forum_bridge.errors import Blocked, BridgeError, Retry, RobotsForbid, Unreadable, WatchTrouble
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
        """Return the posts of the threads that have moved. One that cannot be read waits for the next poll; only when
        none could be read is the first error raised. Raises what the other adapter raises."""
        state = FeedState() if cursor is None else FeedState.from_json(cursor.state)
        changed, gap = await self._changed(watch, state)
        for post in changed:
            if not _rests(post, watch.since, first=cursor is None):
                state.waiting.setdefault(post.thread.id, Place(WatchKind.THREAD, post.url))
        if gap and self._options.board is not None:
            state.waiting.setdefault("board", Place(WatchKind.BOARD, self._options.board))
        return await self._read_waiting(watch.since, state, unseen=gap and self._options.board is None)

    async def _read_waiting(self, since: datetime | None, state: FeedState, *, unseen: bool) -> Reading:
        posts: dict[str, Post] = {}
        threads: dict[ThreadId, ThreadSeen] = {}
        moved: dict[ThreadId, ThreadRef] = {}
        failed: list[BridgeError] = []
        due = list(state.waiting.items())[: self._options.threads_a_poll]
        for key, place in due:
            known = state.cursors.get(key)
            cursor = Cursor(known) if known is not None else None
            try:
                reading = await self._pages.read(Watch(place.kind, place.url, since), cursor)
            except (Blocked, RobotsForbid):
                raise
            except (Retry, Unreadable) as error:
                structlog.get_logger().warning("feed.page_waits", page=place.url, reason=str(error))
                failed.append(error)
                state.waiting[key] = state.waiting.pop(key)  # behind the others
                continue
            except WatchTrouble as error:  # gone, or not for us
                structlog.get_logger().info("feed.page_skipped", page=place.url, reason=str(error))
                del state.waiting[key]
                continue
            if not reading.gap:
                del state.waiting[key]
            if reading.cursor is not None:
                state.cursors.pop(key, None)
                state.cursors[key] = reading.cursor.state
            posts |= {post.id: post for post in reading.posts}
            threads |= {seen.ref.id: seen for seen in reading.threads}
            moved |= reading.moved
        if failed and len(failed) == len(due):
            raise failed[0]
        gap = unseen or len(state.waiting) > len(failed)
        return Reading(tuple(posts.values()), tuple(threads.values()), Cursor(state.to_json()), gap, moved)


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
