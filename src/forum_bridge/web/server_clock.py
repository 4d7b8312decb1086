"""How far a server's clock is from ours, by the dates it puts on its answers. Pure; corrects nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from forum_bridge.web.retry_after import http_date

EXACT = timedelta(minutes=1)  # an answer's way, a cache's rounding: below this the clocks agree


def ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how far the server's clock is ahead of ours (negative: behind), zero where they differ by less than a
    minute; None if the answer tells no date.

    An answer out of a cache says how old it is (RFC 9111, 5.1: ``Age`` in seconds), and its date is as old."""
    date = http_date(headers.get("Date", ""))
    if date is None:
        return None
    age = headers.get("Age", "").strip()
    if age.isascii() and age.isdigit():
        date += timedelta(seconds=int(age[:9]))
    difference = date - now
    return difference if abs(difference) >= EXACT else timedelta()
