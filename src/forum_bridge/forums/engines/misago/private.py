"""Misago's private threads: documents as of public ones, at addresses of their own. Who takes part in one, only its own
document tells.

https://github.com/rafalp/Misago, misago/threads/api/threads.py (PrivateThreadViewSet)."""

from __future__ import annotations

from dataclasses import replace

from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.misago import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, BoardRow, ThreadPage
from forum_bridge.model import ThreadRef


class Dialect:
    """Private threads, on any forum."""

    def thread_address(self, url: str) -> str:
        return addresses.posts_page(url, private=True)

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address, private=True)

    def board_address(self, url: str) -> str:
        return url

    def board_page(self, document: object, address: str) -> BoardPage:
        page = documents.board_page(document, address)
        root = address.partition("/api/")[0]
        return replace(page, rows=tuple(_private(row, root) for row in page.rows))

    def ref(self, url: str) -> ThreadRef:
        return addresses.ref(url, private=True)

    def named(self, url: str) -> str | None:
        return addresses.thread(url, private=True).id


class Conversations(ApiSource):
    """The private threads of one account."""

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a private thread. Raises as ``Source.thread``."""
        if addresses.thread(url, private=True).leads:
            url = (await self._client.session.get(url)).url
        return await super().thread(url)

    def _page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address, self.account_id, private=True)


def inbox(root: str) -> str:
    """Return the API's address of the private threads, the one with the newest post first."""
    return f"{root}/api/private-threads/?list=all"


def _private(row: BoardRow, root: str) -> BoardRow:
    return replace(row, ref=replace(row.ref, url=addresses.Thread(root, row.ref.id, private=True).url))
