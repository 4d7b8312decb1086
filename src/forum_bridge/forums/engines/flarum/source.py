"""Flarum's pages: its addresses and documents, and the last page of a discussion, which has to be counted."""

from __future__ import annotations

from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.document import number, within
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.flarum import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage


class Dialect(PlainDialect):
    """Flarum's, on the forum at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        return addresses.posts_page(url)

    def board_page(self, document: object, address: str) -> BoardPage:
        del address  # the document says all
        return documents.board_page(document, self._root)

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
