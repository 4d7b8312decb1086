"""What every adapter over a JSON API does alike: it signs in once, reads threads and boards, finds its own posts. An
engine's class adds its dialect, how its account is opened, and how it writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from forum_bridge.errors import Blocked, Forbidden, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.reading import watching
from forum_bridge.forums.reading.own_posts import OwnPostsReader
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import (
    Author,
    Cursor,
    Draft,
    OwnPosts,
    PostId,
    Reading,
    Receipt,
    SignIn,
    SignInState,
    ThreadRef,
    Watch,
    WatchKind,
)  # fmt: skip
from forum_bridge.web.session import Credentials, ForumSession

T = TypeVar("T")


class ApiAdapter(ABC):
    """One forum. Where the bridge has no account there it reads as a guest."""

    watches = frozenset({WatchKind.THREAD, WatchKind.BOARD})
    opens_with = frozenset({"api_key"})
    Options: ClassVar[type[AdapterOptions]] = ApiOptions

    name: str

    def __init__(self, options: ApiOptions, session: ForumSession) -> None:
        self._session = session
        self._options = options
        self._client = ApiClient(session)
        self._source = self.source(options)

    @abstractmethod
    def source(self, options: ApiOptions) -> ApiSource:
        """Return the source of this forum's pages, over ``self._client``."""

    @abstractmethod
    async def open(self, credentials: Credentials) -> Author:
        """Put what opens the API into the client's headers, and return who we are there, as the API says.

        Raises Forbidden for an account that the forum does not let in."""

    @abstractmethod
    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a draft into a thread, signed in. Raises as ``reply``, and Forbidden where that may be because we are
        let in nowhere any more."""

    @property
    def _root(self) -> str:
        return self._session.base_url.rstrip("/")

    def named(self, url: str) -> str | None:
        """Return the id of the thread that an address names, None where only its page tells."""
        try:
            return self._source.named(url)
        except WatchTrouble:
            return None

    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading:
        """Return what is new. Raises SignInNeeded while the bridge has an account and is not signed in, Retry, or a
        WatchTrouble that says why the watch cannot be read."""
        now, name = self._session.now, self.name
        return await self._as_ourselves(lambda: watching.read(self._source, watch, cursor, now, name=name))

    async def page(self, url: str) -> ThreadPage:
        """Return one page of a thread as it stands, for people who look at it. Raises as ``read`` does."""
        return await self._as_ourselves(lambda: self._source.thread(url))

    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts:
        """Return our account's posts newer than ``after``; see ``reading/own_posts.py``."""
        return await self._as_ourselves(lambda: OwnPostsReader(self._session, self._source).read(thread, after))

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Post an answer. Raises Retry, SignInNeeded, NotPosted or Unclear."""
        return await self._written(lambda: self.post(thread, draft))

    async def sign_in(self) -> SignIn:
        """Open the account that the configuration names; what the forum refuses is an outcome, not an error."""
        credentials = self._session.credentials
        if credentials is None:
            return SignIn(SignInState.REFUSED, detail="login is not set")
        self._client.headers.clear()
        try:
            account = await self.open(credentials)
        except Blocked as error:
            return SignIn(SignInState.BLOCKED, detail=str(error))
        except Unclear as error:
            raise Retry(f"Signing in got no answer: {error}") from error
        except Forbidden as error:
            self._client.headers.clear()
            return SignIn(SignInState.REFUSED, detail=str(error))
        self._session.signed_in = True
        self._source.account_id = account.id
        return SignIn(SignInState.OK, account)

    async def _written(self, write: Callable[[], Awaitable[Receipt]]) -> Receipt:
        """Return the receipt of what is written in our name. Raises as ``reply``."""
        self._require_account()
        if self._session.credentials is None:
            raise NotPosted("The bridge has no account on this forum.", explanation="Set login of this forum.")
        try:
            return await write()
        except Forbidden as error:
            await self._check_account()
            raise NotPosted(str(error), explanation=error.explanation) from error

    async def _as_ourselves(self, work: Callable[[], Awaitable[T]]) -> T:
        self._require_account()
        try:
            return await work()
        except Forbidden:
            await self._check_account()
            raise

    async def _check_account(self) -> None:
        """Raise SignInNeeded where we are let in nowhere any more, so that it is not this thread which is closed to
        us."""
        credentials = self._session.credentials
        if credentials is None:
            return
        outcome = await self.sign_in()
        if outcome.state is not SignInState.OK:
            self._session.signed_in = False
            raise SignInNeeded(outcome.detail or None)

    def _require_account(self) -> None:
        if self._session.credentials is not None and not self._session.signed_in:
            raise SignInNeeded
