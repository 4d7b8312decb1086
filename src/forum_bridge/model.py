"""The words of the house as types: what travels between forum, ledger and desk. Knows no library, no network, no
file."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, NewType, Protocol

PostId = NewType("PostId", str)
ThreadId = NewType("ThreadId", str)
AuthorKey = NewType("AuthorKey", str)
Json = Mapping[str, object]
Clock = Callable[[], datetime]  # returns an aware UTC datetime

GUEST = "guest:"
PRIVATE = "pm-"  # what ids of private threads and of the posts in them begin with: engines count these apart

LONGEST_TITLE = 500  # characters; engines take some 100 to 255
LONGEST_NAME = 200


class Markup(StrEnum):
    """The language a forum expects a post to be written in."""

    MARKDOWN = "markdown"
    BBCODE = "bbcode"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post. ``id`` is the engine's stable id; guests and deleted authors have none, only a name, which is
    one line of at most LONGEST_NAME characters, whatever was told. ``email`` is known where the forum's owner sends
    it."""

    name: str
    id: str | None = None
    url: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _line(self.name, LONGEST_NAME))

    @property
    def guest(self) -> bool:
        return self.id is None

    @property
    def key(self) -> AuthorKey:
        """What identifies the author within one forum: the id, or ``guest:`` and the normalised name."""
        return AuthorKey(self.id if self.id is not None else f"{GUEST}{normalised(self.name)}")


def author_of(key: str, name: str) -> Author:
    """Return the author whom a key of ``Author.key`` and a name mean."""
    return Author(name, None if key.startswith(GUEST) else key)


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """One thread: its id on the forum, its canonical address (no page, no session id) and its title, one line of at
    most LONGEST_TITLE characters, whatever was told. Personal messages are threads too, ``private`` ones: what is
    written there is seen by their members only. The ids of a private thread and of its posts begin with PRIVATE, so
    that they are never taken for public ones."""

    id: ThreadId
    url: str
    title: str = ""
    private: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", _line(self.title, LONGEST_TITLE))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a post or an answer; ``size`` in bytes where the engine tells it."""

    url: str
    name: str = ""
    mime: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post as the adapter read it. ``html`` is the engine's own body; ``time`` is aware, or None if unreadable. One
    that ``waits`` for a moderator is our own, and seen by nobody else."""

    id: PostId
    thread: ThreadRef
    author: Author
    html: str
    url: str
    time: datetime | None = None
    edited: datetime | None = None
    opening: bool = False
    attachments: tuple[Attachment, ...] = ()
    waits: bool = False


class WatchKind(StrEnum):
    """What is polled; and, never polled, what the forum sends by itself (``push``)."""

    THREAD = "thread"
    BOARD = "board"
    FEED = "feed"
    MENTIONS = "mentions"
    INBOX = "inbox"
    PUSH = "push"


POLLED = frozenset(WatchKind) - {WatchKind.PUSH}


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing to poll. ``target`` is an address, empty for mentions and the inbox. Posts before ``since`` need not be
    read (None: from the first post on); it bounds the first reading, the ledger decides what is delivered."""

    kind: WatchKind
    target: str = ""
    since: datetime | None = None

    @property
    def shown(self) -> str:
        """What to call it in a log: its address, else its kind."""
        return self.target or self.kind.value


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a watch's reading stands: a small JSON object that only the adapter which wrote it understands."""

    state: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThreadSeen:
    """A thread that a reading touched; ``opening`` is its first post when the reading fetched it."""

    ref: ThreadRef
    opening: Post | None = None
    locked: bool = False


class Trait(StrEnum):
    """What pages of a thread used to have: where one is missing, posts are read all the same, but perhaps not whole."""

    AUTHOR_IDS = "author ids"
    TIMES = "times"
    EDITED = "edited marks"
    FILES = "attachments"
    TITLE = "the thread's title"
    PAGES = "links to other pages"
    ORDER = "the order of posts"
    DATES = "dates that make sense"
    COUNT = "posts a page"
    WHOLE = "whole posts"


