"""What an adapter promises: a small core and optional capabilities. A class that lacks one says so by not having it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import ThreadPage
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
)
from forum_bridge.web.session import ForumSession


class AdapterOptions(BaseModel):
    """The base of an adapter's own configuration keys; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Adapter(Protocol):
    """Reads one engine. ``read`` never writes and raises a ``WatchTrouble`` rather than return an empty reading of a
    page it did not understand; its cursor is stored only together with its posts."""

    name: str
    markup: Markup
    Options: ClassVar[type[AdapterOptions]]

    def __init__(self, options: AdapterOptions, session: ForumSession) -> None: ...
    async def read(self, watch: Watch, cursor: Cursor | None) -> Reading: ...


@runtime_checkable
class CanSignIn(Protocol):
    """Signs in with the session's account; a refused password is an outcome, not an error."""

    async def sign_in(self) -> SignIn: ...


@runtime_checkable
class ShowsPages(Protocol):
    """Shows one page of a thread as it stands, for people who look at it; raises as ``read`` does."""

    async def page(self, url: str) -> ThreadPage: ...


@runtime_checkable
class CanReply(Protocol):
    """Writes. ``reply`` raises Retry, SignInNeeded, NotPosted or Unclear; ``own_posts`` is how a lost answer is
    found."""

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt: ...
    async def own_posts(self, thread: ThreadRef, after: PostId | None) -> OwnPosts: ...


@runtime_checkable
class Idempotent(Protocol):
    """Writes, and its forum takes what bears one ``draft.key`` once, however often it is sent. So what was lost is sent
    again, and nothing has to be looked for. ``reply`` raises as that of CanReply."""

    idempotent: bool

    async def reply(self, thread: ThreadRef, draft: Draft) -> Receipt: ...


CanWrite = CanReply | Idempotent
"""Answers in threads, whichever way a lost answer is dealt with."""


@runtime_checkable
class CanPush(Protocol):
    """Its forum sends posts by itself, or rings where some are new. ``decode_push`` checks who sent a request before it
    believes anything in it, and raises PushRefused. Pure, and maybe slow."""

    def decode_push(self, request: PushRequest) -> Pushed: ...


@runtime_checkable
class NamesThreads(Protocol):
    """Knows the id of the thread that an address names, without asking; None where only its page tells."""

    def named(self, url: str) -> str | None: ...


@runtime_checkable
class TellsHistory(Protocol):
    """Its forum may ask what the bridge has of a customer. ``check_asked`` raises NotSigned for everybody else."""

    def check_asked(self, request: PushRequest) -> None: ...


@runtime_checkable
class CanProbe(Protocol):
    """Tries, without writing anything, whether it could write, and returns what it found; raises as ``reply``."""

    async def probe(self) -> str: ...


@runtime_checkable
class CanQuote(Protocol):
    """Knows the engine's own way to quote a post and to mention its author (else the markup's common form is used)."""

    def quote(self, quote: Quote) -> str: ...
    def mention(self, quote: Quote) -> str: ...


@runtime_checkable
class LimitsLength(Protocol):
    """Knows how many characters a post may have, a line's end counted as two; None where there is no limit. What is
    longer becomes several posts."""

    longest: int | None


@runtime_checkable
class RemembersWrites(Protocol):
    """Its forum answers a write that is the same as one before with that one's post, for as long as it ``remembers``:
    if that post is another answer's, nothing was written."""

    remembers: timedelta


@runtime_checkable
class CanUpload(Protocol):
    """Hangs files on what it writes: ``reply`` takes up to ``most_files`` ``draft.files``, raises FilesRefused if the
    forum does not, and tells in the receipt which it left out; the posts it reads show those that hang there. ``takes``
    tells before they are fetched whether a file of this name and size (bytes, if known) has a chance."""

    @property
    def most_files(self) -> int: ...
    def takes(self, name: str, size: int | None) -> bool: ...


@runtime_checkable
class CanMessage(Protocol):
    """Writes personal messages. ``message`` opens one and raises as ``reply`` does; in a private thread that exists,
    ``reply`` answers. ``own_messages`` is how a lost one is found: what we sent to a person since a moment."""

    async def message(self, to: Author, subject: str, draft: Draft) -> Receipt: ...
    async def own_messages(self, to: Author, since: datetime) -> OwnPosts: ...
