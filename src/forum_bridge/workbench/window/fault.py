"""Where things stand in a preset's file; and why it cannot be used as it stands: in which line, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forum_bridge.config import Fault, syntax
from forum_bridge.forums.preset_files import PresetMaker, merged
from forum_bridge.forums.registry import Registry

AROUND = 1  # lines before and behind


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file; ``meant`` where the fault is."""

    number: int
    text: str
    meant: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing to mend. ``line`` is 0 where it has none; ``lines`` are those around it."""

    problem: str
    mend: str = ""
    line: int = 0
    lines: tuple[Line, ...] = ()


def slips(file: Path, said: str, registry: Registry) -> tuple[Slip, ...]:
    """Return what is wrong with a preset's file; ``said`` is what the registry says of it, for what has no line."""
    text = _text(file)
    if text is None:
        return (Slip(said),)
    read = syntax.read(file.name, text)
    source, found, lines = read.source, list(read.faults), text.splitlines()
    if not found and isinstance(source.tree, Mapping):
        own = dict(source.tree)
        base = own.pop("extends", None)
        below = registry.get(base).maker if isinstance(base, str) and base in registry.names() else None
        if base is not None and not isinstance(below, PresetMaker):
            line = source.places[("extends",)].line
            return (Slip(said, line=line, lines=_around(lines, line)),)
        whole = merged(below.raw, own) if isinstance(below, PresetMaker) else own
        found = [source.fault(each.path, each.problem, each.mend) for each in registry.get("html").check(whole)]
    return tuple(_slip(each, lines) for each in found) or (Slip(said),)


def _slip(fault: Fault, lines: list[str]) -> Slip:
    problem = f"{fault.key}: {fault.problem}" if fault.key else fault.problem
    return Slip(problem, fault.mend, fault.line, _around(lines, fault.line))


def lines_of(file: Path) -> dict[str, int]:
    """Return the line of each key that stands in a preset's file, by its name; nothing where there is none to read."""
    text = _text(file)
    places = syntax.read(file.name, text).source.places if text is not None else {}
    return {".".join(map(str, path)): place.line for path, place in places.items() if path}


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _around(lines: list[str], line: int) -> tuple[Line, ...]:
    if line == 0:
        return ()
    first = max(line - AROUND, 1)
    return tuple(
        Line(number, lines[number - 1], number == line) for number in range(first, min(line + AROUND, len(lines)) + 1)
    )
