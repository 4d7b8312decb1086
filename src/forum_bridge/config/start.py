"""From when on posts count when a watch is new: now, all, a length of time back, or a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from forum_bridge.config.base import refused
from forum_bridge.config.durations import format_duration, parse_duration

DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
MEND = "write now, all, a length of time such as 7d, or a date such as 2026-01-15"


class StartKind(StrEnum):
    """How the beginning is told."""

    NOW = "now"
    ALL = "all"
    AGO = "ago"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class StartFrom:
    """When a watch begins. ``ago`` belongs to AGO; ``at`` to DATE, naive where the forum's own timezone is meant."""

    kind: StartKind = StartKind.NOW
    ago: timedelta = timedelta(0)
    at: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``now``, ``all``, ``7d`` or an ISO date with or without a time; raises a refusal for anything else."""
        if text in {StartKind.NOW, StartKind.ALL}:
            return cls(StartKind(text))
        if DATE.fullmatch(text):
            return cls(StartKind.DATE, at=_date(text))
        try:
            return cls(StartKind.AGO, ago=parse_duration(text))
        except PydanticCustomError:
            raise refused("is not a beginning", MEND) from None

    def moment(self, now: datetime, tz: ZoneInfo) -> datetime | None:
        """Return the aware UTC moment from which posts count, None for all of them. ``now`` is aware."""
        if self.kind is StartKind.ALL:
            return None
        if self.at is not None:
            return (self.at if self.at.tzinfo else self.at.replace(tzinfo=tz)).astimezone(UTC)
        return now.astimezone(UTC) - self.ago

    def __str__(self) -> str:
        if self.kind is StartKind.AGO:
            return format_duration(self.ago)
        return self.at.isoformat() if self.at is not None else self.kind.value


def _date(text: str) -> datetime:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise refused("is not a day of the calendar", MEND) from None
    if not 1990 <= date.year <= 2100:
        raise refused("lies outside the years 1990 to 2100", MEND)
    return date


def _start(value: object) -> StartFrom:
    if isinstance(value, StartFrom):
        return value
    if not isinstance(value, str):
        raise refused("is not a beginning", MEND)
    return StartFrom.parse(value)


Start = Annotated[
    StartFrom,
    PlainValidator(_start),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["now", "all", "7d", "2026-01-15"]}),
]
