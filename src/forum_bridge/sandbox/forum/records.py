"""What the sandbox forum remembers, as plain records. Knows no HTTP and no rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_FOLD = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")


class Refused(Exception):
    """The forum does not do this; ``code`` names the text ``refused.<code>`` that says why, ``wait`` is in seconds,
    ``words`` fill in the text."""

    def __init__(self, code: str, wait: int = 0, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait
        self.words = {"n": wait, **words}


@dataclass(slots=True)
class Switches:
    """How the forum behaves; all may be turned while it runs."""

    flood_seconds: int = 0
    moderation: bool = False
    merge_posts: bool = False
    merge_mark: str = "---"  # between them; MyBB's is a rule, unless its administrator chose another
    guests_may_post: bool = True
    auto_user: str = "Deniz"  # who a browser without our cookie is; empty: a guest
    max_chars: int = 200_000
    files_for_members: bool = False
    files_a_post: int = 5
    file_bytes: int = 5_000_000
    file_kinds: str = "png jpg jpeg gif webp pdf txt log zip"
    drops_files: bool = False  # takes the text and loses the files, as some engines do
    posts_a_page: int = 10
    newest_first: bool = False  # the last post stands at the top of the first page


@dataclass(slots=True)
class Person:
    """Somebody with an account. ``name`` is shown and signs in, without regard to case."""

    id: int
    name: str
    joined: datetime
    password: str = field(repr=False)
    signature: str = ""
    staff: bool = False
    banned: bool = False
    takes_messages: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """A file that hangs on a post."""

    id: int
    name: str
    mime: str
    data: bytes = field(repr=False)

    @property
    def picture(self) -> bool:
        """Whether it is shown."""
        return self.mime in ("image/png", "image/jpeg", "image/gif", "image/webp")

    @property
    def path(self) -> str:
        """Its address on the forum."""
        return f"/file/{self.id}/{quote(self.name, safe='')}"


class Written:
    """What somebody wrote; ``author`` is a person, or the name of a guest or of an account that was deleted."""

    __slots__ = ()
    author: Person | str

    @property
    def author_name(self) -> str:
        """The name to show."""
        return self.author if isinstance(self.author, str) else self.author.name

    @property
    def person(self) -> Person | None:
        """The author's account; None for a mere name."""
        return None if isinstance(self.author, str) else self.author


@dataclass(slots=True)
class Post(Written):
    """One post; ``author`` is a person or a guest's name. ``change`` is the thread's count when it last changed."""

    id: int
    thread_id: int
    author: Person | str
    text: str
    time: datetime
    change: int
    edited: datetime | None = None
    pending: bool = False
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    """One thread with its posts, oldest first. ``change`` grows with every change of anything in it."""

    id: int
    title: str
    posts: list[Post] = field(default_factory=list)
    removed: dict[int, int] = field(default_factory=dict)
    locked: bool = False
    change: int = 0
    moved_to: int | None = None  # the thread to which this one's address leads now

    @property
    def slug(self) -> str:
        """The title as it stands in the thread's address: ASCII, at most 60 characters."""
        words = re.sub(r"[^a-z0-9]+", "-", self.title.translate(_FOLD).lower())[:60].strip("-")
        return words or "konu"

    @property
    def path(self) -> str:
        """The thread's address on the forum, without a page."""
        return f"/thread/{self.id}-{self.slug}"

    @property
    def visible(self) -> list[Post]:
        """The posts everyone may read."""
        return [post for post in self.posts if not post.pending]
