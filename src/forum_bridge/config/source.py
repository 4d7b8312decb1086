"""The configuration file as it was read: its keys and where each stands. Knows no schema; holds references,
not secrets, unless the file itself spells one out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forum_bridge.config.faults import Fault, KeyPath
from forum_bridge.config.tree import Tree


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key begins in the file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file, the tree read from it (references unresolved) and the place of every key in it."""

    file: str
    tree: Tree = field(default=None, repr=False)
    places: Mapping[KeyPath, Place] = field(default_factory=dict, repr=False)

    def fault(self, key_path: KeyPath, problem: str, mend: str) -> Fault:
        """Return a fault at ``key_path``. What a forum took over from ``defaults`` is named and placed there; a key
        that does not stand in the file gets the line of the nearest key around it."""
        path = self.origin(key_path)
        place = self.places.get(path[: self._depth(path)], Place(0, 0))
        return Fault(self.file, place.line, place.column, path, problem, mend)

    def origin(self, path: KeyPath) -> KeyPath:
        """Return where the value at ``path`` was written: under its forum, or under ``defaults`` if only there."""
        if len(path) > 2 and path[0] == "forums":
            shared: KeyPath = ("defaults", *path[2:])
            if self._depth(shared) > max(self._depth(path) - 1, 1):
                return shared
        return path

    def written(self, path: KeyPath) -> Tree:
        """Return what the file says at ``path`` (None if nothing does)."""
        value: Tree = self.tree
        for part in self.origin(path):
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def _depth(self, path: KeyPath) -> int:
        """How many leading parts of ``path`` stand in the file."""
        depth = len(path)
        while depth and path[:depth] not in self.places:
            depth -= 1
        return depth