@dataclass(frozen=True, slots=True)
class Look:
    """How a thread looked, compared with the last time: what is missing now, and what is there."""

    thread: str
    lacks: frozenset[Trait] = frozenset()
    shows: frozenset[Trait] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one poll found: posts (new, changed or merely seen again), oldest first within a thread; the threads
    touched; the cursor to store with them; ``gap`` when more was there than one poll may read (poll again soon);
    ``deleted`` are posts of which the forum says that they are no more; ``looks`` tell how the threads looked, and
    ``unreadable`` names those of a board that could not be read, with the error."""

    posts: tuple[Post, ...] = ()
    threads: tuple[ThreadSeen, ...] = ()
    cursor: Cursor | None = None
    gap: bool = False
    moved: Mapping[ThreadId, ThreadRef] = field(default_factory=dict)
    deleted: tuple[PostId, ...] = ()
    looks: tuple[Look, ...] = ()
    unreadable: Mapping[str, Exception] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """What an answer quotes: the post answered, its author, an excerpt already in the engine's markup, and when the
    post was written, if that is known."""

    post_id: PostId
    author: Author
    url: str
    text: str
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to hang on a message or a post: its name (clean), media type, size in bytes, and where it is read from, a
    real file that stays open until whoever opened it closes it (the desk's call may do that itself)."""

    name: str
    mime: str
    size: int
    content: IO[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer ready to post: ``text`` stands in the engine's own markup, quote, mention and signature included;
    ``files`` only for an adapter that can upload. ``key`` is the answer's own, the same at each try, by which an engine
    may tell it from another one of the same text. For what has room beside the text: the post that is answered (``to``)
    and the agent's public name."""

    text: str
    files: tuple[Upload, ...] = ()
    key: str = ""
    to: Quote | None = None
    agent: str = ""


class ReceiptState(StrEnum):
    """What became of a reply that the forum accepted."""

    POSTED = "posted"
    QUEUED = "queued"  # waits for a moderator
    MERGED = "merged"  # became part of our previous post (MyBB)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The forum took the reply. ``post_id`` is None where the engine does not name it at once (see ``own_posts``);
    ``without`` names the draft's files that do not hang on the post all the same."""

    post_id: PostId | None = None
    url: str | None = None
    state: ReceiptState = ReceiptState.POSTED
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """Posts by our own account in a thread; ``complete`` only if every page since the given post was really read."""

    posts: tuple[Post, ...]
    complete: bool


class SignInState(StrEnum):
    """How signing in went, and how it stands: ``expired`` is a session that the forum ended."""

    OK = "ok"
    EXPIRED = "expired"
    REFUSED = "refused"
    CAPTCHA = "captcha"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome of signing in; ``account`` is who we are on the forum when it said so."""

    state: SignInState
    account: Author | None = None
    detail: str = ""


class WorkKind(StrEnum):
    """The dispatcher's kinds of work; the key says on what (a watch, a conversation, a forum, a desk). ``tell`` writes
    the bridge's own notes to agents, ``link`` links a person's profiles, ``care`` looks after the ledger itself."""

    POLL = "poll"
    DELIVER = "deliver"
    LINK = "link"
    PUBLISH = "publish"
    TELL = "tell"
    RECONCILE = "reconcile"
    MEET = "meet"
    SWEEP = "sweep"
    CARE = "care"
    ALERT = "alert"


class Wake(Protocol):
    """How work asks for more work: run ``kind`` for ``key`` at ``at`` (None: at once). At least once, never two at
    a time."""

    def __call__(self, kind: WorkKind, key: str, at: datetime | None = None) -> None: ...


def normalised(name: str) -> str:
    """Return a name fit for a key: NFKC, runs of space made one, ends cut. Case stays: Turkish folding never
    touches a key."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _line(text: str, longest: int) -> str:
    """Return a text on one line; a longer one ends with what tells it from others that begin alike."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return f"{line[: longest - 10]}… {hashlib.sha256(line.encode('utf-8', 'replace')).hexdigest()[:8]}"


def folded(text: str) -> str:
    """Return what is left of a text where case, accents, the dots of the Turkish i and spaces do not count, so that
    what somebody typed in haste is recognised; "" for text of nothing else. For comparison, never for a key.

    Each character is folded by itself, so the folded text of a part is a part of the folded text.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join("i" if each == "ı" else each for each in plain if unicodedata.category(each)[0] not in "CMZ")


def number_of(post_id: str) -> int | None:
    """Return the number that a post's id is, behind PRIVATE for a private one; None where it is none, or too long for
    a database. Public posts and private ones count apart."""
    digits = post_id.removeprefix(PRIVATE)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
