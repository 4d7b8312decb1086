"""What a file is by its first bytes, whatever its server calls it: a picture that browsers show, a web page. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

HEAD = 512  # bytes that are enough to tell
_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "image/avif"),
)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?>\s++|<!--(?>.*?-->)|<\?xml[^>]*+>)*+"
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|title|meta|h1|div|style|link)\b",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_TYPES = frozenset(("text/html", "application/xhtml+xml"))


def picture_type(head: bytes) -> str | None:
    """Return the media type of a picture that every browser shows and none runs (so no SVG); None for all else."""
    return next((mime for mark, mime in _PICTURES if mark.match(head)), None)


def is_page(head: bytes, headers: Mapping[str, str]) -> bool:
    """Say whether an answer is a web page, shown in place of a file; one that is sent to be saved is a file, and so
    is a picture whatever it is called."""
    if picture_type(head) is not None:
        return False
    if headers.get("Content-Disposition", "").strip().lower().startswith("attachment"):
        return False
    return media_type(headers) in _PAGE_TYPES or _PAGE.match(head) is not None


def media_type(headers: Mapping[str, str]) -> str:
    """Return what the server calls the file's type, in lower case, without parameters; "" if it does not."""
    told = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return told if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", told, re.ASCII) else ""
