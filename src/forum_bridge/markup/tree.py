"""HTML as a small tree of plain Python objects, parsed as browsers parse it. Knows nothing of what tags mean."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from forum_bridge.depth import shallow
from forum_bridge.errors import ConfigurationRefused

MAX_DEPTH = 80
"""Elements nested deeper lose their tags but keep their text, so that every walk over a tree may recurse. Where parsers
would choke, all do."""

NEAR = 50
"""Elements; what an engine itself puts together is much smaller."""

MOST_CHARACTERS = 200_000
MOST_NODES = 4_000
"""Of a post's HTML: elements and texts. Both are far beyond what people write by hand and what forums let them; what is
longer would be felt by everybody else on the event loop."""

VOID = frozenset(("br", "hr", "img"))
"""Of the elements in our small grammar those that hold nothing."""

_CUT = "data-bridge-cut"


@dataclass(slots=True)
class Element:
    """One element; ``attrs`` in lower case, an attribute without a value is an empty string."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    holds_block: bool | None = None

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attrs.get("class", "").split())

    def elements(self) -> Iterator[Element]:
        """Yield every element below this one, in the order of the document."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.elements()

    def first(self, wanted: Callable[[Element], bool]) -> Element | None:
        """Return the first wanted element below this one, if it stands among the first NEAR: so that looking from each
        of many that stand within one another stays cheap."""
        return next(filter(wanted, islice(self.elements(), NEAR)), None)

    def replacing(self, instead: Callable[[Element], Element | str | None]) -> Element:
        """Return the element with what ``instead`` gives in the place of each below it; None leaves one, and then those
        below that are asked."""
        children: list[Element | str] = []
        for child in self.children:
            given = child if isinstance(child, str) else instead(child)
            children.append(child.replacing(instead) if given is None and isinstance(child, Element) else given or "")
        return Element(self.tag, self.attrs, children)

    def html(self) -> str:
        """Return the element as HTML; of a nameless root what stands below it."""
        inner = "".join(escape(each, quote=False) if isinstance(each, str) else each.html() for each in self.children)
        if not self.tag:
            return inner
        return self.opening() + ("" if self.tag in VOID else f"{inner}</{self.tag}>")

    def opening(self) -> str:
        """Return the tag with which the element begins."""
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attrs.items())
        return f"<{self.tag}{attributes}>"

    def text(self, line_break: str = "\n") -> str:
        """Return the text below, ``br`` as ``line_break``, scripts and styles left out."""
        if self.tag == "br":
            return line_break
        if self.tag in ("script", "style", "template"):
            return ""
        return "".join(child if isinstance(child, str) else child.text(line_break) for child in self.children)


def parse(html: str, drop: Sequence[str] = ()) -> Element:
    """Return the fragment under a nameless root; elements that match a CSS selector of ``drop`` are left out.

    Raises ConfigurationRefused for a selector that cannot be read.
    """
    return _parsed(html, drop, sys.maxsize)[0]


def beginning(html: str, drop: Sequence[str] = ()) -> tuple[Element, bool]:
    """Return what ``parse`` returns, of HTML that is longer than ``MOST_CHARACTERS`` or has more than ``MOST_NODES``
    its beginning only, and whether that is all."""
    root, all_there = _parsed(html[:MOST_CHARACTERS], drop, MOST_NODES)
    return root, all_there and len(html) <= MOST_CHARACTERS


def rewritten(html: str, change: Callable[[Element], Element]) -> str:
    """Return HTML changed as a tree; of what is longer than ``MOST_CHARACTERS`` the beginning only, for no more is ever
    shown of a post."""
    end = len(html) if len(html) <= MOST_CHARACTERS else max(0, html.rfind("<", 0, MOST_CHARACTERS))
    return change(parse(html[:end])).html() + html[end:]


def _parsed(html: str, drop: Sequence[str], left: int) -> tuple[Element, bool]:
    parser = LexborHTMLParser(shallow(html).encode("utf-8", "replace"), is_fragment=True)
    _mark(parser, drop)
    root = Element("")
    first = reversed(_siblings(parser.root, left))
    pending: list[tuple[LexborNode, Element, int]] = [(node, root, 0) for node in first]
    while pending:
        node, parent, depth = pending.pop()
        left -= 1
        if left < 0:
            return root, False
        if node.is_text_node:
            parent.children.append(node.text_content or "")
        elif node.is_element_node:
            attributes = node.attributes
            if _CUT in attributes:
                continue
            if depth < MAX_DEPTH or node.tag in ("br", "img", "script", "style"):
                element = Element(node.tag or "", {name: value or "" for name, value in attributes.items()})
                parent.children.append(element)
                parent = element
            pending.extend((child, parent, depth + 1) for child in reversed(_siblings(node.first_child, left)))
    return root, True


def _mark(parser: LexborHTMLParser, drop: Iterable[str]) -> None:
    """Mark rather than remove: freeing a node whose child is matched too would leave a dangling one."""
    for selector in drop if parser.root is not None else ():
        try:
            for node in parser.css(selector):
                node.attrs[_CUT] = ""
        except SelectolaxError as error:
            raise ConfigurationRefused(f"Not a CSS selector: {selector!r} ({error}).") from error


def _siblings(node: LexborNode | None, most: int) -> list[LexborNode]:
    """Return a node and those after it, ``most`` and one more at most."""
    found: list[LexborNode] = []
    while node is not None and len(found) <= most:
        found.append(node)
        node = node.next
    return found
