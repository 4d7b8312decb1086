"""Writes an answer's small grammar as BBCode that phpBB, MyBB, SMF, XenForo and vBulletin all read.

A bracket typed by the agent gets a word joiner behind it. There is no escape common to the engines: entities show as
typed in phpBB and XenForo, ``[noparse]``, ``[plain]`` and ``[nobbc]`` are each known to one engine only. Every parser,
though, wants the tag's name right behind the bracket, and the joiner is allowed in posts (SMF: sanitize_chars level 0).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from forum_bridge.markup.characters import WORD_JOINER
from forum_bridge.markup.mentions import without_mentions
from forum_bridge.markup.render import Renderer, indented, items_of, tight
from forum_bridge.markup.tree import Element

_CODE_END = re.compile(r"\[(?=/code)", re.IGNORECASE)
_COMMAND = re.compile(r"^/(?=(?:me|slap)\b)", re.MULTILINE | re.IGNORECASE)


class BBCode(Renderer):
    """Only tags that every engine has: b, i, u, url, img, quote, code, list. Numbers, rules, tables are typed out."""

    def paragraph(self, nodes: Sequence[Element | str]) -> str:
        """MyBB and SMF read ``/me`` at a line's start as a command."""
        return _COMMAND.sub("/" + WORD_JOINER, super().paragraph(nodes))

    def text(self, text: str) -> str:
        return without_mentions(super().text(text)).replace("[", "[" + WORD_JOINER)

    def tag(self, element: Element) -> str:
        inner = super().inline(element.children)
        match element.tag:
            case "b" | "i" | "u":
                return f"[{element.tag}]{inner}[/{element.tag}]"
            case "s":
                return f"~~{inner}~~"
            case "img":
                return f"[img]{_address(element.attrs.get('src', ''))}[/img]"
            case "a":
                return self._link(element, inner)
        return super().tag(element)

    def quote(self, body: str) -> str:
        return f"[quote]{body}[/quote]"

    def code_block(self, text: str) -> str:
        return "[code]\n" + _CODE_END.sub("[" + WORD_JOINER, text) + "\n[/code]"

    def rule(self) -> str:
        return "————————"

    def list_(self, element: Element, start: int) -> str:
        if element.tag == "ol":
            items = [tight(item, self.blocks(item.children)) for item in items_of(element)]
            return "\n".join(indented(item, f"{number}. ") for number, item in enumerate(items, start))
        items = ["[*]" + tight(item, self.blocks(item.children)) for item in items_of(element)]
        return "[list]\n" + "\n".join(items) + "\n[/list]"

    def _link(self, element: Element, label: str) -> str:
        href = element.attrs.get("href", "")
        if not href.startswith("http"):
            target = href.partition(":")[2]
            if href.startswith("mailto:") and element.text() == target:
                return f"[email]{_address(target)}[/email]"
            return label if target in element.text() else f"{label} ({self.text(target)})"
        if element.text() == href:
            return f"[url]{_address(href)}[/url]"
        return f"[url={_address(href)}]{label}[/url]"


def _address(href: str) -> str:
    return href.replace("[", "%5B").replace("]", "%5D")
