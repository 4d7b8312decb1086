"""Puts values in the place of references throughout the tree, and finds placeholders that nobody filled in."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from forum_bridge.config.faults import Fault, KeyPath, RefusedError
from forum_bridge.config.references import REFERENCE, References
from forum_bridge.config.source import Source
from forum_bridge.config.tree import Tree

PLACEHOLDERS = {
    "ACCOUNT": "write the name of your Deskie account",
    "CHANGE-ME": "write the value that belongs here",
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The tree with its references replaced, what they brought in by key path, and what could not be resolved."""

    tree: Tree = field(repr=False)
    substituted: dict[KeyPath, tuple[SecretStr, ...]]
    faults: list[Fault]


def resolve(source: Source, references: References) -> Resolved:
    """Return the tree of ``source`` with every reference replaced."""
    resolved = Resolved(None, {}, [])
    tree = _resolved(source.tree, (), source, references, resolved)
    return Resolved(tree, resolved.substituted, resolved.faults)


def _resolved(tree: Tree, path: KeyPath, source: Source, references: References, found: Resolved) -> Tree:
    if isinstance(tree, dict):
        return {key: _resolved(inner, (*path, key), source, references, found) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [_resolved(inner, (*path, index), source, references, found) for index, inner in enumerate(tree)]
    return _text(tree, path, source, references, found) if tree is not None else None


def _text(text: str, path: KeyPath, source: Source, references: References, found: Resolved) -> str:
    left = placeholder(REFERENCE.sub("", text))
    if left:
        found.faults.append(source.fault(path, f"the placeholder {left} is still here", PLACEHOLDERS[left]))
        return text
    try:
        resolved, values = references.resolve(text)
    except RefusedError as refusal:
        found.faults.append(source.fault(path, refusal.problem, refusal.mend))
        return text
    if values:
        found.substituted[path] = values
    if left := next((left for value in values if (left := placeholder(value.get_secret_value()))), None):
        problem = f"what it refers to is still the placeholder {left}"
        found.faults.append(source.fault(path, problem, PLACEHOLDERS[left]))
    return text if resolved == text else resolved  # unchanged text stays what it was, unquoted or not


def placeholder(text: str) -> str | None:
    """Return the placeholder that the text still holds, or None."""
    return next((word for word in PLACEHOLDERS if word in text), None)
