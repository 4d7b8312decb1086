"""Guesses a post's id: a number that every post has, no two alike, in an attribute or in a link that leads to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Guess, Scene
from forum_bridge.workbench.guess.numbers import cuts
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import selectors

_POST = re.compile(r"(?i)(?:post|msg|message|pid|comment|entry|reply|mesaj|ileti|gonderi|cevap|yorum|yanit|\bp\b|#p?$)")
_OTHER = re.compile(
    r"(?i)(?:thread|topic|tid|user|uid|\bu\b|member|profile|author|page|start|forum|fid|sid|konu|uye|aid|sayfa)"
)
_ATTRIBUTES = ("id", "name", "href", "value", "content", "for")
POSITIONS = (
    "These numbers count 1, 2, 3 … on this page. Open another thread: where they begin anew, they are positions, which"
    " move when posts are deleted, and no ids."
)


def guess_id(scene: Scene) -> Guess | None:
    """Return where a post's id stands; None where no number tells the posts apart."""
    tried = [guess for guess in _candidates(scene) if _tells_apart(guess.found)]
    if not tried:
        return None
    votes = Counter(guess.found for guess in tried)
    best = max(tried, key=lambda guess: guess.score + min(votes[guess.found] - 1, 3) * 0.6)
    doubt = POSITIONS if is_counted(best.found) else ""
    why = f"{', '.join(str(each) for each in best.found[:3])} …: every post has one, no two alike"
    return Guess(best.text, best.found, best.score - (2 if doubt else 0), why, doubt)


def is_counted(found: Sequence[str | None]) -> bool:
    """Return whether the numbers are those of positions: each one more than the one before, from a round one on."""
    digits = [int(each) for each in found if each is not None and each.isdigit()]
    if len(digits) < len(found) or not digits:
        return False
    step = all(later - earlier == 1 for earlier, later in pairwise(digits))
    return step and (digits[0] <= 1 or digits[0] % 5 <= 1)


def _tells_apart(found: Sequence[str | None]) -> bool:
    return None not in found and len(set(found)) == len(found)


def _candidates(scene: Scene) -> Iterator[Guess]:
    seen: set[str] = set()
    for post in scene.samples[1:3]:
        for element in (post, *scene.outline.within(post)):
            for name, value in element.attributes.items():
                if name not in _ATTRIBUTES and not name.startswith("data-"):
                    continue
                for cut in cuts(value):
                    regex = f" =~ {cut.regex}" if cut.regex else ""
                    places = (
                        [("", 0)] if element is post else [(s.css, s.cost) for s in selectors(element, post, most=6)]
                    )
                    for css, cost in places:
                        text = f"{css} @{name}{regex}".strip()
                        if text in seen:
                            continue
                        seen.add(text)
                        found = scene.tried(Value.parse(text))
                        yield Guess(text, found, _score(element, name, cut.before, cost, post))


def _score(element: Element, name: str, before: str, cost: int, post: Element) -> float:
    said = f"{before} {name if name.startswith('data-') else ''} {' '.join(element.classes) if element is post else ''}"
    score = 10.0 - 0.3 * cost
    if _POST.search(said):
        score += 3.0
    elif _OTHER.search(before) or (name.startswith("data-") and _OTHER.search(name)):
        score -= 5.0
    if element is post:
        score += 4.0 if name == "id" or name.startswith("data-") else 2.0
    elif name in {"id", "name"}:
        score += 2.0
    elif name == "href":
        score += 1.0 + (0.5 if before.startswith("#") or "=" in before else 0.0)
    else:
        score -= 1.0
    return score
