"""Guesses at what a mistyped word was meant to be, and which keys exist where. Reads the JSON Schema, not the
models."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from forum_bridge.config.faults import KeyPath, written

Schema = Mapping[str, object]


def close(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like ``word``, or None if none does."""
    folded = {name.casefold().replace("-", "_"): name for name in known}
    near = difflib.get_close_matches(word.casefold().replace("-", "_")[:60], folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def keys_at(schema: Schema, path: KeyPath) -> list[str]:
    """Return the keys that the group at ``path`` knows, in the schema's order; none where any key may stand."""
    node: Schema | None = schema
    for part in path:
        node = _inner(schema, node, part) if node is not None else None
    return [] if node is None else list(_group(schema, node))


def home_of(schema: Schema, key: str, path: KeyPath) -> KeyPath | None:
    """Return where ``key`` belongs, if it stands at ``path`` but is known one or two groups deeper or further out."""
    inside = [
        (*path[:-1], group, key) for group in keys_at(schema, path[:-1]) if key in keys_at(schema, (*path[:-1], group))
    ]
    around = [(*path[:depth], key) for depth in range(len(path) - 1) if key in keys_at(schema, path[:depth])]
    return (inside + around)[0] if inside or around else None


def mend_unknown(schema: Schema, path: KeyPath) -> str:
    """Return what to do about the unknown key at the end of ``path``."""
    key, known = str(path[-1]), keys_at(schema, path[:-1])
    if near := close(key, known):
        return f"did you mean {near}?"
    if home := home_of(schema, key, path):
        return f"move it: it belongs at {written(home)}"
    return f"delete it; known here: {', '.join(known)}" if known else "delete it"


def _inner(schema: Schema, node: Schema, part: str | int) -> Schema | None:
    for option in _options(schema, node):
        inner = option.get("items") if isinstance(part, int) else _group(schema, option).get(part)
        anywhere = option.get("patternProperties")
        if inner is None and isinstance(anywhere, Mapping):
            inner = next(iter(anywhere.values()))
        inner = inner if inner is not None else option.get("additionalProperties")
        if isinstance(inner, Mapping):
            return inner
    return None


def _group(schema: Schema, node: Schema) -> Schema:
    for option in _options(schema, node):
        properties = option.get("properties")
        if isinstance(properties, Mapping):
            return properties
    return {}


def _options(schema: Schema, node: Schema) -> Iterator[Schema]:
    """Yield the node and what it refers to or allows, references resolved."""
    reference, choices = node.get("$ref"), node.get("anyOf")
    if isinstance(reference, str):
        definitions = schema.get("$defs")
        target = definitions.get(reference.rpartition("/")[2]) if isinstance(definitions, Mapping) else None
        if isinstance(target, Mapping):
            yield from _options(schema, target)
    for choice in choices if isinstance(choices, list) else ():
        yield from _options(schema, choice)
    yield node
