"""Finds the document in a page that people see: Flarum puts what its own script shows there into the page as JSON.
Pure."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import parsed, within

PAYLOAD = "script#flarum-json-payload"


def document_in(text: str, url: str) -> object:
    """Return the API's document that a saved text holds. Raises Unreadable when it is neither one nor such a page."""
    if text.lstrip()[:1] in {"{", "["}:
        return parsed(text, url)
    payload = LexborHTMLParser(text).css_first(PAYLOAD)
    document = within(parsed(payload.text(), url), "apiDocument") if payload is not None else None
    if document is None:
        raise Unreadable(f"{url} holds no document of the forum's API.")
    return document
