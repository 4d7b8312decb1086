"""Guesses where a page names its thread: a text that stands in the page's <title>, too, and does not lead elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import SplitResult, urljoin, urlsplit

from forum_bridge.forums.html.value import Value, squeezed
from forum_bridge.workbench.guess.guessed import Best, Guess
from forum_bridge.workbench.guess.numbers import literal
from forum_bridge.workbench.guess.outline import Element, Outline
from forum_bridge.workbench.guess.selectors import BARE, Selector, simple

_HEADINGS = {"h1": 3.0, "h2": 2.5, "h3": 2.0, "h4": 1.0, "title": 0.0}
_NAMED = re.compile(r"(?i)title|subject|topic|thread|konu|baslik|headline|name")
_SITE = re.compile(r"(?i)\b(?:logo|brand|site[-_]?(?:name|title|desc)|board(?:name|title|desc)|masthead)")
_PATH = re.compile(r"(?i)\bnav|crumb|\bpath|linktree")
_OG, _OG_SITE = "meta[property='og:title'] @content", "meta[property='og:site_name'] @content"


def guess_title(outline: Outline, url: str, posts: Sequence[Element], expected: str | None = None) -> Guess | None:
    """Return where the thread's title stands; ``expected`` is what its board calls it, if that is known."""
    told, wanted = _page_title(outline), squeezed(expected or "").casefold()
    found = _in_body(outline, url, posts, told, wanted) or _in_head(outline, told, expected)
    if found is not None and not found.doubt:
        return found
    return _in_body(outline, url, posts, "", wanted) or found  # no page's title says it; a heading may


def _in_body(outline: Outline, url: str, posts: Sequence[Element], told: str, wanted: str) -> Guess | None:
    """Return the element that says what is ``wanted``, or what may be the title by the page's own (``told``)."""
    site = squeezed(Value.parse(_OG_SITE).found_in(outline.root) or "").casefold()
    best = Best()
    for element in outline.elements:
        text = outline.text(element)
        if not 2 < len(text) <= 150 or len(element.children) > 4 or any(post.holds(element) for post in posts[1:]):
            continue
        if text.casefold() != wanted and (wanted or not _may_be_title(element, text, told, url)):
            continue
        if _is_elsewhere(element, url):
            continue
        score = _score(element, text, url, posts) - (5.0 if text.casefold() == site else 0.0)
        best.offer(
            Guess(s.css, (text,), score - 0.3 * s.cost - 1.0 * ("href*=" in s.css), repr(text[:60]))
            for s in _alone(element, outline)
        )
    return best.guess


def _may_be_title(element: Element, text: str, told: str, url: str) -> bool:
    if not told:  # a page without a title of its own
        return element.tag in _HEADINGS or (
            _leads_here(element, url) and bool(_NAMED.search(" ".join(element.classes)))
        )
    return text.casefold() in told.casefold()


def _in_head(outline: Outline, told: str, expected: str | None) -> Guess | None:
    """Return where the page's head tells the title."""
    place = told.casefold().find(expected.casefold()) if expected else -1
    if expected and place >= 0:
        before, after = told[:place], told[place + len(expected) :]
        return Guess(f"title =~ ^{literal(before)}(.+){literal(after)}$", (expected,), why=repr(expected))
    meta = Value.parse(_OG).found_in(outline.root)
    if meta:
        return Guess(_OG, (meta,), why=repr(meta[:60]))
    doubt = "The forum's name may stand in the title, too."
    return Guess("title", (told,), why=repr(told[:60]), doubt=doubt) if told else None


def _page_title(outline: Outline) -> str:
    node = outline.root.css_first("title")
    return squeezed(node.text()) if node is not None else ""


def _score(element: Element, text: str, url: str, posts: Sequence[Element]) -> float:
    score = min(len(text), 40) / 10 + _HEADINGS.get(element.tag, 0.0)
    score += 1.5 * bool(_NAMED.search(" ".join(element.classes))) + 3.0 * _leads_here(element, url)
    near = [element, *islice(element.upwards(), 2)]
    names = " ".join(f"{each.attributes.get('id', '')} {each.attributes.get('class', '')}" for each in near)
    score -= 5.0 if _SITE.search(names) else 0.0
    score -= 2.0 if _PATH.search(" ".join(element.classes)) else 0.0
    first = posts[0].first if posts else 0
    # The forum's own name stands higher up; the first post may begin with the thread's.
    return score + (2.0 * element.first / first if element.first < first else 2.0 * (element.tag in _HEADINGS))


def _links(element: Element, url: str) -> tuple[SplitResult, SplitResult] | None:
    """Return where the link leads that an element is, has or lies in, and where we are."""
    link = next((each for each in (element, *element.upwards(), *element.children) if each.tag == "a"), None)
    href = link.attributes.get("href") if link is not None else None
    return (urlsplit(urljoin(url, href)), urlsplit(url)) if href else None


def _leads_here(element: Element, url: str) -> bool:
    pair = _links(element, url)
    return pair is not None and pair[0].path == pair[1].path and bool(_numbers(pair[0]) & _numbers(pair[1]))


def _is_elsewhere(element: Element, url: str) -> bool:
    """Return whether an element leads to another page than this thread's: the forum's name does."""
    pair = _links(element, url)
    if pair is None:
        return False
    target, here = pair
    if target.path in {"", "/"} or (re.search(r"/index\.\w+$", target.path) and not target.query):
        return True
    return bool(_numbers(here)) and not _numbers(here) & _numbers(target)


def _numbers(parts: SplitResult) -> set[str]:
    return set(re.findall(r"\d+", f"{parts.path}?{parts.query}"))


def _alone(element: Element, outline: Outline) -> Iterator[Selector]:
    """Yield selectors whose first match on the page is this element."""
    tries = simple(element)
    for far, around in enumerate(islice(element.upwards(), 3)):
        names = [place for place in simple(around) if place.cost < BARE]
        tries += [Selector(place.cost + 2 + far, f"{place.css} {element.tag}") for place in names[:2]]
    for each in sorted(tries):
        first = outline.root.css_first(each.css)
        if first is not None and first.mem_id == element.node.mem_id:
            yield each
