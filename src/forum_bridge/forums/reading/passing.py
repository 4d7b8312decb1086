"""A source in front of another, which shows its threads otherwise: all else is passed on."""

from __future__ import annotations

from forum_bridge.forums.reading.page import BoardPage
from forum_bridge.forums.reading.source import Source
from forum_bridge.model import ThreadRef


class Passing:
    """What passes; ``thread`` and ``revisit`` are added by who changes something."""

    def __init__(self, pages: Source) -> None:
        self._pages = pages

    @property
    def pages_a_poll(self) -> int:
        return self._pages.pages_a_poll

    @property
    def threads_a_poll(self) -> int:
        return self._pages.threads_a_poll

    async def board(self, url: str) -> BoardPage:
        """As ``Source.board``."""
        return await self._pages.board(url)

    def ref(self, url: str) -> ThreadRef:
        """As ``Source.ref``."""
        return self._pages.ref(url)

    def named(self, url: str) -> str | None:
        """As ``Source.named``."""
        return self._pages.named(url)

    def entrance(self, url: str) -> str:
        """As ``Source.entrance``."""
        return self._pages.entrance(url)
