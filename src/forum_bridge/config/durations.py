"""Lengths of time as people write them in the configuration: 500ms, 30s, 1m, 12h, 7d."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from forum_bridge.config.base import refused

UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
LONGEST = timedelta(days=36_500)
PATTERN = r"^\d{1,9}(ms|[smhd])$"
MEND = "write a whole number and a unit: 30s, 1m, 12h or 7d"


def parse_duration(text: str) -> timedelta:
    """Return the length of ``30s``, ``1m``, ``12h``, ``7d`` or ``500ms``; raises a refusal for anything else."""
    if not re.fullmatch(PATTERN, text, re.ASCII):
        raise refused("is not a length of time", MEND)
    number = text.rstrip("smhd")
    length = int(number) * UNITS[text.removeprefix(number)]
    if length > LONGEST:
        raise refused("is longer than a hundred years", MEND)
    return length


def format_duration(length: timedelta) -> str:
    """Return the shortest text that ``parse_duration`` reads back as ``length`` (whole milliseconds)."""
    if not length:
        return "0s"
    unit = next((name for name, size in UNITS.items() if not length % size), "ms")
    return f"{length // UNITS[unit]}{unit}"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise refused("must be a length of time", MEND)
    return parse_duration(value)


def positive(length: timedelta) -> timedelta:
    """Return ``length`` if it is longer than nothing; raises a refusal otherwise."""
    if length <= timedelta(0):
        raise refused("must be longer than nothing", MEND)
    return length


Duration = Annotated[
    timedelta,
    PlainValidator(_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["30s", "1m", "12h", "7d"]}),
]
PositiveDuration = Annotated[Duration, AfterValidator(positive)]
