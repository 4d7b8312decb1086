"""From a feed's text to its items: which format it is, and how much of it is too much."""

from __future__ import annotations

import re

from forum_bridge.errors import Unreadable
from forum_bridge.forums.feed.item import Feed, speakable
from forum_bridge.forums.feed.json_feed import read_json
from forum_bridge.forums.feed.xml_feed import read_xml

LONGEST = 2_000_000  # characters; feeds hold tens of items
MOST = 2000  # items; counted before parsing, which is slow where they are nested
_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)\b|\"content_(?:html|text)\"", re.IGNORECASE)


def read_feed(text: str, url: str) -> Feed:
    """Return the feed that came from ``url``. Raises Unreadable when it is no feed, not a whole one, or more than a
    window over the newest posts."""
    if len(text) > LONGEST or len(_ITEM.findall(text)) > MOST:
        raise Unreadable(
            f"{url} is longer than {LONGEST} characters or {MOST} items.",
            explanation="Watch a feed of one board or thread; a feed is asked often, and should hold what is new.",
        )
    whole = speakable(text).lstrip("\ufeff \t\r\n")
    return read_json(whole, url) if whole.startswith("{") else read_xml(whole, url)
