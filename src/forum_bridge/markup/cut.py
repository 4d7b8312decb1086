"""Cuts HTML of our own small grammar to a size, tags closed, between words. Knows not why."""

from __future__ import annotations

from html import escape

from forum_bridge.markup.tree import VOID, Element, parse


def cut(html: str, limit: int) -> tuple[str, bool]:
    """Return HTML of at most about ``limit`` bytes of UTF-8 (an ellipsis more), and whether anything was left out."""
    if len(html.encode()) <= limit:
        return html, False
    out: list[str] = []
    _write(parse(html), limit, out)
    return "".join(out), True


def _write(element: Element, room: int, out: list[str]) -> int:
    """Write what fits and return the room left; below zero once something did not fit."""
    for child in element.children:
        if isinstance(child, str):
            text = escape(child, quote=False)
            size = len(text.encode())
            if size > room:
                out.append(escape(_beginning(child, room), quote=False) + "…")
                return -1
            out.append(text)
            room -= size
            continue
        opening, closing = child.opening(), "" if child.tag in VOID else f"</{child.tag}>"
        size = len((opening + closing).encode())
        if size > room:
            out.append("…")
            return -1
        out.append(opening)
        room = _write(child, room - size, out)
        out.append(closing)
        if room < 0:
            return room
    return room


def _beginning(text: str, room: int) -> str:
    begun = text.encode()[: max(room, 0)].decode(errors="ignore")
    head, space, _ = begun.rpartition(" ")
    return head if space and len(head) > len(begun) - 40 else begun.rstrip("\u200d\ufe0f")
