"""Recognises how the common engines write a quote: its author, its source, its text. Leaves dates out on purpose:
engines print them relative to now ("Today"), so a post would seem edited every day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forum_bridge.markup.characters import one_line
from forum_bridge.markup.tree import Element

_HEADS = frozenset(("bbCodeBlock-title", "ipsQuote_citation", "bbcode_postedby", "quote-heading", "quotetitle"))
_AUTHOR_ATTRIBUTES = ("data-quote", "data-username", "data-ipsquote-username", "data-name", "data-author")
_PROFILE = re.compile(r"profile|member|/user|/u/|/uye|uid=|[?&;]u=", re.IGNORECASE)
_DATE = re.compile(r"^(.*\S)\s+(?:on|at|-|–|am|le|el|tarihinde|üzerinde)\s.*\d", re.DOTALL)
_FRAME = re.compile(r"border\s*:[^;:]*\binset\b", re.IGNORECASE)
_ANY_DATE = re.compile(r"\s+\S*\d.*[\d:.].*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote in a post; ``author`` and ``source`` (an address as the page writes it) are empty where it names none."""

    author: str
    source: str
    body: list[Element | str]


def quoted(element: Element) -> Quoted | None:
    """Return what the element quotes, or None if it is no quote.

    Known: phpBB, MyBB, SMF (``cite``), XenForo (``data-quote``), Discourse (``aside.quote``), Invision, vBulletin 3, 4
    and 5, Misago (``aside.quote-block``).
    """
    if not is_quote(element):
        return None
    element = _framed(element) or element
    head = _take_head(element)
    inner = [child for child in element.children if isinstance(child, Element)]
    wrapped = element.tag != "blockquote" and len(inner) == 1 and inner[0].tag == "blockquote"
    body = inner[0] if wrapped else element
    author = _told(element) or _told(body)
    source = ""
    if head is not None:
        author = author or _author(head)
        source = _source(head)
    return Quoted(one_line(author, 100).removeprefix("@"), source or element.attrs.get("cite", ""), body.children)


def _told(element: Element) -> str:
    return next((element.attrs[name] for name in _AUTHOR_ATTRIBUTES if element.attrs.get(name)), "")


def is_quote(element: Element) -> bool:
    """Return whether the element is a quote; vBulletin 3's are known by what stands below them."""
    if element.tag == "blockquote":
        return not element.classes & {"postcontent", "lastedited"}  # vBulletin 4 wraps whole posts in one
    aside = element.tag == "aside" and bool(element.classes & {"quote", "quote-block"})
    return aside or "bbcode_quote" in element.classes or _framed(element) is not None


def _framed(element: Element) -> Element | None:
    """Return what stands in vBulletin 3's frame around a quote, a table of one cell; None for anything else. Whom it
    quotes stands in bold in the cell's first part."""
    cell = element
    while cell.tag in ("table", "tbody", "tr"):
        below = [child for child in cell.children if isinstance(child, Element)]
        if len(below) != 1:
            return None
        cell = below[0]
    if element.tag != "table" or "alt2" not in cell.classes or not _FRAME.search(cell.attrs.get("style", "")):
        return None
    parts = [child for child in cell.children if isinstance(child, Element)]
    if len(parts) > 1 and any(each.tag == "strong" for each in parts[0].elements()):
        parts[0].attrs["class"] = "bbcode_postedby"
    return cell


def _take_head(element: Element) -> Element | None:
    """Take the attribution out of the quote and return it; an inner quote's is left alone."""
    for parent, child in _outside_inner_quotes(element):
        discourse_title = element.tag == "aside" and "title" in child.classes
        if child.tag == "cite" or child.classes & _HEADS or discourse_title:
            parent.children = [other for other in parent.children if other is not child]
            return child
    return None


def _outside_inner_quotes(element: Element) -> Iterator[tuple[Element, Element]]:
    for child in list(element.children):
        if isinstance(child, Element):
            yield element, child
            if not is_quote(child) and child.tag in ("div", "footer", "header", "p"):
                yield from _outside_inner_quotes(child)


def _author(head: Element) -> str:
    for link in head.elements():
        if link.tag == "a" and _PROFILE.search(link.attrs.get("href", "")) and (name := link.text().strip()):
            return name
    if "bbcode_postedby" in head.classes:
        return next((strong.text() for strong in head.elements() if strong.tag == "strong"), "")
    words = one_line("".join(_undated(head)))
    before, colon, after = words.partition(": ")
    if colon:  # SMF: "Quote from: ali on Nov 12, 2026, 11:53 PM"
        match = _DATE.match(after)
        words = f"{before}: {match[1] if match else _ANY_DATE.sub('', after)}"
        words = re.sub(r"\s(?:on|at|-|–|am|le|el|tarihinde|üzerinde)$", "", words)
    return words.rstrip(" :")


def _undated(node: Element) -> Iterator[str]:
    """Yield the words up to where SMF prints **Today**; MyBB and phpBB keep their date in a span."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "strong":
            return
        elif child.tag == "a":
            yield from _undated(child)


def _source(head: Element) -> str:
    links = [link for link in head.elements() if link.tag == "a" and link.attrs.get("href")]
    if head.tag == "a":
        links.insert(0, head)
    for link in links:
        if "data-post-id" in link.attrs or link.classes & {"quick_jump", "bbCodeBlock-sourceJump"}:
            return link.attrs["href"]
    return next((link.attrs["href"] for link in links if not _PROFILE.search(link.attrs["href"])), "")
