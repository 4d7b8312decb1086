"""Finds the document in a page that people see: NodeBB puts what its own script shows there into the page. Pure."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import parsed

PAYLOAD = "script#ajaxify-data"


def document_in(text: str, url: str) -> object:
    """Return the document that a saved text holds. Raises Unreadable when it is neither one nor such a page."""
    if text.lstrip()[:1] == "{":
        return parsed(text, url)
    payload = LexborHTMLParser(text).css_first(PAYLOAD)
    if payload is None:
        raise Unreadable(f"{url} holds no document for NodeBB's own script.")
    return parsed(payload.text(), url)
