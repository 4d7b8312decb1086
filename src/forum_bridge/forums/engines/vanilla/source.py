"""Vanilla's pages: the comments of a discussion and the text that opens it are two documents; categories are known by
numbers, and comments by ids that do not tell where they stand."""

from __future__ import annotations

from forum_bridge.errors import Gone, WatchTrouble
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.dialect import PlainDialect
from forum_bridge.forums.api.document import made, nodes, text, within
from forum_bridge.forums.api.numbered import page_with
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.vanilla import addresses, documents
from forum_bridge.forums.engines.vanilla.addresses import Discussion
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.web.page import Validators

_MOST_PAGES = 20  # of categories


class Dialect(PlainDialect):
    """Vanilla's, on the forum at ``root``."""

    addresses, documents = addresses, documents

    def thread_address(self, url: str) -> str:
        found = addresses.discussion(url)
        return url if found.comment is not None else found.comments

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address, self._root)

    def named(self, url: str) -> str | None:
        return addresses.discussion(url).id or None


class Source(ApiSource):
    """Asks for the discussion beside each page of its comments."""

    def __init__(self, root: str, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        super().__init__(Dialect(root), client, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)
        self._root = root
        self._categories: dict[str, str] = {}

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a discussion. Raises as ``Source.thread``."""
        found = addresses.discussion(url)
        if found.comment is not None:
            found = await self._where(found, found.comment)
        return await self._whole(await self.document(found.comments), found)

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a discussion again, None if its comments are unchanged, and the marks for the next time."""
        found = addresses.discussion(url)
        document, marks = await self._client.read_again(found.comments, validators)
        return (await self._whole(document, found) if document is not None else None), marks

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board. Raises as ``Source.thread``."""
        named = addresses.category(url)
        address = addresses.board_page(url, self._root, await self._category(url, *named) if named else None)
        return await made(documents.board_page, await self.document(address), address, self._root)

    async def _whole(self, told: object, found: Discussion) -> ThreadPage:
        about = await self.document(found.document)
        return await made(documents.thread_page, told, found.comments, about, self.account_id)

    async def _where(self, found: Discussion, comment_id: str) -> Discussion:
        """Return the page on which a comment stands, in whichever discussion moderators have put it."""
        comment = await self.document(addresses.comment_document(found.root, comment_id))
        discussion_id = text(within(comment, "discussionID"))
        if discussion_id is None:
            raise Gone(f"Nobody knows in which discussion the comment {comment_id} stands.")
        there = Discussion(found.root, discussion_id)
        last = documents.pages(await self.document(there.document))

        async def ids_on(page: int) -> list[int]:
            return list(await made(documents.ids, await self.document(there.at(page).comments)))

        return there.at(await page_with(int(comment_id), last, ids_on))

    async def _category(self, url: str, root: str, code: str) -> str:
        """Return the number of a category by the name in its address. Raises WatchTrouble where there is none."""
        for page in range(1, _MOST_PAGES + 1):
            if code in self._categories:
                return self._categories[code]
            told = await self.document(addresses.categories(root, page))
            if found := await made(documents.category_id, told, code):
                self._categories[code] = found
            elif not nodes(told, "list of categories"):
                break
        if code not in self._categories:
            raise WatchTrouble(f"{url} is no category that the bridge's account may see.")
        return self._categories[code]
