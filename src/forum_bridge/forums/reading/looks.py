"""How a thread's page looked when it was read last, and what it lacks now: pure. A page that was changed by people
(posts deleted, moved, edited, accounts closed) lacks nothing; one that a theme has changed does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import Json, Look, Post, Trait, number_of

MOST = 50  # posts of a page that are remembered
ENOUGH = 3  # posts of which none has what all had before
_AUTHOR, _TIME, _EDITED, _FILES = "atef"
_TRAITS = {_AUTHOR: Trait.AUTHOR_IDS, _TIME: Trait.TIMES, _EDITED: Trait.EDITED, _FILES: Trait.FILES}
_FAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Before:
    """What is remembered of one post: what it had, the minute it was written (Unix), and what its text was like."""

    had: str
    minute: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The page read last: its posts by id, whether it had a title and links to other pages, how many posts a page has
    that another follows (0: not known), and whether its ids grew."""

    posts: Mapping[str, Before]
    title: bool = False
    before_it: bool = False
    full: int = 0
    grows: bool = False

    def to_json(self) -> Json:
        """Return the object for a cursor."""
        posts = {key: [post.had, post.minute, post.text] for key, post in self.posts.items()}
        flags = {"title": self.title, "before_it": self.before_it, "full": self.full, "grows": self.grows}
        return {"posts": posts} | {name: value for name, value in flags.items() if value}

    @classmethod
    def from_json(cls, obj: object) -> Shape | None:
        """Return what ``to_json`` wrote, None for anything else: then nothing is compared."""
        if not isinstance(obj, Mapping) or not isinstance(posts := obj.get("posts"), Mapping):
            return None
        full = obj.get("full")
        return cls(
            {str(key): found for key, each in posts.items() if (found := _before(each)) is not None},
            obj.get("title") is True,
            obj.get("before_it") is True,
            full if isinstance(full, int) else 0,
            obj.get("grows") is True,
        )


def shape_of(page: ThreadPage, full: int = 0) -> Shape:
    """Return what to remember of a page; ``full`` is what was known of the pages before it."""
    last = page.posts[-MOST:]
    return Shape(
        {post.id: Before(_has(post), _minute(post.time), _text(post)) for post in last},
        bool(page.ref.title),
        page.pages.previous is not None,
        max(full, len(page.posts)) if page.pages.next is not None else full,
        _grows(page.posts) is True and page.oldest is None,
    )


def brief(shape: Shape, most: int) -> Shape:
    """Return a shape that remembers the newest ``most`` posts only."""
    return Shape(
        dict(list(shape.posts.items())[-most:]) if most else {}, shape.title, shape.before_it, shape.full, shape.grows
    )


def look_at(pages: Sequence[ThreadPage], before: Shape | None, url: str | None) -> Look:
    """Return how ``pages`` of a thread look; ``url`` is the address of the page that ``before`` remembers."""
    posts = [post for page in pages for post in page.posts]
    lacks = {Trait.WHOLE} if any(page.broken for page in pages) else set[Trait]()
    shows = {_TRAITS[letter] for letter in "aef" if any(letter in _has(post) for post in posts)}
    if posts and all(post.time is not None for post in posts):
        shows.add(Trait.TIMES)
    if posts and not lacks:
        shows.add(Trait.WHOLE)
    if before is not None:
        _compare(pages, posts, before, url, lacks, shows)
    return Look(pages[-1].ref.url, frozenset(lacks), frozenset(shows - lacks))


def _compare(
    pages: Sequence[ThreadPage],
    posts: Sequence[Post],
    before: Shape,
    url: str | None,
    lacks: set[Trait],
    shows: set[Trait],
) -> None:
    again = [(post, before.posts[post.id]) for post in posts if post.id in before.posts]
    lacks |= {_TRAITS[letter] for letter in _TRAITS if _lost(letter, again)}
    had_times = len(before.posts) >= ENOUGH and all(_TIME in each.had for each in before.posts.values())
    if had_times and len(posts) >= ENOUGH and all(post.time is None for post in posts):
        lacks.add(Trait.TIMES)
    same = next((page for page in pages if page.url == url and page.posts and page.posts[0].id in before.posts), None)
    told = {
        Trait.TITLE: (before.title, bool(pages[-1].ref.title)),
        Trait.PAGES: (before.before_it and same is not None, same is None or same.pages.previous is not None),
        Trait.ORDER: (before.grows, all(_grows(page.posts) is not False and page.oldest is None for page in pages)),
        Trait.DATES: (bool(again), not _jumped(again)),
        Trait.COUNT: (before.full > 1, all(len(page.posts) * 2 > before.full for page in pages if _is_full(page))),
    }
    lacks |= {trait for trait, (expected, there) in told.items() if expected and not there}
    shows |= {trait for trait, (_, there) in told.items() if there}


def _is_full(page: ThreadPage) -> bool:
    """Whether a page should hold as many posts as pages do: one that the forum shows another behind."""
    return (page.pages.next if page.oldest is None else page.pages.previous) is not None


def _lost(letter: str, again: Sequence[tuple[Post, Before]]) -> bool:
    """Return whether what some posts had is gone from all of them, and no person can have taken it away: a closed
    account takes its id along, an edit its files."""
    if any(letter in _has(post) for post, _ in again):
        return False
    lost = [(post, was) for post, was in again if letter in was.had]
    match letter:
        case "a":
            return len({post.author.name for post, _ in lost}) > 1
        case "f":
            return len(lost) > 1 or any(_text(post) == was.text for post, was in lost)
        case _:
            return bool(lost)


def _jumped(again: Sequence[tuple[Post, Before]]) -> bool:
    """Return whether the times of posts are others than before, by more than coarse words ("a month ago") explain."""
    both = [
        (post.time, datetime.fromtimestamp(was.minute * 60, UTC))
        for post, was in again
        if post.time is not None and was.minute is not None
    ]
    if not both:
        return False
    newest = max(max(pair) for pair in both)
    return all(abs(now - then) > max(_FAR, (newest - min(now, then)) / 2) for now, then in both)


def _grows(posts: Sequence[Post]) -> bool | None:
    """Return whether posts stand in the order of their ids, or of their times where ids do not count; None where too
    few tell."""
    numbers = [number_of(post.id) for post in posts]
    keys = [each for each in numbers if each is not None]
    if len(keys) < len(numbers):
        keys = [int(post.time.timestamp()) for post in posts if post.time is not None]
    if len(keys) < ENOUGH:
        return None
    pairs = list(pairwise(keys))
    if all(one > other for one, other in pairs):
        return False
    return all(one <= other for one, other in pairs) or None


def _has(post: Post) -> str:
    told = {
        _AUTHOR: post.author.id is not None,
        _TIME: post.time is not None,
        _EDITED: post.edited is not None,
        _FILES: bool(post.attachments),
    }
    return "".join(letter for letter, there in told.items() if there)


def _minute(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp()) // 60


def _text(post: Post) -> str:
    return hashlib.sha256(post.html.encode()).hexdigest()[:8]


def _before(obj: object) -> Before | None:
    if not isinstance(obj, list | tuple) or len(obj) != 3:
        return None
    had, minute, text = obj
    return Before(str(had), minute if isinstance(minute, int) else None, str(text))
