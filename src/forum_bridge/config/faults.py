"""A fault of the configuration: where it stands, what is wrong, how to mend it. Knows no YAML and no key by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. ``line`` and ``column`` count from 1; 0 means the file as a whole. Never holds a
    secret's value."""

    file: str
    line: int
    column: int
    key_path: KeyPath
    problem: str
    mend: str

    @property
    def key(self) -> str:
        """The key path as people write it: ``forums.acme.watch[0].thread``; empty for the file as a whole."""
        return written(self.key_path)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        key = f"{self.key}: " if self.key_path else ""
        return f"{place}{key}{self.problem} — mend: {self.mend}"


class RefusedError(Exception):
    """Something outside the tree of keys cannot be used: a file, a reference. ``line`` counts from 1, 0 means none."""

    def __init__(self, problem: str, mend: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend
        self.line = line


def written(path: KeyPath) -> str:
    """Return a key path as text; letters that would break a line or a terminal are escaped, long keys are cut."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path]
    return "".join(parts).removeprefix(".")


def shown(text: str, limit: int = 60) -> str:
    """Return a text fit for one line of a message: unprintable letters escaped, at most ``limit`` letters."""
    safe = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[: limit + 1])
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"


def tidy(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults in the order of the file, each once."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column, fault.key))
