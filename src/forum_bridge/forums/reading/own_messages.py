"""Finds what our own account wrote to one person, in the list of its conversations: how a personal message whose fate
is unclear is looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress

from forum_bridge.errors import BridgeError, SignInNeeded
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import BoardRow
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.thread import COARSE
from forum_bridge.model import Author, OwnPosts, Post, PostId, normalised, number_of
from forum_bridge.web.session import ForumSession

ZONES = timedelta(hours=26)  # from the first zone that a day begins in to the last

Whom = Callable[[BoardRow], Awaitable[Collection[str]]]
"""Returns the ids or names of those whom a conversation is with; none where that is not known."""

_Timed = BoardRow | Post


@dataclass(frozen=True, slots=True)
class _Since:
    """What is not older than a moment, as far as a page's times tell."""

    edge: datetime

    def has(self, each: _Timed, *, sure: bool) -> bool:
        return each.time is None or each.time >= (self.edge if sure else self.edge - ZONES)


@dataclass(frozen=True, slots=True)
class _After:
    """What has a higher number than a message: a list of single ones, whose ids rise."""

    number: int | None

    def has(self, each: _Timed, *, sure: bool) -> bool:  # noqa: ARG002 -- ids need no zone
        number = number_of(each.ref.id if isinstance(each, BoardRow) else each.id)
        return self.number is None or number is None or number > self.number


class OwnMessagesReader:
    """Reads a list of conversations, the one with the newest message first, that lies at ``address``."""

    def __init__(self, session: ForumSession, pages: Source, address: str, whom: Whom | None = None) -> None:
        self._session = session
        self._pages = pages
        self._address = address
        self._whom = whom or _as_shown

    async def read(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to a person since a moment of our clock, oldest first within a conversation. Complete
        only if every conversation with them since was really read.

        Raises SignInNeeded, and what ``Source.board`` raises when not even the first page could be read."""
        return await self._found(to, _Since(since + (self._session.ahead or timedelta(0)) - COARSE))

    async def after(self, to: Author, post_id: PostId | None) -> OwnPosts:
        """Return what we wrote to a person after a message (None: ever), where the list is one of single messages.
        Raises as ``read``."""
        return await self._found(to, _After(number_of(post_id) if post_id is not None else None))

    async def _found(self, to: Author, wanted: _Since | _After) -> OwnPosts:
        rows, complete, sure = await self._rows(wanted)
        posts: list[Post] = []
        for row in rows:
            people = await self._whom(row)
            if people and not any(_is(each, to) for each in people):
                continue
            try:
                found = await OwnPostsReader(self._session, self._pages).read(row.ref, None)
            except SignInNeeded:
                raise
            except BridgeError:
                complete = False  # what was read still counts as seen
                continue
            complete = complete and found.complete and bool(people)
            posts += [post for post in found.posts if wanted.has(post, sure=sure)]
        return OwnPosts(tuple(posts), complete)

    async def _rows(self, wanted: _Since | _After) -> tuple[list[BoardRow], bool, bool]:
        """Return the rows that tell of what is ``wanted``, whether those are all, and whether their times are sure."""
        rows: list[BoardRow] = []
        sure, full = True, False
        following: str | None = self._address
        for _ in range(self._pages.pages_a_poll):
            if following is None:
                break
            page = await self._pages.board(following)
            sure, full = sure and page.sure, full or page.full
            wants = [wanted.has(row, sure=sure) for row in page.rows]
            rows += compress(page.rows, wants)
            following = page.pages.next if not wants or wants[-1] else None
        return rows, following is None and not full, sure


async def _as_shown(row: BoardRow) -> Collection[str]:
    return () if row.person is None else (row.person,)


def _is(shown: str, to: Author) -> bool:
    """Whether a row's id or name is a person's."""
    return shown == to.id or normalised(shown) == normalised(to.name)
