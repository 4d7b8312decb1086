"""The values of a request body or query, read leniently as PHP would: numbers may be strings, lists may be maps. Knows
no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime, parsedate_to_datetime

from forum_bridge.sandbox.desk.records import Upload
from forum_bridge.sandbox.desk.refusal import Refusal

TRUE = frozenset({"1", "true", "on", "yes"})


class Fields:
    """Typed reading of one map of values. Unknown names are ignored; a value that cannot be read is refused with the
    code ``wrong_<name>``."""

    def __init__(self, values: Mapping[str, object], zone: tzinfo) -> None:
        self._values = values
        self._zone = zone

    def has(self, name: str) -> bool:
        """Return whether the name was given at all."""
        return name in self._values

    def text(self, name: str) -> str:
        """Return a text, empty if absent; a number counts as its digits. Halves of a broken emoji become U+FFFD."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def number(self, name: str) -> int | None:
        """Return a whole number, None if absent or empty."""
        return None if self._values.get(name) in (None, "") else _number(self._values[name], name)

    def numbers(self, name: str) -> list[int] | None:
        """Return a list of numbers, None if absent; one bare number counts as a list of it."""
        return [_number(item, name) for item in self._items(name) if item != ""] if self.has(name) else None

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty if absent."""
        return [str(item) for item in self._items(name) if not isinstance(item, Upload)]

    def uploads(self, name: str) -> list[Upload]:
        """Return the files under a name."""
        return [item for item in self._items(name) if isinstance(item, Upload)]

    def mapping(self, name: str) -> dict[str, object]:
        """Return a map, empty if absent (PHP clients send an empty one as ``[]``)."""
        value = self._values.get(name)
        return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}

    def flag(self, name: str) -> bool:
        """Return whether a switch is on; clients send ``true``, ``True`` and ``1``."""
        return str(self._values.get(name, "")).lower() in TRUE

    def time(self, name: str) -> datetime | None:
        """Return an aware time from Unix seconds, RFC 2822 or ISO text (account time if it names no zone)."""
        value = self.text(name)
        if not value:
            return None
        try:
            if value.isdecimal():
                return datetime.fromtimestamp(int(value), UTC)
            moment = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value)
        except (ValueError, OverflowError, OSError):
            raise Refusal(f"wrong_{name}") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)

    def _items(self, name: str) -> list[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if isinstance(value, Mapping):
            return list(value.values())
        return list(value) if isinstance(value, list | tuple) else [value]


def expanded(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return the tree that PHP makes of bracket names: ``case[labels][]=5`` → ``{"case": {"labels": {"0": 5}}}``."""
    root: dict[str, object] = {}
    for name, value in pairs:
        head, bracket, rest = name.partition("[")
        keys = [head, *rest.removesuffix("]").split("][")] if bracket else [head]
        node = root
        for key in keys[:-1]:
            below = node.get(key)
            if not isinstance(below, dict):
                below = node[key] = {}
            node = below
        node[keys[-1] or str(len(node))] = value
    return root


def date(moment: datetime | None, zone: tzinfo) -> str:
    """Return a time as Deskie writes it, ``Mon, 05 May 2014 00:15:17 +0300`` in account time; ``-`` for none."""
    return format_datetime(moment.astimezone(zone)) if moment else "-"


def _number(value: object, name: str) -> int:
    if isinstance(value, int | str) and not isinstance(value, bool):
        try:
            return int(value)
        except ValueError:
            pass
    raise Refusal(f"wrong_{name}")
