"""Reads a configuration file and reports every fault of it at once. Nothing is opened besides the file and the
secrets it refers to; nothing is raised because of what a file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forum_bridge.config.chosen import Chosen
from forum_bridge.config.faults import Fault, RefusedError, tidy
from forum_bridge.config.files import read_text
from forum_bridge.config.references import CREDENTIALS, REFERENCE, References
from forum_bridge.config.resolving import placeholder, resolve
from forum_bridge.config.schema import Config
from forum_bridge.config.source import Source
from forum_bridge.config.syntax import read
from forum_bridge.config.tree import leaves
from forum_bridge.config.validation import validate
from forum_bridge.config.words import is_secret


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: a configuration, or the faults that stand in its way. ``warnings`` stand in nobody's way.
    From ``chosen`` and ``adapters_dir`` (None: at fault itself) adapters can add their own faults in either case."""

    config: Config | None
    faults: list[Fault]
    source: Source
    warnings: list[Fault] = field(default_factory=list)
    chosen: list[Chosen] = field(default_factory=list)
    adapters_dir: Path | None = None


def load(path: Path, environ: Mapping[str, str], *, credentials: Path = CREDENTIALS) -> Loaded:
    """Read the file at ``path``. References are resolved from ``environ``, the file's folder and ``credentials``, the
    folder of ${credential:NAME} where $CREDENTIALS_DIRECTORY has none. ``config`` is None exactly if there are
    faults."""
    try:
        file = read_text(path)
    except RefusedError as refusal:
        fault = Fault(str(path), refusal.line, min(refusal.line, 1), (), refusal.problem, refusal.mend)
        return Loaded(None, [fault], Source(str(path)))
    found = read(str(path), file.text)
    source, faults = found.source, found.faults
    if not isinstance(source.tree, dict):
        if not faults:
            said = "is empty" if source.tree is None else "is not a group of keys"
            faults.append(source.fault((), f"this file {said}", "begin with a copy of config.example.yaml"))
        return Loaded(None, tidy(faults), source)
    folder = path.absolute().parent
    resolved = resolve(source, References(environ, folder, credentials))
    validated = validate(found, resolved, folder)
    faults = tidy([*faults, *resolved.faults, *validated.faults])
    warnings = list(_exposed(source)) if file.open_to_all else []
    config = None if faults else validated.config
    return Loaded(config, faults, source, warnings, validated.chosen, validated.adapters_dir)


def _exposed(source: Source) -> Iterator[Fault]:
    for path, text in leaves(source.tree):
        if is_secret(path) and text and not REFERENCE.search(text) and not placeholder(text):
            problem = "a secret stands here in plain text, and every user of this machine can read the file"
            yield source.fault(
                path, problem, "chmod 600 the file, or write ${credential:NAME} and keep the value there"
            )
