"""Turns any parsed HTML into plain blocks: paragraphs, quotes, code, lists, tables, rules, with a few inline tags.

What every later step reads is this small grammar, never a forum's or an editor's own HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from forum_bridge.markup import inline, media, tags
from forum_bridge.markup.characters import one_line, visible
from forum_bridge.markup.quotes import Quoted, quoted
from forum_bridge.markup.tree import Element
from forum_bridge.markup.urls import absolute, link_target

Node = Element | str

_ADDRESS = re.compile(
    r"https?://[^\s<>\"\\^`{|}\[\]]+|(?<![\w.+-])[a-z0-9][a-z0-9._+-]*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w-])",
    re.IGNORECASE | re.ASCII,
)


class Flow:
    """One conversion. ``base_url`` makes addresses absolute; ``linkify`` makes bare addresses in text into links.

    ``images`` collects the pictures' addresses as its keys, in the order of the text.
    """

    def __init__(self, base_url: str | None, *, linkify: bool = False) -> None:
        self.base_url = base_url
        self.linkify = linkify
        self.images: dict[str, None] = {}

    def blocks(self, nodes: Sequence[Node]) -> str:
        """Return the nodes as blocks; loose text becomes paragraphs."""
        out: list[str] = []
        run: list[str] = []
        for node in nodes:
            if isinstance(node, Element) and tags.holds_block(node):
                out += inline.paragraphs("".join(run))
                run.clear()
                out.append(self._block(node))
            else:
                run.append(self._inline(node, frozenset()))
        out += inline.paragraphs("".join(run))
        return "".join(out)

    def _block(self, element: Element) -> str:
        if (quote := quoted(element)) is not None:
            return self._quote(quote)
        match element.tag:
            case "pre" | "code" | "tt" | "kbd" | "samp" | "listing" | "xmp":
                return _code_block(element)
            case "ul" | "ol" | "menu" | "dir":
                return self._list(element)
            case "table":
                return self._table(element)
            case "hr":
                return "<hr>"
        return self._transparent(element)

    def _transparent(self, element: Element) -> str:
        heading = re.fullmatch("h[1-6]|dt", element.tag)
        if heading and not any(isinstance(child, Element) and tags.holds_block(child) for child in element.children):
            return self.blocks([Element("b", {}, element.children)])
        body = self.blocks(element.children)
        if body and (element.classes & tags.SPOILERS or element.tag == "details"):
            return f"<p><b>[spoiler]</b></p>{body}<p><b>[/spoiler]</b></p>"
        return body

    def _quote(self, quote: Quoted) -> str:
        body = self.blocks(quote.body)
        address = absolute(quote.source, self.base_url) if quote.source else None
        if not body:
            return ""
        if not quote.author:
            cite = f' cite="{escape(address)}"' if address and address.startswith("http") else ""
            return f"<blockquote{cite}>{body}</blockquote>"
        name = f"<b>{escape(quote.author, quote=False)}</b>"
        linked = f'<a href="{escape(address)}">{name}</a>' if address else name
        return f"<blockquote><p>{linked}:</p>{body}</blockquote>"

    def _list(self, element: Element) -> str:
        items: list[str] = []
        for child in element.children:
            if isinstance(child, Element) and child.tag == "li":
                items.append(self.blocks(child.children))
            elif isinstance(child, Element) and tags.holds_block(child) and items:
                items[-1] += self._block(child)  # a list straight inside a list belongs to the item before it
            else:
                items.append(self.blocks([child]))
        start = element.attrs.get("start", "")
        opening = f'<ol start="{int(start)}">' if element.tag == "ol" and re.fullmatch("[0-9]{1,6}", start) else ""
        tag = "ol" if element.tag == "ol" else "ul"
        body = "".join(f"<li>{inline.unwrapped(item)}</li>" for item in items if item)
        return f"{opening or f'<{tag}>'}{body}</{tag}>" if body else ""

    def _table(self, element: Element) -> str:
        """Keep a table of plain cells; one that holds quotes, lists or tables is layout and gives its contents."""
        rows = [row for row in element.elements() if row.tag == "tr"]
        cells = [[cell for cell in row.children if isinstance(cell, Element)] for row in rows]
        layout = ("table", "ul", "ol", "pre", "hr", "blockquote", "aside")
        if any(below.tag in layout for below in element.elements()) or max(map(len, cells), default=0) < 2:
            return self.blocks(element.children)
        out = []
        for row in cells:
            line = ((("th" if cell.tag == "th" else "td"), self.blocks(cell.children)) for cell in row)
            out.append("".join(f"<{tag}>{inline.joined(body)}</{tag}>" for tag, body in line))
        caption = [child for child in element.children if isinstance(child, Element) and child.tag == "caption"]
        return self.blocks(caption) + "<table><tbody><tr>" + "</tr><tr>".join(out) + "</tr></tbody></table>"

    def _inline(self, node: Node, inside: frozenset[str]) -> str:
        if isinstance(node, str):
            return self._text(node, inside)
        if node.tag == "br":
            return "<br>"
        if node.tag == "img":
            html, address = media.picture(node, self.base_url)
            self.images.update({address: None} if address else {})
            return html
        if node.tag in tags.MEDIA:
            return media.embedded(node, self.base_url, in_link="a" in inside)
        if node.tag in tags.CODE:
            words = one_line(node.text())
            return f"<code>{escape(words, quote=False)}</code>" if words else ""
        return "" if node.tag in tags.NOTHING else self._formatted(node, inside)

    def _formatted(self, node: Element, inside: frozenset[str]) -> str:
        body_inside = inside | {"a"} if node.tag == "a" else inside
        formats = [tag for tag in tags.formats(node) if tag not in inside]
        body = "".join(self._inline(child, body_inside.union(formats)) for child in node.children)
        if node.classes & tags.SPOILERS and body:
            body = f"[spoiler] {body} [/spoiler]"
        if node.tag == "q":
            body = f"“{body}”"
        if node.tag == "a" and body.strip() and (href := link_target(node.attrs, self.base_url)) and "a" not in inside:
            body = f'<a href="{escape(href)}">{_full_label(body, href)}</a>'
        for tag in formats:
            body = f"<{tag}>{body}</{tag}>"
        return body

    def _text(self, text: str, inside: frozenset[str]) -> str:
        text = re.sub(r"\s+", " ", visible(text))
        if not self.linkify or "a" in inside:
            return escape(text, quote=False)
        out, end = [], 0
        for match in _ADDRESS.finditer(text):
            label = inline.without_sentence_end(match[0])
            href = absolute(label if "://" in label else f"mailto:{label}", None)
            if href is not None:
                out += [escape(text[end : match.start()], quote=False)]
                out += [f'<a href="{escape(href)}">{escape(label, quote=False)}</a>']
                end = match.start() + len(label)
        return "".join(out) + escape(text[end:], quote=False)


def _code_block(element: Element) -> str:
    text = element.text("\x00").replace("\x00\n", "\n").replace("\x00", "\n")  # MyBB writes both, for one line's end
    text = visible(text).replace("\xa0", " ").replace("\t", "    ")
    lines = [line.rstrip() for line in text.split("\n")]
    body = "\n".join(lines).strip("\n")
    return f"<pre><code>{escape(body, quote=False)}</code></pre>" if body.strip() else ""


def _full_label(body: str, href: str) -> str:
    """Write out an address that the engine shortened in the middle ("http://www.exam … xyz")."""
    start = re.match(r"(?:https?://)?([^\s<>]{4,}?)\s?(?:…|\.\.\.)", body)
    return escape(href, quote=False) if start and start[1] in escape(href, quote=False) and "<" not in body else body
