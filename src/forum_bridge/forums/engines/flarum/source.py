"""Flarum's pages: its addresses and documents, the last page of a discussion, which has to be counted, and what it
means that the forum shows nothing."""

from __future__ import annotations

from forum_bridge.errors import Gone, SignInNeeded
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.document import made, number, within
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.flarum import addresses, documents
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.web.page import Validators


class Dialect(PlainDialect):
    """Flarum's, on the forum at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        return addresses.posts_page(url)

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address, self._root)

    def named(self, url: str) -> str | None:
        return addresses.discussion(url).id


class Source(ApiSource):
    """Knows where a discussion ends, and what it means that nothing is there."""

    def __init__(self, root: str, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        super().__init__(Dialect(root), client, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)
        self._root = root

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a discussion. Raises as ``Source.thread``, and SignInNeeded."""
        try:
            return await super().thread(await self._end(url) if url.endswith(addresses.LAST) else url)
        except Gone:
            await self._refuse_guest()
            raise

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a discussion again. Raises as ``thread``."""
        try:
            return await super().revisit(url, validators)
        except Gone:
            await self._refuse_guest()
            raise

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board. A tag that does not exist has no discussions, as a new one: where there are none,
        the tag itself is asked for. Raises as ``thread``."""
        address = self._dialect.board_address(url)
        document = await self.document(address)
        page = await made(self._dialect.board_page, document, address)
        if not await made(documents.answerable, document):
            await self._refuse_guest()
        if not page.rows and (tag := addresses.tag_document(address)) is not None:
            await self.document(tag)
        return page

    async def _refuse_guest(self) -> None:
        """Raise SignInNeeded when the forum takes us for a guest, though we have signed in: what guests may not see is
        missing then, and nothing refuses."""
        if self.account_id is None:
            return
        if documents.actor(await self.document(addresses.forum_document(self._root))) is None:
            raise SignInNeeded("The forum takes us for a guest.")

    async def _end(self, url: str) -> str:
        """Return the address of the last page. Comments that are hidden do not count, and moderators see them all the
        same, so that a little may follow: it is read as the next page."""
        document = await self.document(addresses.discussion_document(url))
        comments = number(within(document, "data", "attributes", "commentCount")) or 1
        return addresses.at(url, (comments - 1) // addresses.LIMIT * addresses.LIMIT)
