"""RSS and Atom by way of feedparser, as typed items. Opens nothing: it is given the text."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from time import struct_time

import feedparser

from forum_bridge.depth import shallow
from forum_bridge.errors import Unreadable
from forum_bridge.forums.feed.item import Feed, Item, as_text
from forum_bridge.model import Attachment

_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>(?>\s++|<!--(?>.*?-->))*+\Z", re.IGNORECASE | re.DOTALL)
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def read_xml(text: str, url: str) -> Feed:
    """Return a feed that came from ``url``. Raises Unreadable: no feed, cut in the middle, or declaring entities."""
    if "<!ENTITY" in text:
        raise Unreadable(f"{url} declares entities of its own, which no feed needs.")
    if not _END.search(text[-2000:]):
        raise Unreadable(f"{url} is no RSS or Atom feed, or ends in the middle.")
    try:
        # Relative links and unsafe HTML are dealt with where posts are cleaned.
        parsed = feedparser.parse(
            io.BytesIO(text.encode()), response_headers=_HEADERS, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # a hostile feed may trip the library in any way
        raise Unreadable(f"{url} cannot be read as a feed: {type(error).__name__}.") from error
    if not parsed.get("version"):
        raise Unreadable(f"{url} is no RSS or Atom feed.")
    title = _text(_mapping(parsed.get("feed")), "title")
    return Feed(title, tuple(_item(_mapping(each)) for each in _sequence(parsed.get("entries"))))


def _item(entry: Mapping[str, object]) -> Item:
    author = _mapping(entry.get("author_detail"))
    name = author.get("name") or entry.get("author")
    home = author.get("href")
    return Item(
        id=_string(entry.get("id")),
        link=_string(entry.get("link")),
        title=_text(entry, "title"),
        author=as_text(_string(name)),
        author_url=_string(home) or None,
        published=_moment(entry, "published_parsed"),
        updated=_moment(entry, "updated_parsed"),
        html=shallow(_body(entry)),
        attachments=tuple(_attachments(entry)),
    )


def _body(entry: Mapping[str, object]) -> str:
    contents = [_mapping(each) for each in _sequence(entry.get("content"))]
    found = next((each for each in contents if each.get("type") != "text/plain"), contents[0] if contents else None)
    told = found or _mapping(entry.get("summary_detail"))
    value = _string(told.get("value"))
    return escape(value).replace("\n", "<br>") if told.get("type") == "text/plain" else value


def _text(entry: Mapping[str, object], key: str) -> str:
    plain = _mapping(entry.get(f"{key}_detail")).get("type") == "text/plain"
    value = _string(entry.get(key))
    return " ".join(value.split()) if plain else as_text(value)


def _attachments(entry: Mapping[str, object]) -> list[Attachment]:
    found = []
    for each in map(_mapping, _sequence(entry.get("enclosures"))):
        if url := _string(each.get("href")):
            size = _string(each.get("length"))
            mime = _string(each.get("type")) or None
            found.append(Attachment(url, url.rpartition("/")[2], mime, int(size) if _counts(size) else None))
    return found


def _counts(size: str) -> bool:
    return size.isascii() and size.isdigit() and len(size) < 16


def _moment(entry: Mapping[str, object], key: str) -> datetime | None:
    # Asked for first: where only the other time is told, feedparser answers with that one and a warning.
    if key not in entry or not isinstance(told := entry[key], struct_time):
        return None
    try:
        return datetime.fromtimestamp(timegm(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
