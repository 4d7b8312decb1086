"""Flarum's pages: its addresses and documents, and the last page of a discussion, which has to be counted."""

from __future__ import annotations

from forum_bridge.forums.api.document import number, within
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.flarum import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef


class Dialect:
    """Flarum's, on the forum at ``root``."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def thread_address(self, url: str) -> str:
        return addresses.posts_page(url)

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address)

    def board_address(self, url: str) -> str:
        return addresses.board_page(url, self._root)

    def board_page(self, document: object, address: str) -> BoardPage:
        del address  # the document says all
        return documents.board_page(document, self._root)

    def ref(self, url: str) -> ThreadRef:
        return addresses.ref(url)

    def named(self, url: str) -> str | None:
        return addresses.discussion(url).id


class Source(ApiSource):
    """Knows where a discussion ends."""

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a discussion. Raises as ``Source.thread``."""
        return await super().thread(await self._end(url) if url.endswith(addresses.LAST) else url)

    async def _end(self, url: str) -> str:
        """Return the address of the last page. Comments that are hidden do not count, and moderators see them all the
        same, so that a little may follow: it is read as the next page."""
        document = await self.document(addresses.discussion_document(url))
        comments = number(within(document, "data", "attributes", "commentCount")) or 1
        return addresses.at(url, (comments - 1) // addresses.LIMIT * addresses.LIMIT)
