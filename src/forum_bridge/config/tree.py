"""What YAML becomes before anybody asks what it means: groups, lists, texts and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forum_bridge.config.faults import KeyPath

Tree = dict[str, "Tree"] | list["Tree"] | str | None

INTEGER = re.compile(r"[-+]?\d{1,18}")
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")


class Plain(str):
    """A scalar written without quotes. It stays text, so that the password 0123 stays 0123; models that want a number
    or a switch read one from the text, and ``typed`` guesses where no model knows."""

    __slots__ = ()


def typed(value: object) -> object:
    """Return ``value`` with each unquoted scalar in it turned into the number or switch that YAML would make of it."""
    if isinstance(value, Mapping):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    if not isinstance(value, Plain):
        return value
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if INTEGER.fullmatch(value):
        return int(value)
    return float(value) if NUMBER.fullmatch(value) else str(value)


def leaves(tree: Tree, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield every text of the tree with its key path."""
    if isinstance(tree, dict):
        for key, inner in tree.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            yield from leaves(inner, (*path, index))
    elif isinstance(tree, str):
        yield path, tree


def kind(value: object) -> str:
    """Return in plain words what sort of thing stands there."""
    if isinstance(value, Mapping):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else "a single value"
