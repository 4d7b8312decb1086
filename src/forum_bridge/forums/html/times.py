"""Texts and attributes that tell a moment, as aware datetimes. Knows formats and how a page reckons time, not where on
it times stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forum_bridge.forums.html import dates
from forum_bridge.forums.html.dates import AHEAD, Order

_FARTHEST = timedelta(hours=15)  # zones reach from -12 to +14
_QUARTER = timedelta(minutes=15)  # offsets are multiples of it


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a page tells time: its ``zone``, whether the day or the month comes first, ``strptime`` formats of its own,
    and when it was ``served`` by its server's clock (aware; None for a page that was saved)."""

    zone: tzinfo
    served: datetime | None = None
    order: Order = "dmy"
    formats: Sequence[str] = ()

    def read(self, text: str | None) -> datetime | None:
        """Return the moment that ``text`` tells, in UTC, or None: ISO 8601, Unix seconds or milliseconds, one of the
        formats, else words (see ``dates.py``). What cannot be read is None: a guess would be worse.

        Where a text leaves a choice (a day without an hour, an hour that a clock set back shows twice), the latest
        moment that is not to come: so no post counts as older than it may be."""
        if not text:
            return None
        try:
            if text.isascii() and text.isdigit() and len(text) in {10, 13}:
                return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
            told = self._machine(text)
            return self._placed(told if told is not None else dates.read(text, self._wall(), self.order))
        except (ValueError, OverflowError):
            return None

    def in_zone(self, name: str | None) -> Reckoning:
        """Return the reckoning in the zone that a page names, or this one where it names none that is known."""
        try:
            return replace(self, zone=ZoneInfo(name)) if name else self
        except (ZoneInfoNotFoundError, ValueError):
            return self

    def by_the_pages_clock(self, text: str | None) -> Reckoning:
        """Return the reckoning as a page's own clock corrects it, by what it says the time is ("11-22-2026, 06:49 PM"):
        the order of day and month, and the zone where the offset is another than ours. A clock that makes no sense
        changes nothing; of a saved page it tells when that was served."""
        if not text:
            return self
        orders: tuple[Order, ...] = (self.order, "mdy" if self.order == "dmy" else "dmy")
        for order in orders:
            shown = dates.read(text, None, order)
            if not isinstance(shown, datetime):
                continue
            if self.served is None:
                return replace(self, served=shown.replace(tzinfo=self.zone).astimezone(UTC))
            offset = round((shown.replace(tzinfo=UTC) - self.served) / _QUARTER) * _QUARTER
            off = abs(shown.replace(tzinfo=UTC) - self.served - offset)
            if abs(offset) <= _FARTHEST and off <= AHEAD:
                ours = self.served.astimezone(self.zone).utcoffset()
                return replace(self, order=order, zone=self.zone if offset == ours else timezone(offset))
        return self

    def _machine(self, text: str) -> datetime | date | None:
        try:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            pass
        for pattern in self.formats:
            try:
                told = datetime.strptime(text, pattern)  # noqa: DTZ007 - placed in the zone when the text has none
            except ValueError:
                continue
            return told if any(hour in pattern for hour in ("%H", "%I", "%c", "%X")) else told.date()
        return None

    def _wall(self) -> datetime | None:
        return self.served.astimezone(self.zone).replace(tzinfo=None) if self.served is not None else None

    def _placed(self, told: datetime | date | timedelta | None) -> datetime | None:
        if told is None:
            return None
        if isinstance(told, timedelta):
            return self.served - told if self.served is not None else None
        if isinstance(told, datetime):
            if told.tzinfo is not None:
                return told.astimezone(UTC)
            twice = sorted({told.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}, reverse=True)
            return next((each for each in twice if self.served is None or each <= self.served + AHEAD), twice[-1])
        end = datetime.combine(told, time.max.replace(microsecond=0), self.zone).astimezone(UTC)
        begun = datetime.combine(told, time(), self.zone).astimezone(UTC)
        return min(end, max(begun, self.served)) if self.served is not None else end
