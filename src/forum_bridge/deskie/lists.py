"""Deskie's lists: objects with the keys "0", "1", … and `total_count`, in any order, and every shape an empty one has.
Knows no record."""

from __future__ import annotations

from collections.abc import Mapping

from forum_bridge.deskie.values import Misshapen, whole


def numbered(value: object) -> list[object]:
    """Return the members of an array or of a map with numeric keys, in the order of the numbers; other keys are left
    out."""
    if isinstance(value, list):
        return list(value)
    if isinstance(value, Mapping):
        keys = [(number, key) for key in value if (number := whole(key)) is not None]
        return [value[key] for _, key in sorted(keys)]
    return []


def unwrapped(answer: object, wrapper: str) -> list[Mapping[str, object]]:
    """Return the records of a list answer, each freed of its ``wrapper`` (``{"0": {"case": {…}}}``).

    ``{}``, ``[]``, ``{"case": []}`` and ``{"total_count": 0}`` are empty lists. Raises Misshapen for a member that is
    no record, so that a list is never silently shorter than it was.
    """
    if not isinstance(answer, Mapping | list):
        raise Misshapen("a list was expected")
    members = numbered(answer)
    if not members and isinstance(answer, Mapping) and answer.get(wrapper):
        members = numbered(answer[wrapper])
    records = []
    for member in members:
        record = member.get(wrapper, member) if isinstance(member, Mapping) else member
        if not isinstance(record, Mapping):
            raise Misshapen(f"a list of {wrapper} holds something else")
        records.append(record)
    return records


def total(answer: object) -> int | None:
    """Return `total_count` (number or digit string), or None where the answer does not tell."""
    return whole(answer.get("total_count")) if isinstance(answer, Mapping) else None
