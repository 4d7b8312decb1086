"""Tells HTML nested so deep, or with so many attributes on one element, that parsers choke: one linear scan before any
parser sees it. Builds no tree.

It counts what an HTML5 parser would keep open: closing tags that the parser ignores are ignored (a ``</div>`` cannot
leave a table cell), and formatting elements count until closed, because the parser opens them again in later blocks
(https://html.spec.whatwg.org/#reconstruct-the-active-formatting-elements)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html import escape

DEEPEST = 512
MOST_ATTRIBUTES = 512  # of one element; parsers compare each with all before it


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAG = re.compile(
    rf"""<!--(?:-?>|.*?--!?>|.*\Z)
    | <(?:[!?]|/[^a-z])[^>]*+(?:>|\Z)
    | <(?P<close>/?)(?P<name>[a-z][^\s/>]*+)
      (?P<rest>(?>[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?>"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s"'>][^\s>]*+))?
      ){{0,{2 * MOST_ATTRIBUTES}}}+)
      (?P<end>>|\Z)?+""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_TAGS = re.compile(r"<[^<>]*>")
_VOID = _words("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
_IMPLIED = _words("html head body p li dt dd option optgroup tr tbody thead tfoot colgroup rp rt rb rtc")
_FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_CELLS = frozenset(("td", "th", "caption"))
_BLOCKS = _words(
    """address article aside blockquote button center details dialog dir div dl fieldset figcaption figure footer form
    frameset h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav noembed noframes noscript ol plaintext pre
    search section select summary textarea title ul xmp"""
)
_WALLS = _CELLS | {"table", "object", "applet", "marquee", "template", "svg", "math"}
_GATES = {"svg": _words("foreignobject desc title"), "math": _words("mi mo mn ms mtext")}  # from there back to HTML
_DOUBTFUL = frozenset(("font", "annotation-xml"))  # their attributes decide whether they lead back to HTML
_BREAK_OUT = _words(
    """b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta
    nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"""
)
_RAW = frozenset(("script", "style"))


def too_much(html: str, deepest: int = DEEPEST) -> str | None:
    """Return what would make parsers choke, as the rest of a sentence: more than ``deepest`` elements that stand open
    at once (paragraphs, list items and table rows, which close themselves, not counted), or more than
    ``MOST_ATTRIBUTES`` on one. None if nothing would. Time is linear in the length; callers move long pages off the
    event loop, and no step of it is long enough to be felt there."""
    if len(html) < 2 * MOST_ATTRIBUTES and html.count("<") <= deepest:
        return None
    scan = _Scan()
    position = 0
    while (at := html.find("<", position)) >= 0:
        if not (tag := _TAG.match(html, at)):
            position = at + 1
            continue
        position = tag.end()
        if tag["name"] and tag["end"] is None:
            return f"has more than {MOST_ATTRIBUTES} attributes on one element"
        name = (tag["name"] or "").lower()
        if tag["close"]:
            scan.close(name)
        elif name:
            scan.open(name, closed=tag["rest"].endswith("/"))
            if name in _RAW and not (scan.foreign or scan.doubt):
                end = re.compile(rf"</{name}\b", re.IGNORECASE).search(html, position)
                position = end.start() if end else len(html)
            if scan.depth > deepest:
                return f"is nested more than {deepest} deep"
    return None


def shallow(html: str) -> str:
    """Return the HTML; one on which parsers would choke only as its text."""
    return escape(_TAGS.sub(" ", html)) if too_much(html) else html


@dataclass(slots=True)
class _Room:
    """A stretch of open elements that closing tags inside cannot leave; ``wall`` is the element around it."""

    wall: str = ""
    names: list[str] = field(default_factory=list)
    places: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    blocks: list[int] = field(default_factory=list)

    def open(self, name: str) -> None:
        self.places[name].append(len(self.names))
        if name in _BLOCKS:
            self.blocks.append(len(self.names))
        self.names.append(name)

    def close(self, name: str) -> int:
        """Close the last element of that name and all within it; return how many. An inline element's closing tag
        does not reach beyond the block it stands in."""
        found = self.places[name][-1] if self.places[name] else -1
        if found < 0 or (name not in _BLOCKS and self.blocks and self.blocks[-1] > found):
            return 0
        closed = len(self.names) - found
        for last in reversed(self.names[found:]):
            self.places[last].pop()
            if last in _BLOCKS:
                self.blocks.pop()
        del self.names[found:]
        return closed


class _Scan:
    """The elements open now, room within room."""

    def __init__(self) -> None:
        self.depth = 0
        self.doubt = False  # whether the parser sees HTML or SVG here: from now on everything counts
        self._rooms = [_Room()]
        self._formatting: Counter[str] = Counter()

    @property
    def foreign(self) -> bool:
        return self._rooms[-1].wall in _GATES

    def open(self, name: str, *, closed: bool) -> None:
        if self.foreign and name in _BREAK_OUT:
            self._break_out()
        if self.foreign:
            self._open_foreign(name, closed=closed and not self.doubt)
        elif name in _WALLS:
            self._enter(name)
        elif name in _FORMATTING:
            self._formatting[name] += 1
            self.depth += 1
        elif name not in _VOID and name not in _IMPLIED:
            self._rooms[-1].open(name)
            self.depth += 1

    def close(self, name: str) -> None:
        if self.foreign and name in ("p", "br"):
            self._break_out()
        if name == "table":
            while self._rooms[-1].wall in _CELLS:
                self._leave()
        if self._rooms[-1].wall == name:
            self._leave()
        elif name in _FORMATTING and self._formatting[name]:
            self._formatting[name] -= 1
            self.depth -= 1
        else:
            self.depth -= self._rooms[-1].close(name)

    def _open_foreign(self, name: str, *, closed: bool) -> None:
        self.doubt = self.doubt or name in _DOUBTFUL
        if closed:
            return
        if name in _GATES[self._rooms[-1].wall]:
            self._enter(name)
        else:
            self._rooms[-1].open(name)
            self.depth += 1

    def _break_out(self) -> None:
        while self.foreign:
            self._leave()

    def _enter(self, name: str) -> None:
        self._rooms.append(_Room(name))
        self.depth += 1

    def _leave(self) -> None:
        self.depth -= 1 + len(self._rooms.pop().names)
