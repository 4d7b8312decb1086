"""What a server means by Retry-After. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=1)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the server asks us to wait (RFC 9110, 10.2.3: seconds or an HTTP date), at most an hour.

    ``now`` is the server's own clock where it told one, so that a wrong clock on either side does no harm. None if the
    server did not ask, or not in a way one can read."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), LONGEST)
    until = http_date(asked)
    return min(max(until - now, timedelta()), LONGEST) if until else None


def http_date(text: str) -> datetime | None:
    """Return an HTTP date as an aware UTC datetime, None if it is not one."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
