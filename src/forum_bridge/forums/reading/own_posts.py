"""Finds the posts of our own account at the end of a thread, which is how an answer whose fate is unclear is looked
up."""

from __future__ import annotations

from collections.abc import Callable

from forum_bridge.errors import BridgeError, SignInNeeded
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.reading.source import Source
from forum_bridge.model import OwnPosts, Post, PostId, ThreadRef, normalised
from forum_bridge.web.session import ForumSession


class OwnPostsReader:
    """Reads a thread from its end for posts by the session's account."""

    def __init__(self, session: ForumSession, pages: Source) -> None:
        self._limit = pages.pages_a_poll
        self._session = session
        self._pages = pages

    async def read(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our posts newer than ``after`` (None: all), oldest first. Complete only if every page from the
        thread's end back to that post, or to the thread's beginning, was really read.

        Raises SignInNeeded, and what ``Source.thread`` raises when not even one page could be read."""
        pages = [await self._pages.thread(thread.url)]
        complete = False
        try:
            complete = await self._gather(pages, after)
        except SignInNeeded:
            raise
        except BridgeError:
            complete = False  # what was read still counts as seen
        ours = {post.id: post for page in pages for post in _past(page, after) if self._is_ours(post, page)}
        return OwnPosts(tuple(ours.values()), complete)

    async def _gather(self, pages: list[ThreadPage], after: PostId | None) -> bool:
        """Read on into ``pages``, in the thread's order, and return whether nothing is missing."""
        first = pages[0].pages
        if first.last is None:  # one page, or a theme that links only the next one
            return await self._onwards(pages, lambda: pages[-1].pages.next, lambda: False, pages.append)
        pages[:] = [await self._pages.thread(first.last)]

        def reached() -> bool:
            return after is not None and _holds(pages[0], after)

        return await self._onwards(pages, lambda: pages[0].pages.previous, reached, lambda page: pages.insert(0, page))

    async def _onwards(
        self,
        pages: list[ThreadPage],
        following: Callable[[], str | None],
        reached: Callable[[], bool],
        add: Callable[[ThreadPage], None],
    ) -> bool:
        while not reached() and (address := following()) is not None:
            if len(pages) >= self._limit:
                return False
            add(await self._pages.thread(address))
        return True

    def _is_ours(self, post: Post, page: ThreadPage) -> bool:
        """Compare ids where the page tells ours; names change, but a page that shows no id leaves only the name."""
        if page.account_id is not None and post.author.id is not None:
            return post.author.id == page.account_id
        credentials = self._session.credentials
        return credentials is not None and normalised(post.author.name) == normalised(credentials.user)


def _holds(page: ThreadPage, after: PostId) -> bool:
    """Return whether the page goes back to ``after``: it holds that post, or an older one where ids are numbers."""
    ids = [post.id for post in page.posts]
    return after in ids or (after.isdigit() and any(each.isdigit() and int(each) <= int(after) for each in ids))


def _past(page: ThreadPage, after: PostId | None) -> list[Post]:
    """Return the page's posts newer than ``after``."""
    if after is None:
        return list(page.posts)
    ids = [post.id for post in page.posts]
    if after.isdigit() and all(each.isdigit() for each in ids):
        return [post for post in page.posts if int(post.id) > int(after)]
    return list(page.posts[ids.index(after) + 1 :]) if after in ids else list(page.posts)
