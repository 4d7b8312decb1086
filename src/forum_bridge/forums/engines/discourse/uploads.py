"""Files on their way to Discourse: which it takes, as its own settings say, and how a post shows them once it has them.
Pure.

The settings: https://github.com/discourse/discourse, config/site_settings.yml; in a post stands an upload's short
address, behind a name with `|attachment` or, as a picture, behind `!` (docs.discourse.org, "Upload files")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forum_bridge.forums.api.document import number, text, within
from forum_bridge.forums.api.naming import with_files
from forum_bridge.model import Upload

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
    return with_files(raw, files, _form)


def _form(name: str, file: Upload, address: str) -> str:
    if _kind(file.name) in _PICTURES:
        return f"📎 {name}\n\n![{name}]({address})"
    return f"📎 [{name}|attachment]({address})"


def _kind(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _bytes(settings: object, name: str, fresh: int) -> int:
    told = number(within(settings, name))
    return told * KB if told is not None else fresh
