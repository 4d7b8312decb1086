"""A page's elements with what guessing asks of them again and again: where each lies, what it says, what of that is
said nowhere else. Built once, never changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.tree import tree_of
from forum_bridge.forums.html.value import squeezed

_NAME = re.compile(r"[A-Za-z][\w-]*")  # else a tag that was never closed ran into what follows it
SILENT = frozenset(("script", "style", "noscript", "template", "svg", "select", "textarea", "head", "object"))


@dataclass(eq=False, slots=True)
class Element:
    """One element. ``first`` and ``last`` bound its place in the order of the page (``last`` lies behind its last
    descendant), ``texts`` the stretch of the page's texts that lie in it."""

    node: LexborNode
    tag: str
    attributes: Mapping[str, str]
    parent: Element | None
    depth: int
    first: int
    last: int = 0
    texts: tuple[int, int] = (0, 0)
    children: list[Element] = field(default_factory=list)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.attributes.get("class", "").split())

    def holds(self, other: Element) -> bool:
        """Return whether the other one is this or lies in it."""
        return self.first <= other.first < self.last

    def upwards(self, until: Element | None = None) -> Iterator[Element]:
        """Yield the elements around this one, the nearest first, up to and without ``until``."""
        around = self.parent
        while around is not None and around is not until:
            yield around
            around = around.parent


class Outline:
    """All elements of a body in the order of the page, and its texts."""

    def __init__(self, root: LexborNode) -> None:
        self.root = root
        self.elements: list[Element] = []
        self.texts: list[str] = []
        body = root.css_first("body") or root
        self._visit(body)
        self._by_id = {element.node.mem_id: element for element in self.elements}
        texts = [squeezed(text) for text in self.texts]
        said = Counter(texts)
        self._own = [0, *accumulate(_weight(text) if said[text] == 1 else 0 for text in texts)]

    @classmethod
    def of(cls, html: str, url: str) -> Outline | None:
        """Return the outline of the page at ``url``; None where there is no element at all."""
        root = tree_of(html, url)
        return cls(root) if root is not None else None

    def element(self, node: LexborNode) -> Element | None:
        """Return the element of a node that a selector found; None for what is silent."""
        return self._by_id.get(node.mem_id)

    def text(self, element: Element) -> str:
        """Return what a reader sees of an element, runs of space made one."""
        first, last = element.texts
        return squeezed("".join(self.texts[first:last]))

    def own(self, element: Element) -> int:
        """Return how much an element says that nothing else on the page says, in characters: what people wrote, not
        labels, names or signatures, for those repeat; a word or two count for less than a sentence."""
        first, last = element.texts
        return self._own[last] - self._own[first]

    def within(self, element: Element) -> list[Element]:
        """Return what lies in an element, in order, without itself."""
        return self.elements[element.first + 1 : element.last]

    def _visit(self, top: LexborNode) -> None:
        stack: list[tuple[LexborNode, Element | None, int]] = [(top, None, 0)]
        open_: list[Element] = []
        while stack:
            node, parent, depth = stack.pop()
            while open_ and open_[-1].depth >= depth:
                self._close(open_.pop())
            if node.is_text_node:
                self.texts.append(node.text_content or "")
                continue
            attributes = {name: value or "" for name, value in node.attributes.items() if _NAME.fullmatch(name)}
            tag = node.tag or ""
            element = Element(node, tag if _NAME.fullmatch(tag) else "*", attributes, parent, depth, len(self.elements))
            element.texts = (len(self.texts), len(self.texts))
            self.elements.append(element)
            open_.append(element)
            if element.tag == "br":
                self.texts.append(" ")  # as for the adapter
            if parent is not None:
                parent.children.append(element)
            stack.extend((child, element, depth + 1) for child in reversed(_children(node)))
        while open_:
            self._close(open_.pop())

    def _close(self, element: Element) -> None:
        element.last = len(self.elements)
        element.texts = (element.texts[0], len(self.texts))


def _weight(text: str) -> int:
    spaces = text.count(" ")
    return len(text) if spaces >= 3 else len(text) // 2 if spaces else len(text) // 4


def _children(node: LexborNode) -> list[LexborNode]:
    """Return the elements and texts directly in a node, in order; what is never seen is left out."""
    found = []
    child = node.child
    while child is not None:
        if child.is_text_node or (child.is_element_node and child.tag not in SILENT):
            found.append(child)
        child = child.next
    return found
