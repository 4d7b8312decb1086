"""Pictures, smileys and players of a post, as small HTML. Loads nothing."""

from __future__ import annotations

import re
from html import escape

from forum_bridge.markup.characters import one_line
from forum_bridge.markup.tree import Element
from forum_bridge.markup.urls import absolute, image_source

_SMILEY_CLASS = re.compile(r"emoji|emoticon|smil(?:ie|ey|e)", re.IGNORECASE)
_SMILEY_PATH = re.compile(r"/(?:smil(?:ie|ey)s?|emoji|emoticons?)/", re.IGNORECASE)


def picture(element: Element, base_url: str | None) -> tuple[str, str | None]:
    """Return the HTML of an ``img`` and its address; a smiley, or what has no address, gives its words alone."""
    alt = one_line(element.attrs.get("alt", ""), 200)
    address, smiley = image_source(element.attrs, base_url), _is_smiley(element)
    if smiley:
        alt = alt or one_line(element.attrs.get("title", ""), 200)  # vBulletin leaves the other one empty
    if address is None or (alt and smiley):
        named = re.fullmatch(r"[A-Za-z][\w -]*", alt) and smiley  # MyBB says "Smile", Discourse ":smile:"
        return escape(f":{alt.replace(' ', '_')}:" if named else alt, quote=False), None
    described = f' alt="{escape(alt)}"' if alt else ""
    return f'<img src="{escape(address)}"{described}>', address


def embedded(element: Element, base_url: str | None, *, in_link: bool = False) -> str:
    """Return a link to what a player or a frame shows (inside another link its address), "" if that is no address."""
    for holder in (element, *element.elements()):
        for name in ("src", "data-src", "data-s9e-mediaembed-src", "data"):
            address = absolute(holder.attrs[name], base_url) if holder.attrs.get(name) else None
            if address is not None and address.startswith("http"):
                words = escape(address, quote=False)
                return words if in_link else f'<a href="{escape(address)}">{words}</a>'
    return ""


def _is_smiley(element: Element) -> bool:
    by_class = _SMILEY_CLASS.search(element.attrs.get("class", ""))
    return bool(by_class or _SMILEY_PATH.search(element.attrs.get("src", "")))
