"""JSON that a stranger wrote, read in a time that nobody feels: for that long everything else waits. Knows not what it
says."""

from __future__ import annotations

import json
import re

MOST = 300_000  # values; a page of posts has some thousands
_SIGNS = "[{,"
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)


def read_json_text(text: str) -> object:
    """Return what a JSON text (RFC 8259) holds. Raises ValueError when it is none, is nested without end, or holds more
    than about MOST values."""
    if _signs(text, 0, len(text)) > MOST and _too_many(text):
        raise ValueError(f"it holds more than {MOST} values")
    try:
        found: object = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested without end") from error
    return found


def _too_many(text: str) -> bool:
    """Count outside of strings, where the signs are no text."""
    found = end = 0
    for string in _STRING.finditer(text):
        found += _signs(text, end, string.start())
        end = string.end()
        if found > MOST:
            return True
    return found + _signs(text, end, len(text)) > MOST


def _signs(text: str, start: int, end: int) -> int:
    return sum(text.count(sign, start, end) for sign in _SIGNS)
