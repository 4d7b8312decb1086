"""Reads the fields of a JSON object by kind. Raises ValueError, which names the field and the kind."""

from __future__ import annotations

Fields = dict[str, object]


def whole(fields: Fields, name: str) -> int:
    """Return a whole number."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number")
    return value


def text(fields: Fields, name: str) -> str:
    """Return a text, empty where there is none."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    return value
