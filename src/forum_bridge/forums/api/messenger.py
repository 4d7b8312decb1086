"""Personal messages over a JSON API: conversations are read as threads, their list as a board, and all that passes
between them and the bridge is sealed. An engine's class adds its dialect of them and how they are written."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from datetime import datetime

from forum_bridge.errors import Forbidden, NotPosted
from forum_bridge.forums.api.adapter import ApiAdapter
from forum_bridge.forums.api.conversations import AccountSource
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.reading.board import BoardReader
from forum_bridge.forums.reading.own_messages import OwnMessagesReader
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import BoardRow
from forum_bridge.forums.reading.sealed import plain, plain_id, sealed_posts, sealed_reading, sealed_receipt
from forum_bridge.model import (
    Author,
    Cursor,
    Draft,
    OwnPosts,
    PostId,
    Reading,
    Receipt,
    SignIn,
    ThreadRef,
    Watch,
    WatchKind,
)  # fmt: skip
from forum_bridge.web.session import ForumSession


class ApiMessenger(ApiAdapter):
    """One forum, the personal messages of our account there among what is read and written."""

    watches = ApiAdapter.watches | {WatchKind.INBOX}

    def __init__(self, options: ApiOptions, session: ForumSession) -> None:
        super().__init__(options, session)
        self._conversations = self.conversations(options)

    @abstractmethod
    def conversations(self, options: ApiOptions) -> AccountSource:
        """Return the source of conversations, over ``self._client``; rows of their lists tell whom they are with."""

    @property
    @abstractmethod
    def inbox(self) -> str:
        """The address of the conversations in which somebody wrote to us, the newest message first."""

    @property
    def sent(self) -> str:
        """The address of those in which we wrote."""
        return self.inbox

    async def whom(self, row: BoardRow) -> Collection[str]:
        """Return the ids or names of those whom a conversation of the list is with, none where that is not known.
        Raises as ``read``."""
        return () if row.person is None else (row.person,)

    @abstractmethod
    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a conversation, signed in; ``thread`` as the engine knows it. Raises as ``post``, NotPosted rather
        than write where others read."""

    @abstractmethod
    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation with a member, signed in. Raises as ``post``; NotPosted where nobody is to be written
        to."""

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return what is new. Raises as ``ApiAdapter.read``; Forbidden for the inbox of nobody."""
        if watch.kind is not WatchKind.INBOX:
            return await super().read(watch, cursor)
        if self._session.credentials is None:
            raise Forbidden("Personal messages belong to an account.", explanation="Set login of this forum.")
        reader = BoardReader(self._conversations, self._session.now)
        return sealed_reading(await self._as_ourselves(lambda: reader.read(self.inbox, cursor, watch.since)))

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's posts newer than ``after``; see ``reading/own_posts.py``."""
        if not thread.private:
            return await super().own_posts(thread, after)
        reader = OwnPostsReader(self._session, self._conversations)
        return sealed_posts(await self._as_ourselves(lambda: reader.read(plain(thread), plain_id(after))))

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post an answer. Raises Retry, SignInNeeded, NotPosted or Unclear."""
        if not thread.private:
            return await super().reply(thread, draft)
        return sealed_receipt(await self._written(lambda: self.answer(plain(thread), draft)))

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation with somebody. Raises as ``reply``."""
        if to.id is None:
            raise NotPosted(f"{to.name} is a guest, or has no account any more: there is nobody to write to.")
        return sealed_receipt(await self._written(lambda: self.begin(to, subject, draft)))

    async def own_messages(self, to: Author, since: datetime) -> OwnPosts:
        """Return what we wrote to somebody since a moment; see ``reading/own_messages.py``."""
        reader = OwnMessagesReader(self._session, self._conversations, self.sent, self.whom)
        return sealed_posts(await self._as_ourselves(lambda: reader.read(to, since)))

    async def sign_in(self) -> SignIn:
        """Open the account that the configuration names; what the forum refuses is an outcome, not an error."""
        outcome = await super().sign_in()
        self._conversations.account_id = self._source.account_id
        return outcome
