"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), as typed items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from forum_bridge.depth import shallow
from forum_bridge.errors import Unreadable
from forum_bridge.forums.feed.item import Feed, Item, as_text
from forum_bridge.forums.json_text import read_json_text
from forum_bridge.model import Attachment

_MARK = "jsonfeed.org/version/"


def read_json(text: str, url: str) -> Feed:
    """Return a feed that came from ``url``. Raises Unreadable when it is no JSON Feed or ends in the middle."""
    try:
        parsed = read_json_text(text)
    except ValueError as error:
        raise Unreadable(f"{url} is no JSON Feed, or ends in the middle.") from error
    if not isinstance(parsed, Mapping) or _MARK not in _string(parsed.get("version")):
        raise Unreadable(f"{url} is no JSON Feed: it names no version of it.")
    return Feed(_string(parsed.get("title")), tuple(_item(_mapping(each)) for each in _sequence(parsed.get("items"))))


def _item(entry: Mapping[str, object]) -> Item:
    authors = [*_sequence(entry.get("authors")), entry.get("author")]
    author = next((each for each in map(_mapping, authors) if each.get("name") or each.get("url")), {})
    number = entry.get("id")
    return Item(
        id=str(number) if isinstance(number, int) and not isinstance(number, bool) else _string(number),
        link=_string(entry.get("url")) or _string(entry.get("external_url")),
        title=" ".join(_string(entry.get("title")).split()),
        author=as_text(_string(author.get("name"))),
        author_url=_string(author.get("url")) or None,
        published=_moment(entry.get("date_published")),
        updated=_moment(entry.get("date_modified")),
        html=shallow(_body(entry)),
        attachments=tuple(_attachment(each) for each in map(_mapping, _sequence(entry.get("attachments"))) if each),
    )


def _body(entry: Mapping[str, object]) -> str:
    if html := _string(entry.get("content_html")):
        return html
    return escape(_string(entry.get("content_text")) or _string(entry.get("summary"))).replace("\n", "<br>")


def _attachment(entry: Mapping[str, object]) -> Attachment:
    url, size = _string(entry.get("url")), entry.get("size_in_bytes")
    name = _string(entry.get("title")) or url.rpartition("/")[2]
    return Attachment(url, name, _string(entry.get("mime_type")) or None, size if isinstance(size, int) else None)


def _moment(value: object) -> datetime | None:
    """RFC 3339; a time without a zone is no moment."""
    try:
        moment = datetime.fromisoformat(_string(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
