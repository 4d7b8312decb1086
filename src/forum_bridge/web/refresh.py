"""Where a page says that a browser shall go next (``<meta http-equiv="refresh">``): some engines lead on so instead of
by a redirect. Follows nothing."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import WatchTrouble
from forum_bridge.web.address import absolute
from forum_bridge.web.page import Page

_LONGEST = 8192  # characters
_CONTENT = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?([\"']?)(?P<address>.+?)\1\s*", re.IGNORECASE)


def leads_on(page: Page) -> str | None:
    """Return the absolute address that the page leads to, None if it leads nowhere.

    The form of ``content`` is that of https://html.spec.whatwg.org/#attr-meta-http-equiv-refresh."""
    for meta in LexborHTMLParser(page.html).css("meta[http-equiv][content]"):
        found = _CONTENT.fullmatch((meta.attributes["content"] or "")[:_LONGEST])
        if found is not None and (meta.attributes["http-equiv"] or "").strip().lower() == "refresh":
            try:
                return absolute(page.url, found["address"])
            except WatchTrouble:
                return None
    return None
