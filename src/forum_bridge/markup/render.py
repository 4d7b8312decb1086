"""Walks the small grammar of ``flow`` and writes it as plain text; other markups override what they say differently."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.markup.tags import holds_block
from forum_bridge.markup.tree import Element

Node = Element | str


class Renderer:
    """Plain text: quotes behind ``> ``, list marks, a link's label, ``[img: …]`` for a picture."""

    def blocks(self, nodes: Sequence[Node]) -> list[str]:
        """Return each block as a string of lines; loose inline nodes form a paragraph."""
        out: list[str] = []
        run: list[Node] = []
        for node in (*nodes, Element("")):
            if isinstance(node, Element) and (holds_block(node) or not node.tag):
                if paragraph := self.paragraph(run):
                    out.append(paragraph)
                run = []
                if node.tag and (block := self.block(node)):
                    out.append(block)
            else:
                run.append(node)
        return out

    def block(self, element: Element) -> str:
        match element.tag:
            case "blockquote":
                return self.quote("\n\n".join(self.blocks(element.children)))
            case "pre":
                return self.code_block(element.text())
            case "ul" | "ol":
                return self.list_(element, int(element.attrs.get("start", "1")))
            case "table":
                return self.table(element)
            case "hr":
                return self.rule()
        return "\n\n".join(self.blocks(element.children))

    def paragraph(self, nodes: Sequence[Node]) -> str:
        return self.inline(nodes).strip()

    def inline(self, nodes: Sequence[Node]) -> str:
        return "".join(self.text(node) if isinstance(node, str) else self.tag(node) for node in nodes)

    def text(self, text: str) -> str:
        return text.replace("\xa0", " ")

    def tag(self, element: Element) -> str:
        if element.tag == "br":
            return "\n"
        if element.tag == "img":
            alt = element.attrs.get("alt", "").translate({ord("["): "(", ord("]"): ")"})
            return f"[img: {alt}]" if alt else "[img]"
        return self.inline(element.children)

    def quote(self, body: str) -> str:
        return prefixed(body, "> ")

    def code_block(self, text: str) -> str:
        return text

    def rule(self) -> str:
        return "---"

    def list_(self, element: Element, start: int) -> str:
        items = []
        for number, item in enumerate(items_of(element), start):
            mark = f"{number}. " if element.tag == "ol" else "- "
            items.append(indented(tight(item, self.blocks(item.children)), mark))
        return "\n".join(items)

    def table(self, element: Element) -> str:
        rows = [row for row in element.elements() if row.tag == "tr"]
        return "\n".join(
            " | ".join(self.cell(cell) for cell in row.children if not isinstance(cell, str)) for row in rows
        )

    def cell(self, element: Element) -> str:
        return " ".join(self.paragraph(element.children).split("\n"))


def items_of(element: Element) -> list[Element]:
    """Return the items of a list."""
    return [child for child in element.children if isinstance(child, Element) and child.tag == "li"]


def prefixed(body: str, mark: str) -> str:
    """Return every line behind the mark, without trailing space."""
    return "\n".join((mark + line).rstrip() for line in body.split("\n"))


def indented(body: str, mark: str) -> str:
    """Return the first line behind the mark and the others as deep as it is wide."""
    first, *others = body.split("\n")
    return "\n".join([mark + first, *(" " * len(mark) + line if line else "" for line in others)])


def tight(item: Element, blocks: Sequence[str]) -> str:
    """Return an item's line and the list under it without a blank line; anything longer keeps its blank lines."""
    last = item.children[-1] if item.children else ""
    line_and_list = len(blocks) == 2 and isinstance(last, Element) and last.tag in ("ul", "ol")
    return ("\n" if line_and_list and "\n\n" not in blocks[1] else "\n\n").join(blocks)
