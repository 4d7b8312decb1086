"""A dialect whose engine has a module of addresses and one of documents: it passes on to these. What an engine does
otherwise, its own class says."""

from __future__ import annotations

from typing import Protocol

from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import ThreadRef


class Addresses(Protocol):
    """An engine's module of addresses."""

    def board_page(self, url: str, root: str) -> str: ...
    def ref(self, url: str) -> ThreadRef: ...


class Documents(Protocol):
    """An engine's module of documents."""

    def thread_page(self, document: object, address: str) -> ThreadPage: ...


class PlainDialect:
    """That of the forum at ``root``. Engines add ``thread_address``, ``board_page`` and ``named``."""

    addresses: Addresses
    documents: Documents

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return self.documents.thread_page(document, address)

    def board_address(self, url: str) -> str:
        return self.addresses.board_page(url, self._root)

    def ref(self, url: str) -> ThreadRef:
        return self.addresses.ref(url)
