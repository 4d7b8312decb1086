"""Guesses what else a post has: a link to itself, attached files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.selectors import selectors

_FILE = re.compile(r"(?i)attach|dlattach|download|/dosya|/files?/|(?<![a-z])ek(?:ler)?[/=]|upload")
_ACTS = re.compile(
    r"(?i)quote|reply|report|edit|delete|print|action=(?:post|modify)|raw|source|whois|ip=|share|tweet|text=|mailto:"
)
_ATTACHED = re.compile(r"(?i)attach|files|dosya|ekler")


def guess_link(scene: Scene, ids: Sequence[str | None]) -> Guess | None:
    """Return the link to each post itself: the one that names its id."""
    best = Best()
    for post in scene.samples:
        for element in scene.outline.within(post):
            if element.tag != "a" or not element.attributes.get("href"):
                continue
            for each in selectors(element, post, most=10):
                text = f"{each.css} @href"
                if not best.new(text):
                    continue
                found = scene.tried(Value.parse(text))
                if all(href and id_ and _names(href, id_) for href, id_ in zip(found, ids, strict=True)):
                    score = (
                        2.0 * ("#" in str(found[0]))
                        + 0.5 * ("href*=" in each.css)
                        - 0.3 * each.cost
                        - 2.0 * bool(_acts(str(found[0])))
                    )
                    best.offer([Guess(text, found, score, str(found[0]))])
    return best.guess if best.guess is not None and not _acts(str(best.guess.found[0])) else None


def _names(href: str, id_: str) -> bool:
    """Return whether a link names an id: a number as such, a hash by its beginning."""
    path = href.partition("//")[2].partition("/")[2] if "//" in href else href
    ends = r"(?!\d)" if id_.isdigit() else ""
    return re.search(rf"(?<![0-9]){re.escape(id_)}{ends}", path) is not None


def _acts(href: str) -> bool:
    """Return whether a link does something with a post rather than lead to it."""
    return _ACTS.search(href) is not None


def guess_attachments(scene: Scene, body: str) -> Guess | None:
    """Return the links to attached files, where a post has any: beside its text, or in a box of their own."""
    bodies = scene.first_of(body)
    for post, text in zip(scene.posts, bodies, strict=True):
        for element in scene.outline.within(post):
            href = element.attributes.get("href", "")
            if element.tag != "a" or not _FILE.search(href):
                continue
            boxed = any(
                _ATTACHED.search(f"{each.attributes.get('class', '')} {each.attributes.get('id', '')}")
                for each in element.upwards(until=post)
            )
            if text is not None and text.holds(element) and not boxed:
                continue
            told = _FILE.search(href)
            part = re.search(rf"[\w./-]*{re.escape(told[0])}[\w.-]*=?", href) if told else None
            if part is not None:
                name = part[0].rpartition("/")[2] or part[0].strip("/")
                css = f'a[href*="{name}"]'
                many = sum(len(each.node.css(css)) for each in scene.posts)
                return Guess(css, why=f"{many} links on this page, as {href[:60]}")
    return None
