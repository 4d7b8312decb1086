"""What differs between two configurations, named by key, never by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from forum_bridge.config import Config, KeyPath
from forum_bridge.config.faults import written


def changes(old: Config, new: Config) -> list[str]:
    """Return the keys whose values differ, as people write them; ``(new)`` and ``(gone)`` mark whole groups.
    ``defaults`` count where they stand in effect: under each forum."""
    return [told for told in _differing(old, new, ()) if not told.startswith("defaults")]


def changed_forums(old: Config, new: Config) -> frozenset[str]:
    """Return the names of the forums of ``new`` that are new or configured anew."""
    return frozenset(name for name, forum in new.forums.items() if forum != old.forums.get(name))


def _differing(old: object, new: object, path: KeyPath) -> Iterator[str]:
    one, other = _keys(old), _keys(new)
    if one is None or other is None or type(old) is not type(new):
        if old != new:
            yield written(path)
        return
    for key in [*one, *(key for key in other if key not in one)]:
        here = (*path, key)
        if key not in other:
            yield f"{written(here)} (gone)"
        elif key not in one:
            yield f"{written(here)} (new)"
        else:
            yield from _differing(one[key], other[key], here)


def _keys(value: object) -> dict[str, object] | None:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {field.alias or name: getattr(value, name) for name, field in fields.items()}
    if isinstance(value, Mapping):
        return {str(key): inner for key, inner in value.items()}
    return None
