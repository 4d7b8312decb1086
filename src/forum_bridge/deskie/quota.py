"""What Deskie tells about the account's request limit, read from an answer's headers. Knows no window and decides
nothing.

The names carry underscores (Deskie's articles 240 and 332), which some proxies drop; `Retry-After` is RFC 9110."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from forum_bridge.deskie.values import moment, whole

LONGEST = timedelta(hours=1)  # no limit of Deskie lasts longer; a nonsense header must not stop the desk for days


@dataclass(frozen=True, slots=True)
class Quota:
    """The account's units a minute, the units left in its window, and how long to wait; None where nothing was said."""

    ceiling: int | None = None
    left: int | None = None
    retry_after: timedelta | None = None


def quota_of(headers: Mapping[str, str], now: datetime) -> Quota:
    """Read the limit's headers; ``headers`` must ignore case. A wait is between one second and an hour."""
    return Quota(
        ceiling=whole(headers.get("rate_limit_per_minute")) or None,
        left=whole(headers.get("api_calls_left")),
        retry_after=_wait(headers.get("retry_after"), now) or _wait(headers.get("Retry-After"), now),
    )


def _wait(value: str | None, now: datetime) -> timedelta | None:
    seconds = whole(value)
    if seconds is not None:
        wait = timedelta(seconds=min(seconds, 3600))
    elif value and (until := moment(value)):
        wait = until - now
    else:
        return None
    return min(max(wait, timedelta(seconds=1)), LONGEST)
