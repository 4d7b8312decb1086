"""Guesses the links to the next page and to the one before, where no numbers tell them: by ``rel``, by what they say,
by what they stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.guess.numbers import common_start
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.selectors import BARE, simple

NEXT = (
    "next",
    "sonraki",
    "ileri",
    "sonraki sayfa",
    "next page",
    "next »",
    "sonraki »",
    "ileri »",
    "›",
    "»",
    ">",
    "→",
    "next ›",
    "next >",
    "&raquo;",
)
_CURRENT = re.compile(r"activ|current|select|aktif")
_OF = re.compile(r"(?i)(?:page|sayfa|seite|стр\.?)?\s*\d+\s*(?:/|of|van|von|de|из)\s*\d+")
_WAY = re.compile(r"(?i)next|prev|sonraki|önceki|onceki|ileri|geri|forward|back")
PREVIOUS = (
    "previous",
    "prev",
    "önceki",
    "geri",
    "önceki sayfa",
    "previous page",
    "« previous",
    "« önceki",
    "« geri",
    "‹",
    "«",
    "<",
    "←",
    "‹ prev",
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and where on it links to other pages may stand."""

    outline: Outline
    url: str
    free: Sequence[Element]
    thread: str | None

    def leads_on(self, value: str) -> bool:
        """Return whether the value finds a link that leads to another page of the same thread or board."""
        href = Value.parse(value).found_in(self.outline.root)
        if not href or href.startswith("#"):
            return False
        address, here = urlsplit(urljoin(self.url, href)), urlsplit(self.url)
        if self.thread is not None and self.thread not in re.findall(r"[0-9a-f]{4,}|\d+", urljoin(self.url, href)):
            return False
        shared = len(common_start([address.path, here.path]))  # pages of one thread have addresses that begin alike
        return (
            address.netloc == here.netloc
            and (address.path, address.query) != (here.path, here.query)
            and 2 * shared >= min(len(address.path), len(here.path))
        )


def by_rel(page: Page) -> tuple[Guess | None, Guess | None]:
    """Return the links to the next page and to the one before, where they say so to machines."""
    found = []
    for rel in ("next", "prev"):
        value = f"[rel={rel}] @href"
        found.append(Guess(value, score=1.0, why=f"a link that says rel={rel}") if page.leads_on(value) else None)
    return found[0], found[1]


def arrows(page: Page, strips: Sequence[list[Element]]) -> tuple[Guess | None, Guess | None]:
    """Return the links to the next page and to the one before, both found the same way."""
    if any(told := by_rel(page)):
        return told
    if any(told := (_worded(page, NEXT), _worded(page, PREVIOUS))):
        return told
    return _next_to(page, strips, 1), _next_to(page, strips, -1)


def _worded(page: Page, words: Sequence[str]) -> Guess | None:
    """Return the link that says where it leads, by a selector that names no other."""
    for element in page.free:
        said = page.outline.text(element).strip("[]() ")
        if element.tag != "a" or said.lower() not in words:
            continue
        own = [each.css for each in simple(element) if each.cost < BARE]
        own += [f'a:lexbor-contains("{said}")'] if said[0].isalpha() else []
        for css in sorted(own, key=lambda css: _WAY.search(css) is None):  # one for both ways leads back on page two
            value = f"{css} @href"
            hrefs = {node.attributes.get("href") for node in page.outline.root.css(css)}
            if len(hrefs) == 1 and page.leads_on(value):
                return Guess(value, score=1.0, why=f"the link {said!r}")
    return None


def _next_to(page: Page, strips: Sequence[list[Element]], step: int) -> Guess | None:
    """Return the link right behind (or before) the mark of the current page: a marked number that is a link itself, or
    words such as "page 1 of 3"."""
    for place, css in _marks(page.outline, strips):
        beside = f"{css} + {place.tag}" if step > 0 else f"{place.tag}:has(+ {css})"
        value = f"{beside}{' a' if place.tag != 'a' else ''} @href"
        if page.leads_on(value):
            where = "behind" if step > 0 else "before"
            return Guess(value, score=1.0, why=f"the link {where} {page.outline.text(place)!r}")
    return None


def _marks(outline: Outline, strips: Sequence[list[Element]]) -> Iterator[tuple[Element, str]]:
    """Yield what marks the current page, each with its selector."""
    for strip in strips:
        for mark in strip:
            for place in (mark, *islice(mark.upwards(), 1)):
                yield from ((place, name.css) for name in simple(place) if _CURRENT.search(name.css))
    worded = [each for each in outline.elements if not each.children and _OF.fullmatch(outline.text(each))]
    for element in worded:
        for name in simple(element):
            named = [outline.element(node) for node in outline.root.css(name.css)]
            if name.cost < BARE and all(each in worded for each in named):
                yield element, name.css


def mirrored(following: Guess | None, previous: Guess | None) -> tuple[Guess | None, Guess | None]:
    """Fill in the way back where a first page shows only the way on, and the other way round on a last page."""
    back = _turned(
        following, {"[rel=next]": "[rel=prev]"}, r"(?P<mark>\S+) \+ (?P<tag>\S+)", r"\g<tag>:has(+ \g<mark>)"
    )
    on = _turned(
        previous, {"[rel=prev]": "[rel=next]"}, r"(?P<tag>\S+):has\(\+ (?P<mark>[^)]+)\)", r"\g<mark> + \g<tag>"
    )
    return following or on, previous or back


def _turned(guess: Guess | None, words: Mapping[str, str], pattern: str, turned: str) -> Guess | None:
    if guess is None:
        return None
    for word, other in words.items():
        if guess.text.startswith(word):
            return Guess(guess.text.replace(word, other), why="the other way; this page has none")
    text, count = re.subn(f"^{pattern}", turned, guess.text)
    return Guess(text, why="the other way; this page has none") if count else None
