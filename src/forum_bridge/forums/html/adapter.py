"""The ``html`` adapter as classes with one capability more each, put together as a preset describes."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import ClassVar

from forum_bridge.errors import NotPosted, WatchTrouble
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.html import files
from forum_bridge.forums.html.account import Account
from forum_bridge.forums.html.folders import Folders
from forum_bridge.forums.html.messenger import Messenger
from forum_bridge.forums.html.pages import Pages
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import ReplyFiles
from forum_bridge.forums.html.private import Private
from forum_bridge.forums.html.quoting import first_filled
from forum_bridge.forums.html.reply import Writer
from forum_bridge.forums.reading import watching
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.model import (
    Author,
    Cursor,
    Draft,
    Markup,
    OwnPosts,
    PostId,
    Quote,
    Reading,
    Receipt,
    SignIn,
    ThreadRef,
    Watch,
    WatchKind,
)  # fmt: skip
from forum_bridge.web.session import ForumSession


class HtmlReader:
    """Reads a forum as its preset says. ``name`` is the preset's."""

    Options: ClassVar[type[AdapterOptions]] = Preset

    def __init__(self, options: Preset, session: ForumSession, name: str = "html") -> None:
        self.name = name
        self.markup: Markup = options.markup
        self.longest = options.reply.longest if options.reply else None
        self._preset = options
        self._session = session
        self._pages = Pages(options, session)
        self._private = _private(options, session)

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return what is new. Raises SignInNeeded when the bridge has an account and is not signed in, Retry, or a
        WatchTrouble that says why the watch cannot be read."""
        self._pages.require_account()
        if watch.kind is WatchKind.INBOX and self._private is not None:
            return await self._private.read(cursor, watch.since)
        return await watching.read(self._pages, watch, cursor, self._session.now, name=self.name)

    async def page(self, url: str) -> ThreadPage:
        """Return one page of a thread as it stands, for people who look at it. Raises as ``read`` does."""
        self._pages.require_account()
        return await self._pages.thread(url)


class HtmlMember(HtmlReader):
    """Reads with an account."""

    async def sign_in(self) -> SignIn:
        """Sign in with the session's credentials; see ``account.py``."""
        if self._preset.login is None:
            raise WatchTrouble(f"The adapter {self.name} does not know how to sign in.")
        return await Account(self._preset, self._preset.login, self._session).sign_in()


class HtmlWriter(HtmlMember):
    """Reads and writes with an account."""

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post an answer. Raises Retry, SignInNeeded, NotPosted or Unclear."""
        self._pages.require_account()
        if thread.private:
            return await self._behind_the_door().reply(thread, draft)
        if self._preset.reply is None:
            raise WatchTrouble(f"The adapter {self.name} does not know how to reply.")
        return await Writer(self._preset, self._preset.reply, self._session, self._pages).reply(thread, draft)

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's posts newer than ``after``; see ``own_posts.py``."""
        self._pages.require_account()
        if thread.private:
            return await self._behind_the_door().own_posts(thread, after)
        return await OwnPostsReader(self._session, self._pages).read(thread, after)

    def _behind_the_door(self) -> Private | Folders:
        if self._private is None:
            raise NotPosted(f"The adapter {self.name} does not know personal messages.")
        return self._private


class HtmlUploader(HtmlWriter):
    """Reads and writes with an account, and hangs files on what it writes."""

    @property
    def most_files(self) -> int:
        """How many files one post may have."""
        return self._files.count

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether the forum takes a file of this name and size (bytes, if known)."""
        return files.takes(self._files, name, size)

    @property
    def _files(self) -> ReplyFiles:
        if self._preset.reply is None or self._preset.reply.files is None:
            raise WatchTrouble(f"The adapter {self.name} does not know how to hang files on an answer.")
        return self._preset.reply.files


class HtmlMessenger(HtmlWriter):
    """Reads and writes with an account, and opens private conversations."""

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation with somebody. Raises as ``reply``."""
        self._pages.require_account()
        return await self._messenger().message(to, subject, draft)

    async def own_messages(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to somebody since a moment; see ``messenger.py``."""
        self._pages.require_account()
        return await self._messenger().own_messages(to, since)

    def _messenger(self) -> Messenger | Folders:
        if isinstance(self._private, Folders):
            return self._private
        if self._preset.inbox is None or self._preset.message is None:
            raise NotPosted(f"The adapter {self.name} does not know how to write to people.")
        return Messenger(self._preset, self._preset.inbox, self._preset.message, self._session)


class HtmlQuoter(HtmlWriter):
    """Reads and writes with an account, and quotes and mentions as the engine itself does."""

    def quote(self, quote: Quote) -> str:
        """Return the quote in the engine's own form, else in the markup's common one."""
        return first_filled(self._preset.quote, self.markup, quote) or common.quote(self.markup, quote)

    def mention(self, quote: Quote) -> str:
        """Return the mention of the quoted post's author, likewise."""
        return first_filled(self._preset.mention, self.markup, quote) or common.mention(self.markup, quote)


def _private(preset: Preset, session: ForumSession) -> Private | Folders | None:
    """Return the way to personal messages, as the engine keeps them."""
    if preset.inbox is None:
        return None
    if preset.inbox.sent:
        return Folders(preset, preset.inbox, preset.message, session)
    return Private(preset, preset.inbox, session)


def adapter_class(preset: Preset) -> type[HtmlReader]:
    """Return the class with the capabilities that the preset describes."""
    if preset.reply is None:
        return HtmlMember if preset.login else HtmlReader
    described = {
        HtmlUploader: preset.reply.files is not None,
        HtmlMessenger: preset.message is not None,
        HtmlQuoter: bool(preset.quote or preset.mention),
    }
    return _together(*(kind for kind, wanted in described.items() if wanted))


@cache
def _together(*kinds: type[HtmlWriter]) -> type[HtmlWriter]:
    return type("HtmlAdapter", kinds, {}) if kinds else HtmlWriter
