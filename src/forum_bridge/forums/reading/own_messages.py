"""Finds what our own account wrote to one person, in the list of its conversations: how a personal message whose fate
is unclear is looked up."""

from __future__ import annotations

from datetime import datetime, timedelta

from forum_bridge.errors import BridgeError, SignInNeeded
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import BoardRow
from forum_bridge.forums.reading.source import Source
from forum_bridge.forums.reading.thread import COARSE
from forum_bridge.model import Author, OwnPosts, Post, normalised
from forum_bridge.web.session import ForumSession


class OwnMessagesReader:
    """Reads a list of conversations, the one with the newest message first, that lies at ``address``."""

    def __init__(self, session: ForumSession, pages: Source, address: str) -> None:
        self._session = session
        self._pages = pages
        self._address = address

    async def read(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to a person since a moment of our clock, oldest first within a conversation. Complete
        only if every conversation with them since was really read.

        Raises SignInNeeded, and what ``Source.board`` raises when not even the first page could be read."""
        edge = since + (self._session.ahead or timedelta(0)) - COARSE
        rows, complete = await self._rows(edge)
        posts: list[Post] = []
        for row in rows:
            if row.person is not None and not _is(row.person, to):
                continue
            try:
                found = await OwnPostsReader(self._session, self._pages).read(row.ref, None)
            except SignInNeeded:
                raise
            except BridgeError:
                complete = False  # what was read still counts as seen
                continue
            complete = complete and found.complete and row.person is not None
            posts += [post for post in found.posts if post.time is None or post.time >= edge]
        return OwnPosts(tuple(posts), complete)

    async def _rows(self, edge: datetime) -> tuple[list[BoardRow], bool]:
        """Return the conversations that had a message since ``edge``, and whether those are all."""
        rows: list[BoardRow] = []
        following: str | None = self._address
        for _ in range(self._pages.pages_a_poll):
            if following is None:
                return rows, True
            page = await self._pages.board(following)
            rows += [row for row in page.rows if row.time is None or row.time >= edge]
            oldest = page.rows[-1].time if page.rows else None
            following = None if oldest is not None and oldest < edge else page.pages.next
        return rows, following is None


def _is(shown: str, to: Author) -> bool:
    """Whether a row's id or name is a person's."""
    return shown == to.id or normalised(shown) == normalised(to.name)
