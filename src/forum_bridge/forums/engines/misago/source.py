"""Misago's pages: its addresses and documents, and where an address leads that names a post."""

from __future__ import annotations

from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.misago import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage


class Dialect(PlainDialect):
    """Misago's, on the forum at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        return addresses.posts_page(url)

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address)

    def named(self, url: str) -> str | None:
        return addresses.thread(url).id


class Source(ApiSource):
    """Knows where a post's address leads, and which posts are ours."""

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread. Raises as ``Source.thread``."""
        if addresses.thread(url).leads:  # only Misago's own pages tell (threads/views/goto.py)
            url = (await self._client.session.get(url)).url
        return await super().thread(url)

    def _page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address, self.account_id)
