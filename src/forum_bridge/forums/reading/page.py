"""Pages of threads and boards as every engine's are read: posts or rows, and where the neighbouring pages are. Data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from forum_bridge.errors import Evidence
from forum_bridge.model import Post, ThreadRef


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Absolute addresses; None where there is no such page. ``last`` is None on the last page."""

    next: str | None = None
    previous: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One page of a thread: its own address, its posts as it orders them, and its neighbours' absolute addresses. It
    holds none where the engine says that all of them were deleted; a page that just shows none is unreadable instead.
    ``account_id`` is our own author id where the page tells it. ``unread`` are the ids of posts that stand there with
    their text although none was read, ``broken`` how many were passed over because a part was missing; ``evidence`` is
    the page itself, where there is one. ``oldest`` is the page with the oldest posts, where the forum shows the newest
    first and the page was turned round (see ``turning.py``)."""

    url: str
    ref: ThreadRef
    posts: tuple[Post, ...]
    pages: Neighbours
    locked: bool = False
    account_id: str | None = None
    unread: frozenset[str] = frozenset()
    broken: int = 0
    evidence: Evidence | None = field(default=None, repr=False, compare=False)
    oldest: str | None = None

    @property
    def next(self) -> str | None:
        return self.pages.next


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A thread as a board shows it. ``mark`` changes whenever the thread gets a post; ``time`` is the last post's.
    Where the row leads to a post, not to the thread, that address stands for the thread's id. ``person`` is whom a
    private thread is with, as the row names them. ``growing``: the last post may have grown since its time."""

    ref: ThreadRef
    mark: str
    time: datetime | None = None
    person: str | None = None
    growing: bool = False


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of a board. Not ``sure``: its times may be a zone off. ``full``: a folder that holds no more."""

    rows: tuple[BoardRow, ...]
    pages: Neighbours
    sure: bool = True
    full: bool = False
