"""Finds out where moderators have put a thread or its posts, and which of these are no more, by the addresses of posts,
which lead there. Fetches pages and keeps nothing."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from forum_bridge.errors import Blocked, BridgeError, Forbidden, Gone, Unreadable
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.state import ThreadState
from forum_bridge.model import Post, ThreadRef


class Whereabouts:
    """Asks one forum."""

    def __init__(self, pages: Source) -> None:
        self._pages = pages

    async def by_its_posts(self, state: ThreadState, gone: Gone | Forbidden) -> ThreadPage:
        """Return the page on which a thread's newest post stands now that its own address is ``gone``.

        Raises ``gone`` where that post is gone too, and where the oldest one does not stand in the same thread: then
        some posts were split off, and the rest was deleted."""
        if state.newest is None:
            raise gone
        try:
            page = await self._around(state.newest[1])
            if state.oldest is not None and state.oldest[0] not in {post.id for post in page.posts}:
                together = (await self._around(state.oldest[1])).ref.id == page.ref.id
            else:
                together = True
        except (Gone, Forbidden):
            raise gone from None
        if not together:
            raise gone
        structlog.get_logger().info("thread.moved", thread=state.page, into=page.ref.url)
        return page

    async def split_off(self, thread: ThreadRef, newest: tuple[str, str]) -> tuple[Post, ...]:
        """Return the posts around a post (its id and its address) that has left ``thread``; none when nobody is told
        where it is. Raises Gone when it is no more, and Unreadable when it still stands in ``thread``, in a form that
        is not read."""
        try:
            page = await self._around(newest[1])
        except (Forbidden, Unreadable):
            return ()
        if page.ref.id == thread.id:
            refuse_unread(page, {newest[0]})
            return ()
        structlog.get_logger().info("thread.split", thread=thread.url, into=page.ref.url)
        return page.posts

    async def is_gone(self, url: str) -> bool:
        """Whether the forum says of a post's address that nothing is there (404 or 410); any other trouble with it does
        not say that. Raises Blocked."""
        try:
            await self._around(url)
        except Gone:
            return True
        except Blocked:
            raise
        except BridgeError as error:
            structlog.get_logger().info("post.whereabouts_unknown", post=url, reason=str(error))
        return False

    async def opening(self, thread: ThreadRef) -> Post | None:
        """Return the post that opens a thread."""
        page = await self._pages.thread(thread.url)
        return next((post for post in page.posts if post.opening), None)

    async def _around(self, url: str) -> ThreadPage:
        return await self._pages.thread(self._pages.entrance(url))


def refuse_unread(page: ThreadPage, known: Collection[str]) -> None:
    """Raise Unreadable when a post that was read before stands on the page with its text, and was not read now: its
    form has changed, and others of that form would be passed over in silence."""
    unread = [each for each in known if each in page.unread]
    if unread:
        error = Unreadable(f"{page.url} shows the post {unread[0]}, which was read before, in another form")
        error.evidence = page.evidence
        raise error
