"""Builds a tree and the places of its keys from YAML's events. Twice-written keys, tags and runaway nesting
become faults; it refuses to know what any key means."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from forum_bridge.config.faults import Fault, KeyPath
from forum_bridge.config.source import Place
from forum_bridge.config.tree import Plain, Tree

MAX_DEPTH = 24
MAX_NODES = 300_000
QUOTE = "put the value in single quotes"
ONE_GROUP = "write the file as one group of keys, as config.example.yaml does"


class TooMuchError(Exception):
    """The file is nested deeper, or unfolds to more, than any configuration needs; the fault is already noted."""


class Composer:
    """Reads one document from ``events``. What was met stands in ``faults`` and ``places`` even when it ends in an
    error; ``spoiled`` are the paths of values that nobody needs to judge any more."""

    def __init__(self, file: str, events: Iterator[Event]) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.places: dict[KeyPath, Place] = {}
        self.spoiled: set[KeyPath] = set()
        self.here = Place(1, 1)
        self._events = events
        self._anchors: dict[str, tuple[KeyPath, Tree]] = {}
        self._nodes = 0

    def document(self) -> Tree:
        """Return the tree of the first document (None for an empty file). Raises what ruamel raises, or
        TooMuchError."""
        tree: Tree = None
        documents = 0
        while not isinstance(event := self._next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(
                        (), "a second document begins here (a line ---)", "delete that line and keep one document"
                    )
                    return tree
                tree = self._node(self._next(), ())
        return tree

    def _next(self) -> Event:
        event = next(self._events)
        self.here = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        return event

    def _node(self, event: Event, path: KeyPath) -> Tree:
        self._count(path)
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, path)
        if getattr(event, "tag", None) not in {None, "!"}:
            self._fault(path, "a value that begins with ! is not understood here", QUOTE)
        tree: Tree = None
        if isinstance(event, MappingStartEvent):
            tree = self._mapping(path)
        elif isinstance(event, SequenceStartEvent):
            tree = self._sequence(path)
        elif isinstance(event, ScalarEvent):
            tree = _scalar(event)
        if isinstance(event, NodeEvent) and event.anchor:
            self._anchors[event.anchor] = (path, tree)
        return tree

    def _mapping(self, path: KeyPath) -> Tree:
        group: dict[str, Tree] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            place = self.here
            key = self._key(event, path)
            child = (*path, key)
            first = self.places.setdefault(child, place)
            if key in group:
                problem = f"this key stands here again (first in line {first.line})"
                self._fault(child, problem, "join the two into one, or delete one of them", place)
                group[key] = _joined(group[key], self._node(self._next(), child))
            else:
                group[key] = self._node(self._next(), child)
        return group

    def _sequence(self, path: KeyPath) -> Tree:
        items: list[Tree] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            child = (*path, len(items))
            self.places.setdefault(child, self.here)
            items.append(self._node(event, child))
        return items

    def _key(self, event: Event, path: KeyPath) -> str:
        if isinstance(event, ScalarEvent):
            if event.value == "<<" and not event.style:
                self._fault((*path, "<<"), "merging with << is not understood here", "put shared keys under defaults:")
            return str(event.value)
        braces = "a value that begins with { is read as a group of keys"
        self._fault(path, braces, 'put a template in quotes: "{{ thread.title }}"')
        self._node(event, (*path, "{"))
        return "{"

    def _alias(self, name: str, path: KeyPath) -> Tree:
        if name not in self._anchors:
            problem = "a value that begins with * refers to something above it, but nothing is there"
            self._fault(path, problem, QUOTE)
            return None
        return self._graft(*self._anchors[name], path)

    def _graft(self, old: KeyPath, tree: Tree, new: KeyPath) -> Tree:
        """Copy an anchored tree to another path, each node counted, so that aliases of aliases cannot explode."""
        self._count(new)
        if old in self.places:
            self.places.setdefault(new, self.places[old])
        if isinstance(tree, dict):
            return {key: self._graft((*old, key), inner, (*new, key)) for key, inner in tree.items()}
        if isinstance(tree, list):
            return [self._graft((*old, index), inner, (*new, index)) for index, inner in enumerate(tree)]
        return tree

    def _count(self, path: KeyPath) -> None:
        self._nodes += 1
        if len(path) > MAX_DEPTH:
            self._fault((), f"keys are nested more than {MAX_DEPTH} deep", ONE_GROUP)
            raise TooMuchError
        if self._nodes > MAX_NODES:
            self._fault(
                (), f"the file unfolds to more than {MAX_NODES} values", "write fewer entries or fewer * aliases"
            )
            raise TooMuchError

    def _fault(self, path: KeyPath, problem: str, mend: str, place: Place | None = None) -> None:
        if place is None:  # what stands there is not what was meant
            self.spoiled.add(path)
        place = place or self.here
        fault = Fault(self.file, place.line, place.column, path, problem, mend)
        if not any(known.line == fault.line and known.problem == problem for known in self.faults[-3:]):
            self.faults.append(fault)


def _scalar(event: ScalarEvent) -> Tree:
    value = str(event.value)
    if event.style:
        return value
    return None if value in {"", "~", "null", "Null", "NULL"} else Plain(value)


def _joined(first: Tree, second: Tree) -> Tree:
    """Both halves of a key written twice, so that what stands in either is checked."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {**second, **first}
    return first
