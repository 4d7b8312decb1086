"""Pages of threads and boards out of a JSON API. What an engine calls things, its dialect alone knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.document import made
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef
from forum_bridge.web.page import Validators


class Dialect(Protocol):
    """One engine's addresses and documents. Pure: it fetches nothing."""

    def thread_address(self, url: str) -> str:
        """Return the API's address of a thread's page: of the first one for a thread as people see it, of the one that
        holds a post for that post's permalink; an address of the API comes back as it is. Raises WatchTrouble."""
        ...

    def thread_page(self, document: object, address: str) -> ThreadPage:
        """Return the page that a document at an API's address is. Raises Unreadable."""
        ...

    def board_address(self, url: str) -> str:
        """Return the API's address of a board's first page, newest last post first. Raises WatchTrouble."""
        ...

    def board_page(self, document: object, address: str) -> BoardPage:
        """Return the page that a document at an API's address is. Raises Unreadable."""
        ...

    def ref(self, url: str) -> ThreadRef:
        """Return the thread that an address, of the API or as people see it, names. Raises WatchTrouble."""
        ...

    def named(self, url: str) -> str | None:
        """Return the id of the thread that an address names, None where only its page tells."""
        ...


class ApiSource:
    """The source of ``reading`` over one dialect. ``account_id`` is our own author id, once we know it. Engines that
    need several requests a page override ``document``."""

    def __init__(self, dialect: Dialect, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        self._dialect = dialect
        self._client = client
        self.pages_a_poll = pages_a_poll
        self.threads_a_poll = threads_a_poll
        self.account_id: str | None = None

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread. Raises as ``Source.thread``."""
        address = self._dialect.thread_address(url)
        return await made(self._page, await self.document(address), address)

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a thread again, None if it is unchanged, and the marks for the next time."""
        address = self._dialect.thread_address(url)
        document, marks = await self._client.read_again(address, validators)
        return (await made(self._page, document, address) if document is not None else None), marks

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board. Raises as ``Source.thread``."""
        address = self._dialect.board_address(url)
        return await made(self._dialect.board_page, await self.document(address), address)

    async def document(self, address: str) -> object:
        """Return the document at an address of the API. Raises as ``ApiClient.read``."""
        return await self._client.read(address)

    def ref(self, url: str) -> ThreadRef:
        """Return the thread that an address names. Raises WatchTrouble when it names none."""
        return self._dialect.ref(url)

    def named(self, url: str) -> str | None:
        """Return the id of the thread that an address names."""
        return self._dialect.named(url)

    def entrance(self, url: str) -> str:
        """Return the address to begin reading at."""
        return self._dialect.thread_address(url)

    def _page(self, document: object, address: str) -> ThreadPage:
        return replace(self._dialect.thread_page(document, address), account_id=self.account_id)
