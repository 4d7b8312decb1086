"""Dates and times as forums write them for people, in English and in Turkish: "Bugün, 14:32", "5 hours ago",
"15 Mart 2024". What is not understood to its last word is not read. Knows words; no zone, no page."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal

from forum_bridge.forums.html.date_words import (
    AGO,
    AND,
    COUNTS,
    DAYS,
    FILLERS,
    LESS,
    MONTHS,
    NOW,
    SECONDS,
    UNITS,
    WEEKDAYS,
    folded,
)  # fmt: skip

Order = Literal["dmy", "mdy"]

ROLLING = timedelta(hours=1)  # a page made before midnight may be served so long after it
AHEAD = timedelta(minutes=5)  # by which a forum's clock may be before its server's
OTHER_ZONE = timedelta(days=1)  # no zone explains a date that is further ahead
_YEARS = range(1970, 2101)

_CLOCK = re.compile(
    r"(?:\b(?P<before>[ap]m|oo|os)\s*)?(?<![\d.:/-])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?![\d:])"
    r"(?:\s*(?P<after>[ap]\.?m\b\.?|oo\b|os\b))?"
)
_DOTTED_CLOCK = re.compile(r"(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?![\d.])")
_HOUR = re.compile(r"(?<![\d.:/-])(?P<hour>\d{1,2})(?P<minute>)\s*(?P<after>[ap]\.?m\b\.?)")  # Django leaves out ":00"
_TWELVE = re.compile(r"\b(?:(?P<noon>noon)|midnight)\b")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})([-./])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_TOKEN = re.compile(r"\d+|[a-z]+")
_BETWEEN = re.compile(r"[\s,;.|@»·•'’()–—-]*")


def read(text: str, now: datetime | None, order: Order) -> datetime | date | timedelta | None:
    """Return what ``text`` says: a wall clock's time, a day where it tells no hour, or how long ago; else None.

    ``now`` is what that clock showed when the page was served (naive; None if nobody knows, and then only whole dates
    are read). Of several moments that the text may mean, the latest that is not yet to come."""
    words = folded(text)
    if words in NOW:
        return timedelta() if now is not None else None
    clock, rest = _clock(words)
    if clock is None:
        ago = _ago(rest, now)
        return ago if ago is not None else _day(rest, None, now, order)
    day = _day(rest, clock, now, order)
    return datetime.combine(day, clock) if day is not None else None


def _tokens(words: str) -> list[str] | None:
    """Return words and numbers; None where something else stands between them."""
    return _TOKEN.findall(words) if _BETWEEN.fullmatch(_TOKEN.sub("", words)) else None


def _clock(words: str) -> tuple[time | None, str]:
    """Return the hour that the words tell, and the words without it."""
    twelve = _TWELVE.search(words)
    if twelve is not None:
        return time(12 if twelve["noon"] else 0), f"{words[: twelve.start()]} {words[twelve.end() :]}"
    found = _CLOCK.search(words) or _HOUR.search(words) or _DOTTED_CLOCK.search(words)
    if found is None:
        return None, words
    parts = found.groupdict()
    hour, half = int(parts["hour"]), (parts.get("before") or parts.get("after") or "").replace(".", "")
    if half and not 1 <= hour <= 12:
        return None, words
    if half:
        hour = hour % 12 + (12 if half in {"pm", "os"} else 0)
    try:
        clock = time(hour, int(parts["minute"] or 0), int(parts.get("second") or 0))
    except ValueError:
        return None, words
    return clock, f"{words[: found.start()]} {words[found.end() :]}"


def _ago(words: str, now: datetime | None) -> datetime | timedelta | None:
    tokens = _tokens(words)
    if now is None or not tokens or tokens[-1] not in AGO:
        return None
    less = not LESS.isdisjoint(tokens)
    told = [each for each in tokens[:-1] if each not in AND and each not in LESS]
    if told in (["a", "few", "seconds"], ["birkac", "saniye"]):
        return timedelta()
    if not told or len(told) % 2:
        return None
    seconds = months = 0
    for number, name in zip(told[::2], told[1::2], strict=True):
        count = int(number) if number.isdigit() else COUNTS.get(number)
        unit = UNITS.get(re.sub("[dt][ae]n$", "", name) if less else name)
        if count is None or unit is None or count > 1_000_000:
            return None
        if unit < len(SECONDS):
            seconds += count * SECONDS[unit]
        else:
            months += count * (12 if unit > len(SECONDS) else 1)
    if less:
        return timedelta()
    past = timedelta(seconds=seconds)
    return _months_before(now, months) - past if months else past


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    year = max(year, 1)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _day(words: str, clock: time | None, now: datetime | None, order: Order) -> date | None:
    numeric = _NUMERIC.search(words)
    tokens = _tokens(_NUMERIC.sub(" ", words, count=1))
    if tokens is None:
        return None
    told = [each for each in tokens if each not in FILLERS]
    weekdays = [WEEKDAYS[each] for each in told if each in WEEKDAYS]
    told = [each for each in told if each not in WEEKDAYS]
    if len(weekdays) > 1 or (numeric is not None and told):
        return None
    try:
        if numeric is not None:
            return _plausible(_numeric(numeric, order), now)
        if weekdays and not told:
            return _last(_back(now, 8), clock, now, lambda day: day.weekday() == weekdays[0])
        if len(told) == 1 and told[0] in DAYS:
            return _near(DAYS[told[0]], clock, now)
        return _named(told, clock, now)
    except ValueError:  # the calendar has no such day
        return None


def _numeric(found: re.Match[str], order: Order) -> date:
    first, second, third = found[1], int(found[3]), found[4]
    if len(first) == 4 and len(third) == 2:
        return date(int(first), second, int(third))
    year = int(third) + (2000 if len(third) == 2 else 0)
    return date(year, second, int(first)) if order == "dmy" else date(year, int(first), second)


def _named(told: list[str], clock: time | None, now: datetime | None) -> date | None:
    """Return the day of "15 Mart 2024", "Mar 15, 2024" or "15 Mart"."""
    months = [MONTHS[each] for each in told if each in MONTHS]
    numbers = [each for each in told if each.isdigit()]
    years = [int(each) for each in numbers if len(each) == 4]
    days = [int(each) for each in numbers if len(each) <= 2]
    if len(months) != 1 or len(days) != 1 or len(years) > 1 or len(told) != 2 + len(years):
        return None
    if years:
        return _plausible(date(years[0], months[0], days[0]), now)
    last = range(now.year, now.year - 9, -1) if now is not None else ()
    leap = (year for year in last if days[0] <= monthrange(year, months[0])[1])
    return _last((date(year, months[0], days[0]) for year in leap), clock, now, lambda _: True)


def _plausible(day: date, now: datetime | None) -> date | None:
    early = now is None or day <= (now + OTHER_ZONE).date()
    return day if early and day.year in _YEARS else None


def _near(days: int, clock: time | None, now: datetime | None) -> date | None:
    """Return today or the day so many before; of "today" at an hour to come, the page was made before midnight."""
    if now is None:
        return None
    day = now.date() - timedelta(days=days)
    if not _to_come(day, clock, now):
        return day
    return day - timedelta(days=1) if now - datetime.combine(now, time()) < ROLLING else None


def _back(now: datetime | None, days: int) -> Iterable[date]:
    return [now.date() - timedelta(days=each) for each in range(days)] if now is not None else []


def _last(days: Iterable[date], clock: time | None, now: datetime | None, fits: Callable[[date], bool]) -> date | None:
    return next((day for day in days if now and fits(day) and not _to_come(day, clock, now)), None)


def _to_come(day: date, clock: time | None, now: datetime) -> bool:
    return datetime.combine(day, clock or time()) > now + AHEAD
