"""Guesses how to get from page to page: numbered links with the mark of the page one is on, or links that say "next".
Of a page that has neither nothing can be said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin

from forum_bridge.forums.html.paging import neighbours
from forum_bridge.forums.html.preset_parts import Paging
from forum_bridge.forums.reading.page import Neighbours
from forum_bridge.workbench.guess.arrows import Page, arrows, by_rel, mirrored
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.selectors import BARE, simple

_NUMBER = re.compile(r"\[?\d{1,5}\]?")


@dataclass(frozen=True, slots=True)
class PagerGuess:
    """How pages follow each other: a selector of the numbers, values of the links; None where they were not seen."""

    pages: Guess | None = None
    next: Guess | None = None
    previous: Guess | None = None

    @property
    def seen(self) -> bool:
        return bool(self.pages or self.next or self.previous)


def guess_pager(outline: Outline, url: str, outside: Sequence[Element] = (), thread: str | None = None) -> PagerGuess:
    """Return how the pages of the page at ``url`` follow each other. Links in ``outside`` (posts, rows) are no page
    links; with ``thread`` none is whose address lacks that id, for some say "next" and mean another thread."""
    free = [each for each in outline.elements if not any(place.holds(each) for place in outside)]
    page = Page(outline, url, free, thread)
    strips = list(_strips(outline, free))
    for strip in strips:
        for css in _selectors(strip):
            if _agrees(neighbours(outline.root, url, Paging(pages=css)), strip, outline, url):
                told = ", ".join(outline.text(each) for each in strip[:6])
                ways = mirrored(*by_rel(page))
                return PagerGuess(Guess(css, score=1.0, why=f"the page numbers {told}"), *ways)
    return PagerGuess(None, *mirrored(*arrows(page, strips)))


def _agrees(found: Neighbours, strip: list[Element], outline: Outline, url: str) -> bool:
    """Return whether the neighbours are those that the strip itself shows: another number on the page, such as that in
    "page 1 of 3", may be taken for the current one."""
    numbers = {int(re.sub(r"\D", "", outline.text(each))): _href(each) for each in strip}
    linked = {number for number, href in numbers.items() if href and not href.startswith(("#", "javascript:"))}
    shown = set(numbers) - linked
    current = next(iter(shown)) if len(shown) == 1 else None
    if current is None:
        return bool(found.next or found.previous)
    ways = ((found.next, current + 1), (found.previous, current - 1))
    wanted = [urldefrag(urljoin(url, numbers[n])).url if n in linked else None for _, n in ways]
    return any(wanted) and [way and unquote(way) for way, _ in ways] == [each and unquote(each) for each in wanted]


def _strips(outline: Outline, elements: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield stretches of page numbers, links and the mark of the current page, the longest first."""
    numbers = [
        each
        for each in elements
        if _NUMBER.fullmatch(outline.text(each)) and not any(_NUMBER.fullmatch(outline.text(c)) for c in each.children)
    ]
    places: dict[int, list[Element]] = defaultdict(list)
    for each in numbers:
        for around in list(each.upwards())[:3]:
            places[around.first].append(each)
    strips = [each for each in places.values() if len(each) > 1 and _is_strip(each, outline)]
    strips.sort(key=lambda strip: (-len(strip), strip[0].depth))
    yield from strips


def _is_strip(strip: list[Element], outline: Outline) -> bool:
    links = [each for each in strip if _href(each)]
    hrefs = {_href(each) for each in links}
    values = [int(re.sub(r"\D", "", outline.text(each))) for each in strip]
    return bool(links) and len(hrefs) == len(links) and values == sorted(set(values)) and values[0] >= 1


def _href(element: Element) -> str:
    near = (element, *([element.parent] if element.parent is not None else []))
    return next((each.attributes.get("href", "") for each in near if each.tag == "a"), "")


def _selectors(strip: list[Element]) -> Iterator[str]:
    """Yield selectors that name the links and the mark: one for both if there is one, else one for each kind."""
    named = [sorted(each for each in simple(element) if each.cost < BARE) for element in strip]
    shared = [each.css for each in named[0] if all(each in other for other in named)]
    places = [name for around in _around(strip) for name in simple(around)]
    near, bare = [each.css for each in places if each.cost < BARE], [each.css for each in places if each.cost >= BARE]
    yield from shared
    yield from (f"{place} {css}" for place in near[:4] for css in shared)
    links, marks = [each for each in strip if each.tag == "a"], [each for each in strip if each.tag != "a"]
    if not links or not marks:
        return
    of_marks = [each.css for each in simple(marks[0]) if not re.search(r"\d", each.css)]  # .item1 is page one's alone
    of_links = [each.css for each in simple(links[0]) if each.cost < BARE and all(each in simple(o) for o in links)]
    yield from (f"{link}, {mark}" for link in of_links for mark in of_marks if mark != marks[0].tag)
    yield from (f"{place} a, {place} {mark}" for place in near for mark in of_marks)
    # A mark without a name is known by the page link beside it.
    yield from (f"{link}, {mark}:has(+ {link}), {link} + {mark}" for link in of_links for mark in of_marks)
    yield from (f"{place} a, {place} {mark}" for place in bare for mark in of_marks)


def _around(strip: list[Element]) -> list[Element]:
    return [each for each in strip[0].upwards() if each.holds(strip[-1])][:6]
