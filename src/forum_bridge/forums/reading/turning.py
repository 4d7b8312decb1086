"""Shows the pages of every thread with the oldest post first, whichever way the forum shows them: some let an
administrator, or the account, turn threads round, and then the news stands on the first page. Pure but for asking."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from forum_bridge.forums.reading.page import Neighbours, ThreadPage
from forum_bridge.forums.reading.passing import Passing
from forum_bridge.forums.reading.source import Source
from forum_bridge.model import Post, ThreadId, number_of
from forum_bridge.web.page import Validators

ENOUGH = 3  # posts whose ids alone tell


class OldestFirst(Passing):
    """A source in front of another. A page with one post tells nothing: it goes the way its thread went before. Where
    the first page begins with the opening all the same, as the documents of some APIs do, pages stay as they are."""

    def __init__(self, pages: Source) -> None:
        super().__init__(pages)
        self._newest_first: dict[ThreadId, bool] = {}
        self._opening_stays: set[ThreadId] = set()

    async def thread(self, url: str) -> ThreadPage:
        """As ``Source.thread``."""
        return self._shown(await self._pages.thread(url))

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """As ``Source.revisit``."""
        page, marks = await self._pages.revisit(url, validators)
        return (None if page is None else self._shown(page)), marks

    async def sure(self, page: ThreadPage) -> ThreadPage:
        """Return a page whose one post is another than it was, the right way round: the page before it tells."""
        if len(page.posts) != 1 or page.oldest is not None or page.pages.previous is None:
            return page
        await self.thread(page.pages.previous)
        return self._shown(page)

    def _shown(self, page: ThreadPage) -> ThreadPage:
        told = newest_first(page.posts)
        if not told and page.pages.previous is None and newest_first(page.posts[1:]):
            self._opening_stays.add(page.ref.id)
        if page.ref.id in self._opening_stays:
            return page
        if told is None:
            told = self._newest_first.get(page.ref.id, False)
        else:
            self._newest_first[page.ref.id] = told
        return turned(page) if told else page


def newest_first(posts: tuple[Post, ...]) -> bool | None:
    """Return whether posts stand with the newest first; None where too few tell. Late approval and merged threads mix
    ids up, so the times must not speak against it."""
    numbers = [number for post in posts if (number := number_of(post.id)) is not None]
    times = [post.time for post in posts if post.time is not None]
    if len(posts) < 2:
        return None
    timed = len(times) == len(posts)
    if len(numbers) == len(posts):
        falls = all(one > other for one, other in pairwise(numbers))
        return falls and (all(one >= other for one, other in pairwise(times)) if timed else len(posts) >= ENOUGH)
    return timed and all(one > other for one, other in pairwise(times))


def turned(page: ThreadPage) -> ThreadPage:
    """Return a page of a thread that shows its newest post first as one that shows the oldest first."""
    here = page.pages
    posts = [replace(post, opening=False) for post in reversed(page.posts)]
    if posts and here.next is None:
        posts[0] = replace(posts[0], opening=True)
    last = page.ref.url if here.previous is not None else None
    oldest = here.last or page.url
    return replace(page, posts=tuple(posts), pages=Neighbours(here.previous, here.next, last), oldest=oldest)
