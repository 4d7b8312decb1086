"""Where a page's neighbours are: next, previous and last, from numbered links or from arrows. Knows nothing of
posts."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from forum_bridge.forums.html.address import link_to
from forum_bridge.forums.html.preset_parts import Paging, Thread
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


def of_thread(root: LexborNode, url: str, plain: str, thread: Thread) -> Neighbours:
    """Return the neighbours of a thread's page that came from ``url``; ``plain`` is the thread's own address. Where the
    preset knows how pages are reached by number, those that exist are counted."""
    if thread.page_at is None:
        return neighbours(root, url, thread)
    before, _, after = (plain + thread.page_at).partition("{n}")
    page = re.compile(rf"{re.escape(before)}(\d{{1,9}}){re.escape(after)}(?![^?#])")
    here = _number(page, url) or 1
    links = (_number(page, link_to(url, node.attributes.get("href") or "")) or 1 for node in root.css("a[href]"))
    told = "".join(filter(str.isdecimal, first_found(thread.total, root) or ""))  # 21.570
    total = int(told[:9]) if told else max((here, *links))

    def at(number: int) -> str:
        return plain if number == 1 else f"{before}{number}{after}"

    return Neighbours(
        at(here + 1) if here < total else None, at(here - 1) if here > 1 else None, at(total) if here < total else None
    )


def _number(page: re.Pattern[str], address: str) -> int | None:
    match = page.match(address)
    return int(match[1]) if match else None


def _numbered(root: LexborNode, url: str, selector: str) -> Neighbours:
    links: dict[int, str] = {}
    current: int | None = None
    for node in root.css(selector):
        text = shown_text(node).strip("[]() ")
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
