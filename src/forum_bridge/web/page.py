"""A page as it came from a forum, and the marks that tell whether it has changed since. Knows not what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from forum_bridge.model import Json


@dataclass(frozen=True, slots=True)
class Validators:
    """What to hand back at the next request of the same address: ``ETag`` and ``Last-Modified`` exactly as the server
    wrote them, and the SHA-256 of the body in hex (for the many forums that send neither)."""

    etag: str | None = None
    modified: str | None = None
    digest: str | None = None

    def to_json(self) -> Json:
        """Return a small JSON object, made to lie in a cursor; absent marks are left out."""
        marks = {"etag": self.etag, "modified": self.modified, "digest": self.digest}
        return {name: mark for name, mark in marks.items() if mark is not None}

    @classmethod
    def from_json(cls, obj: object) -> Validators:
        """Return the marks that ``to_json`` wrote; whatever is not of that shape counts as absent."""
        marks = obj if isinstance(obj, Mapping) else {}

        def text(name: str) -> str | None:
            mark = marks.get(name)
            return mark if isinstance(mark, str) else None

        return cls(text("etag"), text("modified"), text("digest"))


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. ``url`` is where the redirects ended, ``history`` the addresses passed on the way, first one first.
    ``date`` is the server's own clock (its Date header, else ours): relative times on the page refer to it.
    ``unchanged`` says that the body is the one the validators came from; after a 304 ``html`` is empty."""

    url: str
    status: int
    html: str = field(repr=False)
    charset: str
    headers: Mapping[str, str] = field(repr=False)  # names in any case; cookies stay with the session
    date: datetime
    validators: Validators = Validators()
    unchanged: bool = False
    history: tuple[str, ...] = ()
