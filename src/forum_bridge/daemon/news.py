"""What a round of readings brought, as a command shows it: a watch, its new posts, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from forum_bridge.ledger.operator import Item
from forum_bridge.ledger.posts import PostRow
from forum_bridge.ledger.states import WORK, State
from forum_bridge.model import WatchKind


class Stand(StrEnum):
    """Where a post stands."""

    THERE = "there"  # where it belongs
    WAITS = "waits"  # it goes on by itself
    STUCK = "stuck"  # it waits for a person
    LEFT_OUT = "left out"  # it concerns nobody


@dataclass(frozen=True, slots=True)
class PostNews:
    """A new or changed post: its ``name`` for the commands that decide about it, and its ``fate`` in words."""

    name: str
    post_id: str
    author: str
    url: str
    fate: str
    stand: Stand


@dataclass(frozen=True, slots=True)
class WatchNews:
    """What a reading of one watch brought, or its ``trouble``; ``more`` is there than one reading may take."""

    forum: str
    kind: WatchKind
    target: str
    posts: tuple[PostNews, ...] = ()
    more: bool = False
    trouble: str | None = None

    @property
    def well(self) -> bool:
        """Whether it was read, and all that came is where it belongs."""
        return self.trouble is None and not any(post.stand in (Stand.WAITS, Stand.STUCK) for post in self.posts)


def became(row: PostRow, case: str) -> PostNews:
    """Return what became of a post that was taken in; ``case`` is what people call the case it stands in."""
    match row.state:
        case State.SENT:
            return news(row, f"a note in case {case}" if row.as_note else f"in case {case}")
        case State.OWN:
            return news(row, "left out: written by us", Stand.LEFT_OUT)
        case State.OLD:
            return news(row, "left out: older than the watch", Stand.LEFT_OUT)
        case State.IGNORED:
            return news(row, f"left out: {row.reason or 'the configuration says so'}", Stand.LEFT_OUT)
        case State.WAITING | State.SENDING | State.UNCLEAR:
            return news(row, f"waits: {row.reason}" if row.reason else "waits", Stand.WAITS)
        case State.HELD | State.DEAD | State.BY_HAND | State.QUEUED:
            return news(row, f"{row.state.value}, {_name(row)}: {row.reason or 'no reason is known'}", Stand.STUCK)
        case never:
            assert_never(never)


def would_become(row: PostRow, case: str | None) -> PostNews:
    """Return what would become of a post; ``case`` is the one it would stand in, None if it would open one."""
    if row.state not in WORK:
        return became(row, "")
    if case is None:
        return news(row, "would be left out: a note needs a case" if row.as_note else "would open a case")
    return news(row, f"would be a note in {case}" if row.as_note else f"would be a message in {case}")


def news(row: PostRow, fate: str, stand: Stand = Stand.THERE) -> PostNews:
    """Return the news of a post."""
    return PostNews(_name(row), row.post_id, row.author_name, row.url, fate, stand)


def _name(row: PostRow) -> str:
    return str(Item("post", row.id))
