"""Files on their way to Discourse: which it takes, as its own settings say, and how a post shows them once it has them.
Pure.

The settings: https://github.com/discourse/discourse, config/site_settings.yml; in a post stands an upload's short
address, behind a name with `|attachment` or, as a picture, behind `!` (docs.discourse.org, "Upload files")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from forum_bridge.forums.api.document import number, text, within
from forum_bridge.markup.answer import to_markup
from forum_bridge.model import Markup, Upload

KB = 1024
_PICTURES = frozenset(("jpg", "jpeg", "png", "gif", "svg", "ico", "webp", "avif", "heic", "heif"))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the forum takes: files of these kinds (None: of any), and so many bytes; characters that a post may have."""

    kinds: frozenset[str] | None = frozenset(("jpg", "jpeg", "png", "gif", "heic", "heif", "webp", "avif"))
    file: int = 4096 * KB
    picture: int = 4096 * KB
    post: int = 32_000

    def take(self, name: str, size: int | None) -> bool:
        """Return whether a file of this name and size (bytes, if known) has a chance."""
        kind = _kind(name)
        largest = self.picture if kind in _PICTURES else self.file
        return (self.kinds is None or kind in self.kinds) and (size is None or 0 < size <= largest)


def limits(settings: object) -> Limits:
    """Return what the forum's settings (`/site/settings.json`) say; what they leave out is as a fresh forum has it."""
    fresh = Limits()
    kinds = text(within(settings, "authorized_extensions"))
    listed = frozenset(kind.strip().lstrip(".").lower() for kind in kinds.split("|")) if kinds else fresh.kinds
    return Limits(
        None if listed and "*" in listed else listed,
        _bytes(settings, "max_attachment_size_kb", fresh.file),
        _bytes(settings, "max_image_size_kb", fresh.picture),
        number(within(settings, "max_post_length")) or fresh.post,
    )


def shown(raw: str, files: Iterable[tuple[Upload, str]]) -> str:
    """Return a post's Markdown in which each file, at its address on the forum, stands where the text names it: the
    name becomes the link to it, below that of a picture stands the picture. What the text does not name comes last."""
    done, rest = "", raw
    for file, address in files:
        name = to_markup(f"<p>{escape(file.name)}</p>", is_html=True, markup=Markup.MARKDOWN)
        if _kind(file.name) in _PICTURES:
            placed = f"📎 {name}\n\n![{name}]({address})"
        else:
            placed = f"📎 [{name}|attachment]({address})"
        line = re.search(rf"^📎 {re.escape(name)}$", rest, re.MULTILINE)
        if line is None:
            rest = f"{rest.rstrip()}\n\n{placed}"
        else:
            done, rest = f"{done}{rest[: line.start()]}{placed}", rest[line.end() :]
    return done + rest


def _kind(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _bytes(settings: object, name: str, fresh: int) -> int:
    told = number(within(settings, name))
    return told * KB if told is not None else fresh
