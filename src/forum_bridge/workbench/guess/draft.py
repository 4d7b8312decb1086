"""A preset in the making: keys with their values, why each was taken, and what a person should look at. Knows YAML's
shape, not its signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forum_bridge.workbench.guess.guessed import Guess

Plain = str | list[str] | dict[str, object]


@dataclass(slots=True)
class Section:
    """One part of a preset, such as ``posts``; with an empty name the keys at the root. ``missing`` says of keys that
    were not found what they are. A ``note`` stands above it."""

    name: str
    keys: dict[str, Plain] = field(default_factory=dict)
    whys: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def put(self, key: str, value: Plain, why: str = "", doubt: str = "") -> None:
        """Add a key."""
        self.keys[key] = value
        if why:
            self.whys[key] = why
        if doubt:
            self.doubts[key] = doubt

    def take(self, key: str, guess: Guess | None) -> None:
        """Add a guessed key, if it was found."""
        if guess is not None:
            self.put(key, guess.text, guess.why, guess.doubt)


@dataclass(slots=True)
class Draft:
    """The sections in their order; ``later`` holds parts that nobody could see yet, to be filled in by a person, each
    with what to do; ``doubts`` are told besides those of keys."""

    sections: list[Section] = field(default_factory=list)
    later: list[Section] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def section(self, name: str) -> Section:
        """Return a section, made if there was none."""
        found = next((each for each in self.sections if each.name == name), None)
        if found is None:
            found = Section(name)
            self.sections.append(found)
        return found

    def plain(self) -> dict[str, object]:
        """Return the preset as a tree."""
        tree: dict[str, object] = {}
        for section in self.sections:
            if section.name:
                if section.keys:
                    tree[section.name] = dict(section.keys)
            else:
                tree.update(section.keys)
        return tree

    def unsure(self) -> Iterator[tuple[str, str]]:
        """Yield what a person should look at: the key's name and what about it."""
        for section in self.sections:
            for key, doubt in section.doubts.items():
                yield f"{section.name}.{key}" if section.name else key, doubt
            for key, what in section.missing.items():
                yield f"{section.name}.{key}", f"It was not found: {what}"
        for doubt in self.doubts:
            yield "", doubt
        for section in self.later:
            yield section.name, section.note
