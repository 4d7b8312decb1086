"""Single values as Deskie writes them: ids as numbers or digits, four spellings of yes and no, "-" for nothing, dates
as in e-mail, PHP's ``[]`` for an empty object. Knows no record and no field name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

INT64 = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no database and no UTF-8 writer takes these


class Misshapen(ValueError):
    """A value or record does not have the shape that Deskie gives it."""


def parse(text: str) -> object:
    """Return the JSON value in ``text``; raises Misshapen, also for two different values under one key and for depth
    bombs."""
    try:
        value: object = json.loads(text, object_pairs_hook=_unequivocal)
    except (ValueError, RecursionError) as fault:
        raise Misshapen("not readable as JSON") from fault
    return value


def _unequivocal(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # A second value for one key might be the one that says "internal note": no guess is made.
    tree: dict[str, object] = {}
    for key, value in pairs:
        if key in tree and tree[key] != value:
            raise Misshapen("two values for one key")
        tree[key] = value
    return tree


def mapping(value: object) -> Mapping[str, object]:
    """Return an object as a mapping; an absent one and PHP's empty array are empty. Raises Misshapen for anything
    else."""
    if isinstance(value, Mapping):
        return value
    if value in (None, [], ""):
        return {}
    raise Misshapen("an object was expected")


def text(value: object) -> str:
    """Return text as it may be stored (no NUL, no lone surrogate); absent and empty containers are "". Raises
    Misshapen."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise Misshapen("a text was expected")


def whole(value: object) -> int | None:
    """Return an id or count of 0 … 2^63-1 from a number or a digit string; anything else ("-", "", None) is None."""
    if isinstance(value, str):
        digits = value.strip()
        value = int(digits) if _DIGITS.fullmatch(digits) else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INT64:
        return value
    return None


def flag(value: object) -> bool:
    """Return whether the value clearly says yes: true, "true", or a number other than 0, also as text."""
    if isinstance(value, str):
        return value.strip().lower() == "true" or bool(whole(value))
    return value is True or bool(whole(value))


def clearly_no(value: object) -> bool:
    """Return whether the value is one of the known spellings of no: false, "false", 0, "0", "" or absent."""
    if isinstance(value, str):
        return value.strip().lower() in {"", "0", "false"}
    return value is None or value is False or (type(value) is int and value == 0)


def moment(value: object) -> datetime | None:
    """Return a date of RFC 2822, ISO 8601 or Unix seconds as an aware UTC datetime; "-" and anything unreadable are
    None."""
    seconds = whole(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        if not isinstance(value, str):
            return None
        when = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value.strip())
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
