"""Opens conversations with people, and finds again those that it opened. Knows one forum's form and inbox, not what
is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from forum_bridge.errors import BridgeError, NotPosted, SignInNeeded
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Reply
from forum_bridge.forums.html.preset_private import Inbox, Message
from forum_bridge.forums.html.private import as_threads, sealed, sealed_receipt
from forum_bridge.forums.html.reply import Writer
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import BoardRow
from forum_bridge.forums.reading.thread import COARSE
from forum_bridge.model import Author, Draft, OwnPosts, Post, Receipt, normalised
from forum_bridge.web.session import ForumSession


class Messenger:
    """Writes to people in the name of the session's account."""

    def __init__(self, preset: Preset, inbox: Inbox, message: Message, session: ForumSession) -> None:
        threads = as_threads(preset, inbox)
        refused = (*message.refused, *threads.says.refused)
        self._preset = threads.model_copy(update={"says": threads.says.model_copy(update={"refused": refused})})
        self._public = preset.thread.match
        self._inbox = inbox
        self._message = message
        self._session = session
        self._root = session.base_url.rstrip("/")
        self._pages = Pages(self._preset, session)

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation. Raises as ``HtmlWriter.reply``; NotPosted where nobody can be written to."""
        if to.id is None:
            raise NotPosted(f"{to.name} is a guest, or has no account any more: there is nobody to write to.")
        told = self._message
        page = told.page.replace("{name}", quote(to.name, safe="")).replace("{id}", quote(to.id, safe=""))
        fields = {told.subject: subject} | ({told.recipient: to.name} if told.recipient is not None else {})
        form = Reply(
            form=told.form,
            text=told.text,
            fields=told.fields,
            button=told.button,
            queued=told.queued,
            posted_at=told.posted_at,
            posted=told.posted,
        )
        writer = Writer(self._preset, form, self._session, self._pages, fields=fields, never=self._public)
        return sealed_receipt(await writer.write(f"{self._root}/{page.lstrip('/')}", draft))

    async def own_messages(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to a person since a moment of our clock, oldest first within a conversation. Complete
        only if every conversation with them since was really read.

        Raises SignInNeeded, and what ``Pages.board`` raises when not even the inbox's first page could be read."""
        edge = since + (self._session.ahead or timedelta(0)) - COARSE
        rows, complete = await self._rows(edge)
        posts: list[Post] = []
        for row in rows:
            if row.person is not None and not _is(row.person, to):
                continue
            try:
                reader = OwnPostsReader(self._session, self._pages)
                found = await reader.read(row.ref, None)
            except SignInNeeded:
                raise
            except BridgeError:
                complete = False  # what was read still counts as seen
                continue
            complete = complete and found.complete and row.person is not None
            posts += [sealed(post) for post in found.posts if post.time is None or post.time >= edge]
        return OwnPosts(tuple(posts), complete)

    async def _rows(self, edge: datetime) -> tuple[list[BoardRow], bool]:
        """Return the conversations that had a message since ``edge``, and whether those are all."""
        rows: list[BoardRow] = []
        following: str | None = f"{self._root}/{self._inbox.page.lstrip('/')}"
        for _ in range(self._preset.pages_a_poll):
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
