"""Where a page's neighbours are: next, previous and last, from numbered links or from arrows. Knows nothing of
posts."""

from __future__ import annotations

from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.address import link_to
from forum_bridge.forums.html.preset_parts import Paging
from forum_bridge.forums.html.value import Value, first_found, shown_text
from forum_bridge.forums.reading.page import Neighbours


def neighbours(root: LexborNode, url: str, paging: Paging) -> Neighbours:
    """Return the neighbours of the page that came from ``url``; what a value finds counts before what numbers tell."""
    numbered = _numbered(root, url, paging.pages) if paging.pages else Neighbours()

    def found(values: tuple[Value, ...], else_: str | None) -> str | None:
        link = first_found(values, root)
        return _absolute(url, link) if link else else_

    return Neighbours(
        found(paging.next, numbered.next), found(paging.previous, numbered.previous), found(paging.last, numbered.last)
    )


def _numbered(root: LexborNode, url: str, selector: str) -> Neighbours:
    links: dict[int, str] = {}
    current: int | None = None
    for node in root.css(selector):
        text = shown_text(node)
        if not text.isascii() or not text.isdigit():
            continue
        href = node.attributes.get("href")
        if href and not href.startswith("#"):
            links[int(text)] = _absolute(url, href)
        else:
            current = int(text)
    if current is None:
        return Neighbours()
    highest = max(links, default=0)
    return Neighbours(links.get(current + 1), links.get(current - 1), links[highest] if highest > current else None)


def _absolute(url: str, link: str) -> str:
    return urldefrag(link_to(url, link)).url
