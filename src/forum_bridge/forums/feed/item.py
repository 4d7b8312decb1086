"""One item of a feed, whatever its format, before anybody knows what it means to the bridge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from forum_bridge.depth import shallow
from forum_bridge.forums.html.value import squeezed
from forum_bridge.model import Attachment

_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # no XML may hold them


@dataclass(frozen=True, slots=True)
class Item:
    """What a feed said. ``id`` and ``link`` are as they stood there, times aware, ``html`` never nested deep."""

    id: str
    link: str
    title: str
    author: str
    author_url: str | None
    published: datetime | None
    updated: datetime | None
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and its items in the feed's own order."""

    title: str
    items: tuple[Item, ...]


def speakable(text: str) -> str:
    """Return the text without control characters and lone surrogates."""
    return _UNSPEAKABLE.sub("", text)


def as_text(html: str) -> str:
    """Return what a reader sees of a piece of HTML, on one line."""
    if "<" not in html and "&" not in html:
        return squeezed(html)
    body = LexborHTMLParser(shallow(html)).body
    return squeezed(body.text(deep=True, separator="")) if body is not None else ""
