"""Looks into JSON that a forum's API answered: takes a value out by its path, or says which one is missing. Knows no
engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from forum_bridge.errors import Unreadable
from forum_bridge.markup.characters import one_line

Node = Mapping[str, object]
WORDS = 300  # characters of what an API says that people get to see


def parsed(text: str, url: str) -> object:
    """Return what a JSON text (RFC 8259) holds. Raises Unreadable when it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unreadable(
            f"{url} answered with something that is no JSON.",
            explanation="Is the API switched on there, and does no proxy show a page of its own instead?",
        ) from error


def within(node: object, *path: str | int) -> object:
    """Return the value at a path of keys and places; None where one of them is not there."""
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and -len(node) <= step < len(node):
            node = node[step]
        else:
            return None
    return node


def node(value: object, what: str) -> Node:
    """Return an object. Raises Unreadable, naming ``what`` was looked for, if it is none."""
    if isinstance(value, Mapping):
        return value
    raise Unreadable(f"The forum's API told no {what}.")


def nodes(value: object, what: str) -> list[Node]:
    """Return the objects of a list, or of an object whose keys only number them. Raises Unreadable if it is neither."""
    if isinstance(value, Mapping):
        return _objects(value.values())
    if isinstance(value, list):
        return _objects(value)
    raise Unreadable(f"The forum's API told no {what}.")


def text(value: object) -> str | None:
    """Return a text, or a number as one, which is how ids are told; None for anything else and for nothing."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def number(value: object) -> int | None:
    """Return a whole number, also one told as a text."""
    told = text(value)
    return int(told) if told is not None and told.isascii() and told.isdigit() else None


def words(document: object) -> str | None:
    """Return on one line what an API says is wrong, from where the common engines put that; None where it says
    nothing."""
    errors = within(document, "errors")
    told = [_word(each) for each in errors] if isinstance(errors, list) else [_word(document)]
    return one_line(" ".join(filter(None, told)), WORDS) or None


def moment(value: object) -> datetime | None:
    """Return a moment told in ISO 8601 or as Unix seconds (or milliseconds); one without an offset is UTC."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_unix(float(value))
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdigit():
        return _from_unix(float(value))
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _word(error: object) -> str | None:
    return text(error) or next(filter(None, (text(within(error, key)) for key in ("message", "detail"))), None)


def _from_unix(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _objects(values: Iterable[object]) -> list[Node]:
    return [value for value in values if isinstance(value, Mapping)]
