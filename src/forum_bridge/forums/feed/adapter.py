"""Reads a feed from poll to poll. A feed is a window over the newest posts: where nothing in it was seen before, posts
may have passed unseen, and that is said."""

from __future__ import annotations

from typing import ClassVar

import structlog

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.feed.document import read_feed
from forum_bridge.forums.feed.options import FeedOptions
from forum_bridge.forums.feed.posts import mark_of, posts_of
from forum_bridge.forums.feed.state import FeedState
from forum_bridge.model import Cursor, Markup, Post, Reading, ThreadSeen, Watch, WatchKind
from forum_bridge.web.address import belongs
from forum_bridge.web.aside import aside
from forum_bridge.web.page import Page
from forum_bridge.web.session import ForumSession


class FeedReader:
    """Reads feeds, which may lie on another host than the forum; never signs in and never writes."""

    name = "feed"
    markup = Markup.HTML
    watches = frozenset({WatchKind.FEED})
    Options: ClassVar[type[AdapterOptions]] = FeedOptions

    def __init__(self, options: FeedOptions, session: ForumSession) -> None:
        self._options = options
        self._session = session
        self._elsewhere: dict[str, ForumSession] = {}  # by feed; each keeps its host's robots.txt

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return the feed's posts that are new or changed; ``gap`` where posts may have passed unseen. Raises what
        ``ForumSession.get`` raises, and Unreadable for what is no whole feed."""
        state = FeedState() if cursor is None else FeedState.from_json(cursor.state)
        changed, gap = await self._changed(watch, state)
        threads = {post.thread.id: ThreadSeen(post.thread) for post in changed}
        return Reading(tuple(changed), tuple(threads.values()), Cursor(state.to_json()), gap)

    async def _changed(self, watch: Watch, state: FeedState) -> tuple[list[Post], bool]:
        """Return the posts that are new or changed since ``state``, which is brought up to date, and whether there is
        a gap before them."""
        if watch.kind is not WatchKind.FEED:
            raise WatchTrouble(
                f"The adapter {self.name} reads feeds, not a {watch.kind.value}.",
                explanation="Write `feed:` and the feed's address under watch, or choose the adapter of the engine.",
            )
        session = self._session_for(watch.target)
        page = await session.get(watch.target, validators=state.validators)
        if page.unchanged:
            state.validators = page.validators
            return [], False
        posts = await self._posts(page)
        if not posts and state.seen:
            raise Unreadable(f"{page.url} is empty, and was not before.")
        if not posts:
            structlog.get_logger().warning("feed.empty", feed=watch.target)
        gap = bool(state.seen) and state.seen.keys().isdisjoint(post.id for post in posts)
        if gap:
            structlog.get_logger().warning("feed.gap", feed=watch.target, items=len(posts))
        changed = [post for post in posts if state.seen.get(post.id) != mark_of(post)]
        state.seen = {post.id: mark_of(post) for post in posts}
        state.validators = page.validators
        return changed, gap

    async def _posts(self, page: Page) -> list[Post]:
        def posts() -> list[Post]:
            return posts_of(read_feed(page.html, page.url), page.url, self._options)

        return await aside(len(page.html), posts)

    def _session_for(self, target: str) -> ForumSession:
        if belongs(target, self._session.base_url):
            return self._session
        if target not in self._elsewhere:
            self._elsewhere[target] = self._session.visiting(target)
        return self._elsewhere[target]
