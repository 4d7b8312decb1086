"""NodeBB's pages: its addresses and documents, and where an address leads that names a post."""

from __future__ import annotations

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.document import made
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.nodebb import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage


class Dialect(PlainDialect):
    """NodeBB's, on the forum at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        return addresses.topic_page(url)

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address)

    def named(self, url: str) -> str | None:
        return None if addresses.post(url) is not None else addresses.topic(url).id


class Source(ApiSource):
    """Knows on which page a post stands."""

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a topic. Raises as ``Source.thread``."""
        if (post := addresses.post(url)) is not None:
            url = await self._place(url, post)
        found = addresses.topic(url)
        if found.index is not None and found.page is None:
            # Asked for a post's place, the twin shows what lies around it: its pages have to be counted.
            first = await self.document(found.at(1))
            url = found.at((found.index - 1) // max(1, await made(documents.places, first)) + 1)
        return await super().thread(url)

    async def _place(self, url: str, post: str) -> str:
        """Return the address of the topic and the place at which a post stands. Raises Gone."""
        try:
            told = await self.document(post)
        except WatchTrouble as error:
            if type(error) is not WatchTrouble:  # gone, or not for us
                raise
            return (await self._client.session.get(url)).url  # 1.x answers 308 without saying where to
        if not isinstance(told, str):
            raise Unreadable(f"{post} does not tell where the post stands.")
        return addresses.led_to(post.partition("/api/post/")[0], told)
