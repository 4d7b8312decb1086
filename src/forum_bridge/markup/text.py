"""The readable plain text of cleaned HTML, for previews and comparison."""

from __future__ import annotations

from forum_bridge.markup.render import Renderer
from forum_bridge.markup.tree import parse


def plain_text(html: str) -> str:
    """Return the text of HTML in the small grammar of ``flow``; blocks are a blank line apart."""
    return "\n\n".join(Renderer().blocks(parse(html).children))
