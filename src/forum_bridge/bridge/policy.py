"""Which posts concern the desk, as pure rules over facts: own, ignored, old, a customer's, or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from forum_bridge.bridge.content import Digested
from forum_bridge.ledger.states import State
from forum_bridge.model import Post, normalised, number_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the post: of us, of the watch and of the thread.

    ``highest`` is the highest post number known on the forum (for a personal message: among those) after the watch's
    first reading, None before that; ``newest_in_thread`` that known in the thread before this reading, None where ids
    do not count or nothing was read. ``starters`` began the thread, or one that is part of it. What was written before
    ``adopted``, in the forum's time, people dealt with themselves.
    """

    own_keys: frozenset[str]
    own_posts: frozenset[str]
    first_reading: bool
    since: datetime | None
    thread_known: bool
    newest_in_thread: int | None
    highest: int | None
    starters: frozenset[str]
    adopted: datetime | None = None


CLOCKS_DIFFER = timedelta(hours=1)
ZONES_DIFFER = timedelta(days=1)
Concerns = Callable[[Digested, Facts], bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """The forum's policy: the bridge's own account, our people's accounts, names to leave out, and whose posts are
    customers' messages."""

    own_account: frozenset[str]
    own_authors: frozenset[str]
    ignore_authors: frozenset[str]
    concerns: Concerns
    others_as_notes: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of a post: its first state, whether it goes to the desk as a note, and whether one of our people
    wrote it by hand."""

    state: State
    as_note: bool = False
    by_agent: bool = False
    reason: str | None = None


def judge(item: Digested, facts: Facts, rules: Rules) -> Taken:
    """Return what becomes of a post seen for the first time."""
    post = item.post
    if post.id in facts.own_posts or post.author.key in facts.own_keys or _named(post, rules.own_account):
        return Taken(State.OWN)
    if _named(post, rules.own_authors):
        return Taken(State.OWN) if is_old(post, facts) else Taken(State.WAITING, as_note=True, by_agent=True)
    if _named(post, rules.ignore_authors):
        return Taken(State.IGNORED, reason="its author is in ignore_authors")
    if is_old(post, facts):
        return Taken(State.OLD)
    if rules.concerns(item, facts):
        return Taken(State.WAITING)
    if rules.others_as_notes:
        return Taken(State.WAITING, as_note=True)
    return Taken(State.IGNORED, reason="cases.from does not include its author")


def is_old(post: Post, facts: Facts) -> bool:
    """Whether a post was there before the watch began.

    In a thread read before, what is numbered above all that was read there is new, even if the forum's clock or
    timezone is wrong by hours; what is older came by a merge. Else the post's time decides, and where the page shows
    none: a first reading holds only old posts, and in a thread met later only an id above all that were known by then
    is new, for ids count up across a forum. Where ids are no numbers, a thread read before forgives a forum's clock an
    hour.
    """
    number = number_of(post.id)
    if facts.adopted is not None and post.time is not None and post.time < _as_coarse(facts.adopted, post.time):
        return True
    if facts.since is None:
        return False
    if number is not None and facts.newest_in_thread is not None and number > facts.newest_in_thread:
        return post.time is not None and post.time < facts.since - ZONES_DIFFER
    if post.time is not None:
        met_before = number is None and facts.thread_known and not facts.first_reading
        since = facts.since - CLOCKS_DIFFER if met_before else facts.since
        return post.time < _as_coarse(since, post.time)
    if facts.first_reading:
        return True
    return not facts.thread_known and number is not None and facts.highest is not None and number <= facts.highest


def _as_coarse(moment: datetime, shown: datetime) -> datetime:
    """Cut a moment to the precision in which a forum seems to show its times: minutes, seconds or finer."""
    if shown.microsecond:
        return moment
    return moment.replace(microsecond=0) if shown.second else moment.replace(second=0, microsecond=0)


def everyone(_item: Digested, _facts: Facts) -> bool:
    """Every author is a customer."""
    return True


def starter(item: Digested, facts: Facts) -> bool:
    """Only who began the thread, or one that moderators made part of it, is a customer."""
    post = item.post
    return post.opening or post.author.key in facts.starters


def mentioning(words: tuple[str, ...]) -> Concerns:
    """Return a rule: a post concerns the desk if its text holds one of the words, whatever the case."""
    wanted = tuple(word.casefold() for word in words)

    def rule(item: Digested, _facts: Facts) -> bool:
        text = item.text.casefold()
        return any(word in text for word in wanted)

    return rule


def _named(post: Post, names: frozenset[str]) -> bool:
    return post.author.key in names or normalised(post.author.name) in names
