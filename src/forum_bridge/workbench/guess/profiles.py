"""Guesses the id of an author and the address of the profile: a link that is the same for the same name and another for
another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Best, Guess, Scene
from forum_bridge.workbench.guess.numbers import common_start, cuts, last_number, literal
from forum_bridge.workbench.guess.outline import Element
from forum_bridge.workbench.guess.selectors import selectors

PROFILE = re.compile(r"(?i)user|member|profil|uye|kullanici|author|yazar|people|[?&;]u(?:id)?=")
_CARRIED = re.compile(r"data-.*(?:user|uid|member|author|uye|card)")
_REPEATED = 6.0  # what it counts that a link goes with a name again and again
_FEW = 0.3  # of the posts have to link their author


def guess_author_id(
    scene: Scene, author: Guess, body: str | None, ids: Sequence[str | None]
) -> tuple[Guess | None, Guess | None]:
    """Return where the id and the address of an author stand; both None where the posts link no authors. ``ids`` are
    those of the posts: no author has one of them."""
    bodies = scene.first_of(body) if body else ()
    best = Best()
    addresses: dict[str, str] = {}
    for post in scene.samples:
        for element in scene.outline.within(post):
            if element.tag != "a" or any(each and each.holds(element) for each in bodies):
                continue
            for each in selectors(element, post, most=14):
                if best.new(each.css):
                    for guess in _tried(scene, each.css, each.cost, element, author, ids):
                        addresses[guess.text] = f"{each.css} @href"
                        best.offer([guess])
    if best.guess is None:
        return None, None
    return best.guess, Guess(addresses[best.guess.text], why="the author's profile")


def told_apart(names: Sequence[str | None], others: Sequence[str | None], *, least: int = 2) -> float | None:
    """Return how much it says that the same name has the same other text and another name another one; None where that
    is not so, or fewer than the ``least`` have one. Where nothing is repeated it may be chance, so that says less."""
    of_name: dict[str, set[str]] = defaultdict(set)
    of_other: dict[str, set[str]] = defaultdict(set)
    for name, other in zip(names, others, strict=True):
        if name and other:
            of_name[name].add(other)
            of_other[other].add(name)
    known = sum(1 for each in others if each)
    if known < least or known < _FEW * len(others) or len(of_other) < least:
        return None
    if any(len(each) > 1 for each in (*of_name.values(), *of_other.values())):
        return None
    return _REPEATED if known > len(of_name) else _REPEATED / 2


def leads(href: str) -> bool:
    """Return whether a link leads to another page."""
    return bool(href) and not href.startswith(("#", "javascript:", "mailto:"))


def _tried(
    scene: Scene, css: str, cost: int, element: Element, author: Guess, ids: Sequence[str | None]
) -> Iterator[Guess]:
    href = element.attributes.get("href", "")
    hrefs = scene.tried(Value.parse(f"{css} @href"))
    named = scene.outline.text(element) in author.found
    least = 1 if named else 2
    trust = told_apart(author.found, hrefs, least=least)
    profile = bool(PROFILE.search(href))
    if trust is None or not leads(href) or (trust < _REPEATED and not profile):
        return
    for text in _values(css, element, hrefs):
        found = scene.tried(Value.parse(text))
        whole = all(bool(each) == bool(link) for each, link in zip(found, hrefs, strict=True))
        of_posts = sum(each is not None and each == id_ for each, id_ in zip(found, ids, strict=True))
        if not whole or of_posts > len(found) / 2 or told_apart(author.found, found, least=least) is None:
            continue
        score = trust + 2.0 * profile + 2.0 * bool(PROFILE.search(css)) - 0.3 * cost + 3.0 * named - 0.02 * len(text)
        score += 3.0 if all(each is None or each.isdigit() for each in found) else 0.0  # a name may change
        score += 4.0 * sum(each is not None for each in found) / len(found)
        yield Guess(text, found, score, _why(found))


def _values(css: str, element: Element, hrefs: Sequence[str | None]) -> Iterator[str]:
    """Yield what may tell authors apart: a part of the link's address, or a number that it carries besides."""
    yield from (f"{css} @href =~ {regex}" for regex in _regexes(hrefs))
    yield from (
        f"{css} @{name}" for name, value in element.attributes.items() if _CARRIED.match(name) and value.isdigit()
    )


def _regexes(hrefs: Sequence[str | None]) -> list[str]:
    """Return regexes that cut out of the links what differs between authors: a number if there is one, else a word."""
    known = [re.sub(r"^https?://[^/]*", "", each) for each in dict.fromkeys(hrefs) if each]
    found = [cut.regex for cut in cuts(known[0]) if cut.regex]
    if (numbered := last_number(known)) is not None:
        found.insert(0, numbered)
    lead = common_start(known)
    key = re.search(r"[?&;][\w.-]+=$", lead)
    folder = re.search(r"/?[\w.-]*[/.]$", lead[: lead.rfind("/") + 1])
    if key is not None:
        found.append(f"[?&;]{literal(key[0][1:])}([^&;#]+)")
    elif folder is not None:
        found.append(f"{literal(folder[0])}([^/?&;#]+)")
    return list(dict.fromkeys(found))


def _why(found: Sequence[str | None]) -> str:
    ids = list(dict.fromkeys(unquote(each) for each in found if each))
    guests = sum(each is None for each in found)
    without = f"; {guests} of {len(found)} posts have none, by guests" if guests else ""
    return f"{', '.join(ids[:4])}: the same for the same name{without}"
