"""Guesses where a page tells what time it is: many forums do so at the foot, and it shows in which zone and in which
order of day and month they write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.guess.moments import Moment, cut_out
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.selectors import BARE, Selector, simple

_SAYS = re.compile(
    r"(?i)current time|time is|time now|it is currently|şu an|şimdi saat|saat:?|local time|sistem saati|\bnow\b"
)
_VISIT = re.compile(r"(?i)visit|ziyaret|last\b|\bson\b")
_QUARTER, _OFF, _FARTHEST = timedelta(minutes=15), timedelta(minutes=3), timedelta(hours=15)
_JUST = timedelta(minutes=1)  # a page is made in less; a post of that minute stands among the posts


def guess_clock(
    outline: Outline, moments: Sequence[Moment], posts: Sequence[Element], served: datetime
) -> Guess | None:
    """Return the page's own clock, whose time differs from that at which it was ``served`` (naive, in UTC) by whole
    quarters of an hour at most; None where nothing outside the posts is like that and says so, in words or in an
    attribute."""
    for moment in reversed(moments):
        if moment.attribute is not None or not moment.exact or any(post.holds(moment.element) for post in posts):
            continue
        around = outline.text(moment.element.parent)[:80] if moment.element.parent is not None else ""
        if _VISIT.search(around):
            continue
        told = _SAYS.search(f"{moment.text} {around}") or _stamped(moment.element, moments, served)
        if not told or not any(_is_now(when, served) for when in moment.when):
            continue
        regex = cut_out([moment.text], served)
        for each in _names(moment.element):
            value = Value.parse(f"{each.css}{regex or ''}")
            if value.found_in(outline.root) == moment.text[moment.start : moment.end]:
                return Guess(str(value), why=f"the page's own clock: {moment.text[:40]!r}")
    return None


def _stamped(element: Element, moments: Sequence[Moment], served: datetime) -> bool:
    """Return whether an attribute tells that this is just when the page was served."""
    return any(
        each.element is element and each.attribute is not None and each.when[0] and abs(each.when[0] - served) < _JUST
        for each in moments
    )


def _is_now(when: datetime | None, served: datetime) -> bool:
    if when is None:
        return False
    off = when - served
    return abs(off) <= _FARTHEST and abs(off - round(off / _QUARTER) * _QUARTER) <= _OFF


def _names(element: Element) -> list[Selector]:
    return sorted(
        each for place in (element, *list(element.upwards())[:1]) for each in simple(place) if each.cost < BARE
    )
