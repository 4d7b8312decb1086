"""The door to personal messages: behind it conversations are read and written as threads are, by a preset that was made
of the inbox; at it their ids get what tells them from public ones."""

from __future__ import annotations

from datetime import datetime

from forum_bridge.errors import Forbidden, NotPosted
from forum_bridge.forums.html.address import at_root
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_private import Inbox
from forum_bridge.forums.html.reply import Writer
from forum_bridge.forums.reading.board import BoardReader
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.sealed import plain, plain_id, sealed_posts, sealed_reading, sealed_receipt
from forum_bridge.model import Cursor, Draft, OwnPosts, PostId, Reading, Receipt, ThreadRef
from forum_bridge.web.session import ForumSession


class Private:
    """Personal messages of the session's account. Whatever passes is ``private``."""

    def __init__(self, preset: Preset, inbox: Inbox, session: ForumSession) -> None:
        self._public = preset.thread.match
        self._preset = as_threads(preset, inbox)
        self._address = at_root(session.base_url, inbox.page)
        self._session = session
        self._pages = Pages(self._preset, session)

    async def read(self, cursor: Cursor | None, since: datetime | None) -> Reading:
        """Return what is new in the inbox. Raises as ``HtmlReader.read``; Forbidden without an account."""
        if self._session.credentials is None:
            raise Forbidden("Personal messages belong to an account.", explanation="Set login.user and login.password.")
        reader = BoardReader(self._pages, self._session.now)
        return sealed_reading(await reader.read(self._address, cursor, since))

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Answer in a conversation. Raises as ``HtmlWriter.reply``; NotPosted rather than write where others read."""
        if self._preset.reply is None:
            raise NotPosted("The adapter does not know how to answer personal messages.")
        writer = Writer(self._preset, self._preset.reply, self._session, self._pages, never=self._public)
        return sealed_receipt(await writer.reply(plain(thread), draft))

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's messages in a conversation, newer than ``after``."""
        reader = OwnPostsReader(self._session, self._pages)
        return sealed_posts(await reader.read(plain(thread), plain_id(after)))


def as_threads(preset: Preset, inbox: Inbox) -> Preset:
    """Return a preset to which conversations are threads, and the inbox a board."""
    parts = {"thread": inbox.thread, "posts": inbox.posts, "reply": inbox.reply, "board": inbox}
    return preset.model_copy(update={**parts, "inbox": None, "message": None})
