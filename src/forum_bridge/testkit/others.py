"""Who else stands on recorded pages than an adapter told of: in documents of an API members who wrote nothing, and
what members are called besides. Also, who stands on none of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape

from forum_bridge.model import Author

_HANDLE = ("username", "user_name")
_BESIDES = ("name", "displayname", "displayName", "display_name", "fullname", "full_name", "userslug", "slug")
_ID = ("id", "uid", "user_id", "userID")
_TAG = re.compile(r"<[^>]*>")


def members(page: str) -> Iterator[Author]:
    """Yield every member whom a document of an API tells of, once for each name; nobody for another page."""
    try:
        yield from _members(json.loads(page))
    except ValueError:
        return


def shown(authors: Iterable[Author], pages: Iterable[str]) -> Iterator[Author]:
    """Yield those who stand on the pages: an adapter has words of its own for accounts that are gone."""
    text = _plain(" ".join(pages))
    for author in authors:
        ways = (author.name, json.dumps(author.name)[1:-1])
        if author.id is not None or any(_plain(way) in text for way in ways):
            yield author


def _members(document: object) -> Iterator[Author]:
    if isinstance(document, list):
        for each in document:
            yield from _members(each)
    if not isinstance(document, dict):
        return
    handle = next((document[key] for key in _HANDLE if isinstance(document.get(key), str) and document[key]), None)
    if handle is not None and not handle.startswith("[["):
        number = next((str(document[key]) for key in _ID if document.get(key)), handle)
        yield Author(handle, number)
        yield from (
            Author(document[key], number) for key in _BESIDES if isinstance(document.get(key), str) and document[key]
        )
    for each in document.values():
        yield from _members(each)


def _plain(text: str) -> str:
    return " ".join(unescape(_TAG.sub("", text)).split())
