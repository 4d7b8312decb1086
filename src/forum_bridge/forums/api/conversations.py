"""Conversations out of a JSON API whose answers are no pages: a source of its own for each engine puts them together,
over what is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.forums.reading.source import Source
from forum_bridge.model import ThreadId, ThreadRef
from forum_bridge.web.page import Validators


class AccountSource(Source, Protocol):
    """The source of ``reading`` for what belongs to one account. ``account_id`` is our own author id, once we know
    it."""

    account_id: str | None


class Named(Protocol):
    """A conversation as an address names it."""

    @property
    def id(self) -> str: ...
    @property
    def url(self) -> str:
        """Its address for people."""
        ...

    @property
    def entrance(self) -> str:
        """The address by which the bridge knows its page that was named."""
        ...


class ConversationSource(ABC):
    """The conversations of one account. ``named`` tells which one an address names, and raises WatchTrouble when it
    names none."""

    def __init__(
        self, client: ApiClient, named: Callable[[str], Named], *, pages_a_poll: int, threads_a_poll: int
    ) -> None:
        self._client = client
        self._named = named
        self.pages_a_poll = pages_a_poll
        self.threads_a_poll = threads_a_poll
        self.account_id: str | None = None

    @abstractmethod
    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a conversation. Raises as ``Source.thread``."""

    @abstractmethod
    async def board(self, url: str) -> BoardPage:
        """Return one page of the list of conversations. Raises as ``Source.board``."""

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a conversation again: put together of several answers, it has no marks. Raises as
        ``thread``."""
        return await self.thread(url), validators

    def ref(self, url: str) -> ThreadRef:
        """Return the conversation that an address names. Raises WatchTrouble when it names none."""
        found = self._named(url)
        return ThreadRef(ThreadId(found.id), found.url)

    def named(self, url: str) -> str | None:
        """Return the id of the conversation that an address names."""
        return self._named(url).id

    def entrance(self, url: str) -> str:
        """Return the address to begin reading at."""
        return self._named(url).entrance
