"""Texts and attributes that tell a moment, as aware datetimes. Knows formats, not where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo


def read_time(text: str | None, formats: Sequence[str], zone: tzinfo) -> datetime | None:
    """Return the moment that ``text`` tells, or None: ISO 8601, Unix seconds or milliseconds, else one of the
    ``strptime`` formats. A text without an offset is in ``zone``. What cannot be read is None: a guess would be
    worse."""
    if not text:
        return None
    try:
        if text.isdigit() and len(text) in {10, 13}:
            return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
        moment = _parsed(text, formats)
        if moment is None:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parsed(text: str, formats: Sequence[str]) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller adds the zone when the text has none
        except ValueError:
            continue
    return None
