"""What the readers ask of an engine: one page by its address. How it is fetched and what it is made of, the source
alone knows."""

from __future__ import annotations

from typing import Protocol

from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.model import ThreadRef
from forum_bridge.web.page import Validators


class Source(Protocol):
    """Pages of one forum. It takes the addresses that people see, of threads and of their posts, and those that its own
    pages name as neighbours; ``pages_a_poll`` bounds one look at a thread or a board, ``threads_a_poll`` how many of a
    board's threads are read in one."""

    @property
    def pages_a_poll(self) -> int: ...
    @property
    def threads_a_poll(self) -> int: ...

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a thread; the address of a post leads to the page on which it stands.

        Raises Gone when it does not exist, Unreadable for a page that shows no post, not even a deleted one,
        SignInNeeded, Retry, and the other kinds of WatchTrouble."""
        ...

    async def revisit(self, url: str, validators: Validators) -> tuple[ThreadPage | None, Validators]:
        """Return a page of a thread again, None if it is unchanged, and the marks for the next time. Raises as
        ``thread``."""
        ...

    async def board(self, url: str) -> BoardPage:
        """Return one page of a board, rows with the newest last post first. Raises as ``thread``."""
        ...

    def ref(self, url: str) -> ThreadRef:
        """Return the thread that an address names, whichever of its pages it leads to. Raises WatchTrouble when it
        names none."""
        ...

    def named(self, url: str) -> str | None:
        """Return the id of the thread that an address names; None where only its page tells, as of a post's."""
        ...

    def entrance(self, url: str) -> str:
        """Return the address to begin reading at."""
        ...
