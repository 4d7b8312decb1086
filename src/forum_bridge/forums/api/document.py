"""Looks into JSON that a forum's API answered: takes a value out by its path, or says which one is missing. What is
long is looked into off the event loop. Knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from forum_bridge.depth import shallow
from forum_bridge.errors import Unreadable
from forum_bridge.forums.json_text import read_json_text
from forum_bridge.markup.characters import one_line
from forum_bridge.web.aside import LONG, aside

P = ParamSpec("P")
T = TypeVar("T")
Node = Mapping[str, object]
WORDS = 300  # characters of what an API says that people get to see
DIGITS = 18  # what databases and dates take
_EACH = 8  # characters that a value of a document takes beside its text


def parsed(text: str, url: str) -> object:
    """Return what a JSON text (RFC 8259) holds; HTML in it on which parsers would choke stands there as its text only.
    Raises Unreadable when it is none, is nested without end or holds more than any forum tells."""
    try:
        document = read_json_text(text)
    except ValueError as error:
        raise Unreadable(
            f"{url} answered with something that is no JSON.",
            explanation="Is the API switched on there, and does no proxy show a page of its own instead?",
        ) from error
    for place, key, value in _values(document):
        if isinstance(value, str) and "<" in value:
            place[key] = shallow(value)
    return shallow(document) if isinstance(document, str) else document


async def made(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a pure ``make`` makes of documents and of what goes with them, off the event loop where these are
    long."""
    return await aside(_weight(list(args)), make, *args, **kwargs)


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
    """Return a whole number of at most DIGITS digits, also one told as a text."""
    told = text(value)
    return int(told) if told is not None and len(told) <= DIGITS and told.isascii() and told.isdigit() else None


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


def _weight(document: object) -> int:
    """Return about how many characters a document has; of a long one only that it is long, for it is not looked at
    further."""
    characters = 0
    for _, key, value in _values(document):
        characters += _EACH + (len(value) if isinstance(value, str) else 0) + (len(key) if isinstance(key, str) else 0)
        if characters > LONG:
            break
    return characters


def _values(document: object) -> Iterator[tuple[Any, str | int, object]]:
    """Yield all that stands within a document: the object or list, the key or place in it, the value, which may be
    replaced meanwhile."""
    pending = [document]
    while pending:
        place = pending.pop()
        inside = place.items() if isinstance(place, dict) else enumerate(place) if isinstance(place, list) else ()
        for key, value in inside:
            yield place, key, value
            if isinstance(value, dict | list):
                pending.append(value)


def _word(error: object) -> str | None:
    return text(error) or next(filter(None, (text(within(error, key)) for key in ("message", "detail"))), None)


def _from_unix(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _objects(values: Iterable[object]) -> list[Node]:
    return [value for value in values if isinstance(value, Mapping)]
