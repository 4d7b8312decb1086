"""Guesses the node that holds what a person wrote: it has nearly all of a post that is said nowhere else, and little of
what repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import selectors

_NAMED = re.compile(r"(?i)content|body|message|msg|text|entry|markup|mesaj|icerik|yazi|ileti|gonderi")
_SHARE = 0.4  # of a post's own text that a node has to hold to be looked into further
_MOST_HAVE = 0.66  # of what looks like a post has a text; the others are deleted or hidden ones
_ENOUGH = 40  # characters of its own by which a post shows by itself whether a node holds them


def guess_body(scene: Scene, author: str | None) -> Guess | None:
    """Return the selector of the text; None where no node in each post holds what is said. ``author`` is where the name
    seems to stand: not in the text."""
    names = scene.first_of(author) if author else ()
    best = Best()
    for post in sorted(scene.samples, key=scene.outline.own, reverse=True)[:4]:
        for element in _chain(scene, post):
            for each in selectors(element, post, most=16):
                if best.new(each.css):
                    best.offer(_tried(scene, each.css, each.cost, names))
    return best.guess


def _chain(scene: Scene, post: Element) -> Iterator[Element]:
    """Yield the nodes from the post inwards, each of which holds most of what the post says."""
    floor = _SHARE * _said(scene, post)
    element: Element | None = post
    while element is not None:
        inner = max(element.children, key=lambda each: _said(scene, each), default=None)
        element = inner if inner is not None and _said(scene, inner) >= floor > 0 else None
        if element is not None:
            yield element


def _tried(scene: Scene, css: str, cost: int, names: Sequence[Element | None]) -> list[Guess]:
    found = scene.first_of(css)
    pairs = [(post, body) for post, body in zip(scene.posts, found, strict=True) if body is not None]
    if len(pairs) < max(2, _MOST_HAVE * len(found)) or any(body is post for post, body in pairs):
        return []
    bodies = [body for _, body in pairs]
    said = [_said(scene, post) for post, _ in pairs]
    held = [min(_said(scene, body), total) for body, total in zip(bodies, said, strict=True)]
    if not sum(said):
        return []
    mean = sum(held) / sum(said)
    # What closes a table stands beside its last post, too, where posts go on beside their containers.
    counted = list(zip(held, said, strict=True))[: -1 if scene.beside is not None else None]
    worst = min((part / total for part, total in counted if total >= _ENOUGH), default=mean)
    text = sum(len(scene.outline.text(body)) for body in bodies)
    timed = sum(any(body.holds(moment.element) for moment in scene.exact) for body in bodies)
    named = sum(any(name and body.holds(name) for name in names) for body in bodies)
    deep = max(body.depth - post.depth for post, body in pairs)
    score = 10 * mean + 4 * worst - 4 * max(1 - sum(held) / max(text, 1), 0) - 0.25 * cost + 0.05 * deep
    score += 1.2 if ":has(" not in css and _NAMED.search(css.rpartition(" ")[2]) else 0.0
    score -= 4.0 * (1 - len(pairs) / len(found))
    score -= 8.0 if timed > 0.7 * len(found) else 0.0  # nobody writes the hour into every post
    score -= 8.0 if named > 0.7 * len(found) else 0.0
    score -= 0.0 if worst > 0.5 else 3.0
    doubt = "" if worst > 0.5 else "Of some posts it holds less than half of what they say: look at the table."
    why = f"it holds {round(100 * mean)} % of what the posts say and nothing else on the page does"
    texts = tuple(scene.outline.text(each)[:200] if each is not None else None for each in found)
    return [Guess(css, texts, score, why, doubt)]


def _said(scene: Scene, element: Element) -> int:
    """Return how much of what only this element says are words of a person: not when it was posted or edited."""
    dates = {moment.element.first: moment.element for moment in scene.exact if element.holds(moment.element)}
    return max(scene.outline.own(element) - sum(map(scene.outline.own, dates.values())), 0)
