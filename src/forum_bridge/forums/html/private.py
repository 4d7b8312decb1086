"""The door to personal messages: behind it conversations are read and written as threads are, by a preset that was made
of the inbox; at it their ids get what tells them from public ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from forum_bridge.errors import Forbidden, NotPosted
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_private import Inbox
from forum_bridge.forums.html.reply import Writer
from forum_bridge.forums.reading.board import BoardReader
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.model import (
    PRIVATE,
    Cursor,
    Draft,
    OwnPosts,
    Post,
    PostId,
    Reading,
    Receipt,
    ThreadId,
    ThreadRef,
    ThreadSeen,
)  # fmt: skip
from forum_bridge.web.session import ForumSession


class Private:
    """Personal messages of the session's account. Whatever passes is ``private``."""

    def __init__(self, preset: Preset, inbox: Inbox, session: ForumSession) -> None:
        self._public = preset.thread.match
        self._preset = as_threads(preset, inbox)
        self._address = f"{session.base_url.rstrip('/')}/{inbox.page.lstrip('/')}"
        self._session = session
        self._pages = Pages(self._preset, session)

    async def read(self, cursor: Cursor | None, since: datetime | None) -> Reading:
        """Return what is new in the inbox. Raises as ``HtmlReader.read``; Forbidden without an account."""
        if self._session.credentials is None:
            raise Forbidden("Personal messages belong to an account.", explanation="Set login.user and login.password.")
        reading = await BoardReader(self._pages).read(self._address, cursor, since)
        return replace(
            reading,
            posts=tuple(map(sealed, reading.posts)),
            threads=tuple(map(_seen, reading.threads)),
            moved={ThreadId(PRIVATE + old): _ref(new) for old, new in reading.moved.items()},
        )

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Answer in a conversation. Raises as ``HtmlWriter.reply``; NotPosted rather than write where others read."""
        if self._preset.reply is None:
            raise NotPosted("The adapter does not know how to answer personal messages.")
        writer = Writer(self._preset, self._preset.reply, self._session, self._pages, never=self._public)
        return sealed_receipt(await writer.reply(_plain(thread), draft))

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's messages in a conversation, newer than ``after``."""
        before = None if after is None else PostId(after.removeprefix(PRIVATE))
        reader = OwnPostsReader(self._session, self._pages)
        found = await reader.read(_plain(thread), before)
        return OwnPosts(tuple(map(sealed, found.posts)), found.complete)


def as_threads(preset: Preset, inbox: Inbox) -> Preset:
    """Return a preset to which conversations are threads, and the inbox a board."""
    parts = {"thread": inbox.thread, "posts": inbox.posts, "reply": inbox.reply, "board": inbox}
    return preset.model_copy(update={**parts, "inbox": None, "message": None})


def sealed(post: Post) -> Post:
    """Return a post as a private one."""
    return replace(post, id=PostId(PRIVATE + post.id), thread=_ref(post.thread))


def sealed_receipt(receipt: Receipt) -> Receipt:
    """Return the receipt of a private post."""
    return replace(receipt, post_id=PostId(PRIVATE + receipt.post_id)) if receipt.post_id is not None else receipt


def _ref(ref: ThreadRef) -> ThreadRef:
    return replace(ref, id=ThreadId(PRIVATE + ref.id), private=True)


def _plain(ref: ThreadRef) -> ThreadRef:
    return replace(ref, id=ThreadId(ref.id.removeprefix(PRIVATE)))


def _seen(seen: ThreadSeen) -> ThreadSeen:
    return replace(seen, ref=_ref(seen.ref), opening=sealed(seen.opening) if seen.opening is not None else None)
