"""Pictures in a clean body made into links with their names: what a desk shows then depends on nobody's server, and no
stranger's server hears of an agent who reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

from forum_bridge.markup.characters import one_line

_TOKEN = re.compile(r'<(?P<end>/?)(?P<tag>a|img)(?P<rest>(?:\s[a-z]+="[^"]*")*)\s*/?>')
_SOURCE = re.compile(r'\ssrc="([^"]*)"')


def sources(html: str) -> list[str]:
    """Return the addresses of the pictures in clean HTML, in order, each once."""
    found = (_SOURCE.search(token["rest"]) for token in _TOKEN.finditer(html) if token["tag"] == "img")
    return list(dict.fromkeys(unescape(source[1]) for source in found if source))


def pictures_as_links(html: str, names: Mapping[str, str], remarks: Mapping[str, str]) -> str:
    """Return clean HTML with each picture that ``names`` knows by its address made a link to it, ``🖼 name``, followed
    by its remark (clean HTML) if it has one. Inside a link it becomes the name alone."""
    in_link = False

    def written(token: re.Match[str]) -> str:
        nonlocal in_link
        if token["tag"] == "a":
            in_link = not token["end"]
            return token[0]
        source = _SOURCE.search(token["rest"])
        address = unescape(source[1]) if source else ""
        if address not in names:
            return token[0]
        words = f"🖼 {escape(one_line(names[address], 250), quote=False)}"
        shown = words if in_link else f'<a href="{escape(address)}" rel="nofollow noopener">{words}</a>'
        return shown + remarks.get(address, "")

    return _TOKEN.sub(written, html)
