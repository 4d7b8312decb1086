"""What is missing in what a preset finds on a page, most urgent first, with what could be meant instead. Tells it in
data; the words stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from forum_bridge.forums.html.value import Value, first_found
from forum_bridge.model import Post
from forum_bridge.workbench.trying.examine import Examined, Item, Spot

NEEDED = {"posts": ("id", "author", "body"), "board": ("link", "moved")}
_USEFUL = {"posts": ("time", "author_id", "link"), "board": ("time",)}
_SELDOM = frozenset(("edited", "attachments", "drop"))  # what no post on a page need have
_PARTLY = _SELDOM | {"author_id", "author_url"}  # guests have none
_AHEAD = timedelta(hours=1)


class Kind(StrEnum):
    """What may be wrong; each has its words in ``texts.json``."""

    NO_ITEMS = "no_items"  # the container or row finds nothing
    ALL_SKIPPED = "all_skipped"  # what marks containers that are no posts stands in all of them
    NOTHING = "nothing"  # a key finds nothing in any post
    SOME = "some"  # a key finds nothing in some posts
    CUT = "cut"  # the selector finds something, the regex nothing in it
    UNSET = "unset"  # the preset has no such key
    TIMES = "times"  # times that cannot be read
    FUTURE = "future"  # times that are yet to come
    SAME = "same"  # posts share an id
    TITLE = "title"  # the thread's title is not found


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. ``key`` is written as in the preset (``posts.time``), ``value`` what stands there;
    ``count`` of ``total`` posts are concerned, ``example`` is a text that could not be used. ``close`` lists what on
    the page is written nearly so, ``instead`` is what would be guessed. Without what is ``needed`` no post is read."""

    kind: Kind
    key: str
    value: str = ""
    count: int = 0
    total: int = 0
    example: str = ""
    needed: bool = False
    close: tuple[str, ...] = ()
    instead: str = ""


Suggest = Callable[[Finding], Finding]
"""Adds what could be meant instead."""


def findings(found: Examined, suggest: Suggest) -> list[Finding]:
    """Return what is to be looked at, what is needed first."""
    items = [item for item in found.items if not item.skipped]
    if not found.items:
        return [suggest(Finding(Kind.NO_ITEMS, "posts.container", found.preset.posts.container, needed=True))]
    if not items:
        skip, total = ", ".join(map(str, found.preset.posts.skip)), len(found.items)
        return [Finding(Kind.ALL_SKIPPED, "posts.skip", skip, total, total, needed=True)]
    told = [*_missing(found, items), *_times(found, items), *_same(found, items), *_title(found)]
    told.sort(key=lambda each: (not each.needed, each.kind is Kind.UNSET))
    return [each if each.kind is Kind.FUTURE else suggest(each) for each in told]


def _missing(found: Examined, items: Sequence[Item]) -> Iterator[Finding]:
    needed = NEEDED[found.part]
    for key in items[0].spots:
        value = written(found, key)
        lacking = [item for item in items if not item.spots[key]]
        finding = Finding(Kind.NOTHING, f"{found.part}.{key}", value, len(lacking), len(items), needed=key in needed)
        if not value:
            if key in _USEFUL[found.part]:
                yield replace(finding, kind=Kind.UNSET)
        elif len(lacking) == len(items):
            if key not in _SELDOM:
                yield _cut(found, key, finding)
        elif lacking and (key in needed or key not in _PARTLY):
            yield replace(finding, kind=Kind.SOME)


def as_usual(key: str, count: int, total: int) -> bool:
    """Return whether a key finds something in as many posts or rows as is to be expected."""
    return count == total or key in _SELDOM or (count > 0 and key in _PARTLY)


def keys(found: Examined) -> list[tuple[str, str, int, int]]:
    """Return the name of each key that is set, what stands there, in how many posts or rows it finds something, and of
    how many."""
    board, total = found.preset.board, len(found.items)
    whole = ("row", board.row) if found.part == "board" and board else ("container", found.preset.posts.container)
    set_ = [(key, value) for key in (found.items[0].spots if found.items else ()) if (value := written(found, key))]
    return [
        (f"{found.part}.{whole[0]}", whole[1], total, total),
        *(
            (f"{found.part}.{key}", value, sum(bool(item.spots[key]) for item in found.items), total)
            for key, value in set_
        ),
    ]


def written(found: Examined, key: str) -> str:
    """Return what the preset has for a key of the part, as it is written there; empty where it has none."""
    part = found.preset.posts if found.part == "posts" else found.preset.board
    given = getattr(part, key)
    return given if isinstance(given, str) else ", ".join(map(str, given or ()))


def _cut(found: Examined, key: str, finding: Finding) -> Finding:
    """Tell apart that the selector finds nothing and that the regex does."""
    part = found.preset.posts if found.part == "posts" else found.preset.board
    values = [each for each in getattr(part, key) if isinstance(each, Value) and each.regex]
    whole = [Value(each.css, each.attribute) for each in values if each.css or each.attribute]
    text = next((text for node in found.nodes() if (text := first_found(whole, node)) is not None), None)
    return replace(finding, kind=Kind.CUT, example=text[:120]) if text else finding


def _times(found: Examined, items: Sequence[Item]) -> Iterator[Finding]:
    told = [(item.spots["time"][0], item.post) for item in items if item.spots.get("time") and item.post is not None]
    unread = [(spot, post) for spot, post in told if post.time is None]
    if unread:
        yield _about_time(Kind.TIMES, found, unread, len(items))
    now = found.seen.served or datetime.now(UTC)
    ahead = [(spot, post) for spot, post in told if post.time is not None and post.time > now + _AHEAD]
    if ahead:
        yield _about_time(Kind.FUTURE, found, ahead, len(items))


def _about_time(kind: Kind, found: Examined, of: Sequence[tuple[Spot, Post]], total: int) -> Finding:
    return Finding(kind, "posts.time", written(found, "time"), len(of), total, example=of[0][0].text[:120])


def _same(found: Examined, items: Sequence[Item]) -> Iterator[Finding]:
    if found.part != "posts":
        return
    ids = [item.spots["id"][0].text for item in items if item.spots["id"]]
    shared = len(ids) - len(set(ids))
    if shared and not found.preset.posts.versions:
        example = next(each for each in ids if ids.count(each) > 1)
        yield Finding(Kind.SAME, "posts.id", written(found, "id"), shared + 1, len(items), example, needed=True)


def _title(found: Examined) -> Iterator[Finding]:
    if found.part == "posts" and not found.around.get("title"):
        yield Finding(Kind.TITLE, "thread.title", ", ".join(map(str, found.preset.thread.title)))
