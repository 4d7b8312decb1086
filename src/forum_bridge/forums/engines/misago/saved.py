"""Finds the document in a page that people see: Misago puts what its own script shows there into the page. Pure."""

from __future__ import annotations

import json
import re

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import parsed, within

_STATE = re.compile(r"misago\.init\((?=\{)")


def document_in(text: str, url: str) -> object:
    """Return the API's document that a saved text holds. Raises Unreadable when it is neither one nor such a page."""
    if text.lstrip()[:1] == "{":
        return parsed(text, url)
    for begins in _STATE.finditer(text):
        try:
            state, _ = json.JSONDecoder().raw_decode(text, begins.end())
        except ValueError:
            continue
        thread, posts = within(state, "THREAD"), within(state, "POSTS")
        if isinstance(thread, dict) and posts is not None:
            return {**thread, "post_set": posts}
    raise Unreadable(f"{url} holds no posts for Misago's own script.")
