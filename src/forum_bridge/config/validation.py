"""Validates a resolved tree: every forum with ``defaults`` under it, ``defaults`` by themselves, and no fault
told twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from forum_bridge.config.chosen import Chosen, adapters_dir, chosen
from forum_bridge.config.editor import json_schema
from forum_bridge.config.faults import Fault, KeyPath
from forum_bridge.config.forum import ForumConfig
from forum_bridge.config.hints import Schema
from forum_bridge.config.merging import merged
from forum_bridge.config.resolving import Resolved
from forum_bridge.config.schema import Config, Substituted
from forum_bridge.config.source import Source
from forum_bridge.config.syntax import Read
from forum_bridge.config.tree import Tree
from forum_bridge.config.words import finding


@dataclass(frozen=True, slots=True)
class Validated:
    """The configuration if the models took it, and what they refused."""

    config: Config | None
    faults: list[Fault]
    chosen: list[Chosen] = field(default_factory=list)
    adapters_dir: Path | None = None


def validate(read: Read, resolved: Resolved, folder: Path) -> Validated:
    """Return the configuration or the faults. ``folder``: where relative paths begin. Unless the whole file was
    understood, nothing is said about what seems to be missing."""
    source = read.source
    if not isinstance(resolved.tree, dict) or not isinstance(source.tree, dict):
        return Validated(None, [])
    tree: dict[str, Tree] = {"ledger": {}, **merged(resolved.tree)}
    if "defaults" in source.tree:
        tree["defaults"] = source.tree["defaults"]  # as written: what it refers to stands under each forum
    context = {"folder": folder, "substituted": _by_forum(source, resolved)}
    config, errors = None, list(_errors_of_defaults(resolved.tree.get("defaults")))
    try:
        config = Config.model_validate(tree, context=context, by_alias=True, by_name=False)
    except ValidationError as invalid:
        errors += invalid.errors(include_url=False)
    known = {*(fault.key_path for fault in resolved.faults), *read.spoiled}
    own = adapters_dir(tree, folder, known)
    adapters = list(chosen(tree, known, whole=read.whole)) if own else []
    schema = json_schema() if errors else {}
    told = (error for error in errors if not _settled(error, source, known, whole=read.whole))
    faults = [_fault(error, source, schema) for error in told]
    return Validated(None if errors else config, faults, adapters, own)


def _errors_of_defaults(defaults: Tree) -> Iterator[ErrorDetails]:
    """What is wrong in ``defaults`` even where every forum has its own; that a key is missing there is no fault."""
    if not isinstance(defaults, dict):
        return
    try:
        ForumConfig.model_validate(defaults, by_alias=True, by_name=False)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            if error["type"] != "missing":
                yield {**error, "loc": ("defaults", *error["loc"])}


def _fault(error: ErrorDetails, source: Source, schema: Schema) -> Fault:
    return source.fault(*finding(error, source, schema))


def _settled(error: ErrorDetails, source: Source, known: set[KeyPath], *, whole: bool) -> bool:
    """Whether the error only follows from a fault that is told already."""
    path = source.origin(error["loc"])
    beside = error.get("ctx", {}).get("beside")
    if any(path[:depth] in known for depth in range(1, len(path) + 1)):
        return True
    group = path[:1] if path[:1] == ("defaults",) else error["loc"][:2]
    if beside and source.origin((*group, beside)) in known:
        return True
    value = source.written(path)
    absent = error["type"] in {"missing", "too_short"} or value is None
    return not whole and (absent or (error["type"] == "refused" and isinstance(value, dict)))


def _by_forum(source: Source, resolved: Resolved) -> Substituted:
    """What references brought in, by the key path in the merged configuration."""
    forums = resolved.tree.get("forums") if isinstance(resolved.tree, dict) else None
    merged_paths: dict[KeyPath, tuple[SecretStr, ...]] = {}
    for path, values in resolved.substituted.items():
        paths: list[KeyPath] = [path]
        if path[0] == "defaults":
            paths = [("forums", name, *path[1:]) for name in (forums if isinstance(forums, dict) else ())]
        merged_paths.update({own: values for own in paths if source.origin(own) == path})
    return merged_paths
