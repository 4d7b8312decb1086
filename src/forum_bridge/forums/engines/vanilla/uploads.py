"""Files on their way to Vanilla: its store keeps them, and the comment shows pictures and links the rest from there.
Pure.

https://github.com/vanilla/vanilla, applications/dashboard/controllers/api/MediaApiController.php (post)."""

from __future__ import annotations

from forum_bridge.errors import BridgeError, FilesRefused, Retry
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.engines.vanilla import writing
from forum_bridge.model import Upload

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def kind(file: Upload) -> str:
    """Return what older versions want to be told of a file."""
    return "image" if file.mime in _PICTURES else "file"


def uploaded(told: Told, file: Upload) -> str:
    """Return the address at which a file lies. Raises FilesRefused: it is not taken; Retry."""
    address = text(within(told.document, "url"))
    if told.taken and address is not None:
        return address
    why: BridgeError | str = writing.refusal(told) if not told.taken else "it names no address"
    if isinstance(why, Retry):
        raise why
    raise FilesRefused(f"The forum does not take {file.name}: {why}")


def shown(name: str, file: Upload, address: str) -> str:
    """Return how a comment names a file, links it and, if it is a picture, shows it."""
    link = f"📎 [{name}](<{address}>)"
    return f"{link}\n\n![]({address})" if kind(file) == "image" else link
