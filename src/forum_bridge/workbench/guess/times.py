"""Guesses where a post tells when it was written, and in which order its day and month stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from forum_bridge.forums.html.dates import Order
from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.moments import ORDERS, UP_TO_CLOCK, Moment, cut_out, find, shape
from forum_bridge.workbench.guess.numbers import literal
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import selectors

_EDITED = re.compile(r"(?i)edit|modif|updated|changed|düzen|duzen|değiş|degis|güncel")
_JOINED = re.compile(
    r"(?i)join|regist|member since|kayıt|kayit|üyelik|uyelik|katıl|last (?:seen|visit|activ)|son ziyaret"
)
_GUESSES = tuple[Guess, Order]


def guess_time(scene: Scene, body: str | None, now: datetime) -> tuple[Guess, Order] | None:
    """Return where each post tells its time, and the order of day and month; None where too few tell one."""
    bodies = scene.first_of(body) if body else ()
    best = Best()
    orders: dict[str, Order] = {}
    for moment in _outside(scene, bodies):
        post = scene.post_of(moment.element)
        said = f"{moment.text} {_beside(scene, moment.element)}"
        if post is None or _JOINED.search(said) or _EDITED.search(said):
            continue
        for css, cost in _places(moment.element, post):
            attribute = f" @{moment.attribute}" if moment.attribute else ""
            text = f"{css}{attribute}".strip()
            if text and best.new(text):
                for guess, order in _tried(scene, text, cost, now):
                    if best.offer([guess]):
                        orders[guess.text] = order
    return (best.guess, orders[best.guess.text]) if best.guess is not None else None


def guess_edited(scene: Scene, body: str | None, taken: str, now: datetime) -> Guess | None:
    """Return where an edited post tells when it was; None where no post does. ``taken`` is the value of the time."""
    for moment in scene.moments:
        post = scene.post_of(moment.element)
        around = moment.element.parent
        said = moment.text if around is None else f"{moment.text} {scene.outline.text(around)[:120]}"
        if post is None or not moment.exact or not _EDITED.search(said) or _is_in_text(scene, moment, body):
            continue
        for css, _ in _places(moment.element, post):
            text = f"{css}{f' @{moment.attribute}' if moment.attribute else ''}"
            found = scene.tried(Value.parse(text)) if css else ()
            some = [each for each in found if each and find(each, now)]
            if not some or text == taken or len(some) > len(found) / 2:
                continue
            if not all(_EDITED.search(each) or moment.attribute for each in some):
                continue
            regex = "" if moment.whole else f" =~ {_lifted(moment)}"
            value = Value.parse(f"{text}{regex}")
            if any(scene.tried(value)):
                return Guess(str(value), scene.tried(value), 1.0, f"{len(some)} of {len(found)} posts were edited")
    return None


def _lifted(moment: Moment) -> str:
    """Return a regex that takes the moment out of a notice, whose other words name who edited it and why: by the word
    or sign before it, else by its own shape."""
    before, after = moment.text[: moment.start], moment.text[moment.end :].strip()
    lead = re.search(r"(?:[^\w\s]|\w+:|\b[a-zçğıöşü]+)\s*$", before)
    if lead is None:
        return shape(moment.text[moment.start : moment.end])
    closed = rf"(.+?)\s*{literal(after[0])}" if after and after[0] in ")]»|;(" else UP_TO_CLOCK
    return rf"{literal(lead[0].rstrip())}\s*{closed if after else '(.+)$'}"


def _is_in_text(scene: Scene, moment: Moment, body: str | None) -> bool:
    """Return whether a moment is part of what somebody wrote: it stands in a body, among other words."""
    bodies = scene.first_of(body) if body else ()
    inside = next((each for each in bodies if each is not None and each.holds(moment.element)), None)
    return inside is not None and not _EDITED.search(moment.text[: moment.start])


def _outside(scene: Scene, bodies: Sequence[Element | None]) -> Iterator[Moment]:
    """Yield the moments in the sampled posts that do not stand in what people wrote."""
    for post in scene.samples:
        for moment in scene.moments:
            if post.holds(moment.element) and not any(each and each.holds(moment.element) for each in bodies):
                yield moment


def _beside(scene: Scene, element: Element) -> str:
    """Return what an element and what is around it say, if that is little: "Joined: 12 May"."""
    around = scene.outline.text(element.parent) if element.parent is not None else ""
    return around if len(around) < 60 else ""


def _places(element: Element, post: Element) -> list[tuple[str, int]]:
    if element is post:
        return [("", 0)]
    return [(each.css, each.cost) for each in selectors(element, post, most=10)]


def _tried(scene: Scene, text: str, cost: int, now: datetime) -> Iterator[tuple[Guess, Order]]:
    found = scene.tried(Value.parse(text))
    told = [each for each in found if each]
    if len(told) < 0.8 * len(found) or any(_JOINED.search(each) for each in told):
        return
    if any(each is not None and _JOINED.search(_beside(scene, each)) for each in scene.first_of(text)):
        return
    regex = cut_out(told, now)
    if regex is None:
        return
    value = Value.parse(f"{text}{regex}")
    read = [find(each, now) if each else None for each in scene.tried(value)]
    for place, order in enumerate(ORDERS):
        when = [each.when[place] if each is not None else None for each in read]
        known = [each for each in when if each is not None]
        if len(known) < 0.8 * len(when):
            continue
        rising = all(earlier <= later for earlier, later in pairwise(known))
        falling = len(known) > 2 and all(a >= b for a, b in pairwise(known)) and not rising
        score = 6.0 * len(known) / len(when) - 0.3 * cost
        score += 3.0 if "@" in text and "@title" not in text else 0.0
        score += 3.0 if all(each is None or each.exact for each in read) else 0.0
        score += 4.0 if rising else 2.0 if falling else 0.0
        score += 2.0 if len(set(known)) > 1 or len(known) < 3 else 0.0
        score += 1.0 if not regex else 0.0
        score -= 4.0 if any(_EDITED.search(each) for each in told) else 0.0
        doubt = "" if rising or falling else "The times do not rise from post to post: is this when they were written?"
        if len(known) < len(when):
            doubt = f"{len(when) - len(known)} of {len(when)} posts tell no time that can be read."
        why = f"{told[0][:40]!r}" + ("; every post is later than the one before" if rising else "")
        yield Guess(f"{text}{regex}", scene.tried(value), score, why, doubt), order


def value_texts(scene: Scene, value: Value) -> tuple[str | None, ...]:
    """Return what a value finds, for people."""
    return scene.tried(value)
