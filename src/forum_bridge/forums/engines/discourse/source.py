"""Discourse's pages: its addresses and documents, posts that are found by their ids alone, and pages without a post."""

from __future__ import annotations

from dataclasses import replace

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.discourse import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef
from forum_bridge.web.page import Validators


class Dialect:
    """Discourse's, on the forum at ``root``: of its topics, or of its personal messages, which are topics too."""

    def __init__(self, root: str, *, private: bool = False) -> None:
        self._root = root.rstrip("/")
        self._private = private

    def thread_address(self, url: str) -> str:
        return addresses.topic_page(url)

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address, private=self._private)

    def board_address(self, url: str) -> str:
        return url if self._private else addresses.board_page(url, self._root)

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address, self._root, private=self._private)

    def ref(self, url: str) -> ThreadRef:
        return addresses.ref(url, private=self._private)

    def named(self, url: str) -> str | None:
        return None if addresses.post_document(url) is not None else addresses.topic(url).id


class Source(ApiSource):
    """Passes over pages on which only events or whispers stand, as the one after a topic was closed."""

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a topic. Raises as ``Source.thread``."""
        return await self._with_posts(await self._page_at(url))

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a topic again, None if it is unchanged, and the marks for the next time."""
        page, marks = await super().revisit(url, validators)
        return (await self._with_posts(page) if page is not None else None), marks

    async def _page_at(self, url: str) -> ThreadPage:
        post = addresses.post_document(url)
        return await super().thread(documents.where(await self.document(post), post) if post is not None else url)

    async def _with_posts(self, page: ThreadPage) -> ThreadPage:
        """Return the page, or the next one that holds a post; behind the last of these nothing follows."""
        found = page
        while not found.posts and found.pages.next is not None:
            found = await self._page_at(found.pages.next)
        if found.posts:  # what comes before it comes before the empty ones
            return found if found is page else replace(found, pages=replace(found.pages, previous=page.pages.previous))
        found = page
        while not found.posts and found.pages.previous is not None:
            found = await self._page_at(found.pages.previous)
        if not found.posts:
            raise Unreadable(f"{page.ref.url} shows no post: all that stands there are events or hidden posts.")
        return replace(found, pages=replace(found.pages, next=None, last=None))
