"""What may stand in visible text: removes characters that hide, reorder or control it. Knows no markup."""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"
"""Invisible and without width: set where a markup's special sequence would otherwise begin."""

_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U000e0100-\U000e01ef]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007f]+)|[\U000e0000-\U000e007f]+")
_SPACES = re.compile(r"\s+")


def visible(text: str) -> str:
    """Return the text without control, zero-width and bidirectional control characters; line breaks become ``\\n``.

    Joiners stay between letters that need them (emoji families, Persian), tag characters only in flags. Directional
    marks go: they can reorder what an agent sees (Unicode TR36); right-to-left text needs none of them to be read.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub("", _TAGS.sub(lambda match: match[1] or "", _BREAKS.sub("\n", text)))


def one_line(text: str, limit: int | None = None) -> str:
    """Return the visible text on one line, runs of space made one; cut to ``limit`` characters with an ellipsis."""
    line = _SPACES.sub(" ", visible(text)).strip()
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line
