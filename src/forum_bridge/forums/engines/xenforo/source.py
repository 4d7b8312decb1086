"""XenForo's pages: where a post stands, which board a word means, and that a page may be no more."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from forum_bridge.errors import Blocked, Forbidden, Gone, RobotsForbid, Unreadable, WatchTrouble
from forum_bridge.forums.api import source as api
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.document import Node, made, node, nodes, number, text, within
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.xenforo import documents
from forum_bridge.forums.engines.xenforo.addresses import Addresses, tail
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef
from forum_bridge.web.page import Validators

T = TypeVar("T")
PER_PAGE = 20  # posts, unless the administrator changed it


class Dialect:
    """XenForo's, at the addresses of one forum."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def thread_address(self, url: str) -> str:
        return self._addresses.thread(url)

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return documents.thread_page(document, address, self._addresses)

    def board_address(self, url: str) -> str:
        return self._addresses.board(url) or url

    def board_page(self, document: object, address: str) -> BoardPage:
        return documents.board_page(document, address, self._addresses)

    def ref(self, url: str) -> ThreadRef:
        return self._addresses.ref(url)

    def named(self, url: str) -> str | None:
        place = self._addresses.place(url)
        return None if place.post else place.id


class Paged(ApiSource):
    """Knows that a page may be no more."""

    def __init__(
        self, dialect: api.Dialect, addresses: Addresses, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int
    ) -> None:
        super().__init__(dialect, client, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)
        self._addresses = addresses

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread. Raises as ``Source.thread``."""
        return await self._there(url, super().thread(url))

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a thread again, None if it is unchanged, and the marks for the next time."""
        return await self._there(url, super().revisit(url, validators))

    async def _there(self, url: str, asked: Awaitable[T]) -> T:
        """Return what was asked for. Asked past a thread's end, the API says that something is wrong, and the page is
        but gone."""
        try:
            return await asked
        except (Blocked, Forbidden, Gone, RobotsForbid, Unreadable):
            raise
        except WatchTrouble as error:
            if self._addresses.place(url).page > 1:
                raise Gone(f"There is no such page any more: {error}") from error
            raise


class Source(Paged):
    """Knows the forum's nodes by their addresses, once one had to be looked up."""

    def __init__(self, addresses: Addresses, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        limits = {"pages_a_poll": pages_a_poll, "threads_a_poll": threads_a_poll}
        super().__init__(Dialect(addresses), addresses, client, **limits)
        self._per_page = PER_PAGE
        self._boards: dict[str, str] = {}

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread. Raises as ``Source.thread``."""
        place = self._addresses.place(url)
        return await (self._around(place.id) if place.post else super().thread(url))

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board. Raises as ``Source.thread``."""
        return await super().board(self._addresses.board(url) or await self._by_word(url))

    async def _around(self, post_id: str) -> ThreadPage:
        """Return the page on which a post stands, which its place among the thread's posts tells."""
        told = node(within(await self.document(self._addresses.post(post_id)), "post"), "post")
        thread_id, place = text(told.get("thread_id")), number(told.get("position")) or 0
        if thread_id is None:
            raise Unreadable(f"The post {post_id} does not tell its thread.")
        for _ in range(2):  # the second time with the number of posts a page that the first one told
            address = self._addresses.page(thread_id, place // self._per_page + 1)
            try:
                document = await self._there(address, self.document(address))
            except Gone:  # more posts a page than we thought
                address = self._addresses.page(thread_id, 1)
                document = await self.document(address)
            self._per_page = number(within(document, "pagination", "per_page")) or self._per_page
            page = await made(self._page, document, address)
            if post_id in {post.id for post in page.posts}:
                break
        return page

    async def _by_word(self, url: str) -> str:
        """Return the API's address of a board that its own address names by a word. Raises WatchTrouble."""
        wanted = tail(url)
        if wanted not in self._boards:
            told = nodes(within(await self.document(self._addresses.of("nodes/")), "nodes"), "list of boards")
            self._boards = {address: node_id for each in told for address, node_id in [_board(each)]}
        if wanted not in self._boards:
            raise WatchTrouble(
                f"{url} is not the address of a board.",
                explanation="Give the address that the forum itself shows, or the forum's own for all of it.",
            )
        return self._addresses.board_by_id(self._boards[wanted])


def _board(told: Node) -> tuple[str, str]:
    return tail(text(told.get("view_url")) or ""), text(told.get("node_id")) or ""
