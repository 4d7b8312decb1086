"""Whether a forum's times can be trusted: its clock beside ours, and its posts beside the time of day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from forum_bridge.daemon.finding import Finding

AGREE = timedelta(minutes=5)


def clocks(part: str, ahead: timedelta | None) -> Finding | None:
    """Return a finding if a forum's clock is more than five minutes ahead of ours, or behind (negative); None if the
    two agree or the forum tells no time."""
    if ahead is None or abs(ahead) <= AGREE:
        return None
    way = "ahead of" if ahead > timedelta() else "behind"
    return Finding(
        part,
        "clock",
        ok=False,
        found=f"the forum's clock is {_span(abs(ahead))} {way} this machine's",
        todo="Look at `timedatectl`: if this machine's clock is wrong, let it be set by the network (`timedatectl"
        " set-ntp true`); else tell the forum's owner. The bridge reckons with the difference meanwhile.",
    )


def zone(part: str, times: Sequence[datetime], now: datetime) -> Finding | None:
    """Return a finding if posts were read whose time is yet to come."""
    newest = max(times, default=now)
    if newest - now <= AGREE:
        return None
    return Finding(
        part,
        "timezone",
        ok=False,
        found=f"the newest post that was read is dated {_span(newest - now)} from now",
        todo=f"Set forums.{part}.timezone to the zone in which the forum shows times to the bridge's account.",
    )


def _span(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
