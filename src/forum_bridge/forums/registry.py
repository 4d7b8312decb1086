"""Finds every adapter there is: the presets that ship, what stands in the adapters folder, what installed packages
offer. The folder is the registry. A broken adapter is listed with its fault and takes no other one down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules

import structlog

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.forums import engines
from forum_bridge.forums.contract import Adapter
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.feed.maker import feed_entry
from forum_bridge.forums.preset_files import PresetFault, extended, preset_entry, read_yaml, spelled_out
from forum_bridge.forums.python_adapters import (
    AdapterFault,
    class_entry,
    content_mark,
    from_engine,
    from_entry_point,
    from_file,
)

GROUP = "forum_bridge.adapters"
BUILT_IN = "built-in"
_PRESETS = Path(__file__).parent / "presets"


class UnknownAdapter(ConfigurationRefused):
    """There is no adapter of this name."""


class Registry:
    """The adapters by name. A local one takes the place of an installed one, and that of one that ships."""

    def __init__(self, entries: Mapping[str, AdapterEntry]) -> None:
        self._entries = dict(sorted(entries.items()))

    @classmethod
    def load(cls, adapters_dir: Path | None = None, *, without: AbstractSet[str] = frozenset()) -> Registry:
        """Find all adapters; ``adapters_dir`` need not exist, and its files of the names ``without`` are not opened."""
        shipped, bases = _shipped()
        entries, presets = dict(shipped), dict(bases)
        _put(entries, feed_entry(BUILT_IN, entries))
        for point in entry_points(group=GROUP):
            _take_class(point.name, f"entry point {point.value}", entries, partial(from_entry_point, point))
        if adapters_dir is not None and adapters_dir.is_dir():
            _take_presets(adapters_dir, presets, entries, without)
            for path in sorted(path for path in adapters_dir.glob("*.py") if path.stem not in without):
                _take_class(path.stem, str(path), entries, partial(from_file, path))
                entries[path.stem] = replace(entries[path.stem], mark=content_mark(path))
        return cls(entries)

    def names(self) -> list[str]:
        """Return the names of all adapters, broken ones too."""
        return list(self._entries)

    def differs(self, other: Registry, name: str) -> bool:
        """Return whether the adapter ``name`` is another one in ``other``."""
        mine, its = self._entries.get(name), other._entries.get(name)
        return mine is None or its is None or mine.mark != its.mark or mine.fault != its.fault

    def changed_scripts(self, folder: Path) -> frozenset[str]:
        """Return the adapters in Python of a folder that are not these, without opening any."""
        marks = {path.stem: content_mark(path) for path in folder.glob("*.py")}
        return frozenset(
            name for name, mark in marks.items() if name not in self._entries or self._entries[name].mark != mark
        )

    def keeping(self, old: Registry, names: Iterable[str]) -> Registry:
        """Return these adapters, but those of ``names`` as they are in ``old``."""
        kept = {name: old._entries[name] for name in names if name in old._entries}
        return Registry({**self._entries, **kept})

    def __iter__(self) -> Iterator[AdapterEntry]:
        return iter(self._entries.values())

    def get(self, name: str) -> AdapterEntry:
        """Return an adapter's entry, broken or not. Raises UnknownAdapter, which names close matches."""
        if name in self._entries:
            return self._entries[name]
        close = get_close_matches(name, self._entries, n=3, cutoff=0.6)
        raise UnknownAdapter(
            f"There is no adapter {name!r}.",
            explanation=f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(self._entries)}.",
        )

    def usable(self, name: str) -> AdapterEntry:
        """Return an adapter's entry. Raises ConfigurationRefused, saying what is wrong with it; UnknownAdapter."""
        entry = self.get(name)
        if entry.fault is not None:
            raise ConfigurationRefused(
                f"The adapter {name} cannot be used: {entry.fault}", explanation=f"Mend {entry.source}."
            )
        return entry


@cache
def _shipped() -> tuple[Mapping[str, AdapterEntry], Mapping[str, dict[str, object]]]:
    """Return the adapters that ship and their presets, whole. While a process runs they do not change."""
    entries: dict[str, AdapterEntry] = {}
    presets: dict[str, dict[str, object]] = {}
    _put(entries, spelled_out(BUILT_IN))
    _take_presets(_PRESETS, presets, entries)
    for module in iter_modules(engines.__path__):
        _take_class(module.name, BUILT_IN, entries, partial(from_engine, module.name))
    return entries, presets


def _take_presets(
    folder: Path,
    whole: dict[str, dict[str, object]],
    entries: dict[str, AdapterEntry],
    without: AbstractSet[str] = frozenset(),
) -> None:
    """Add a folder's presets to ``entries`` and, merged with what they extend, to ``whole``."""
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.stem not in without}
    raws: dict[str, dict[str, object]] = {}
    faults: dict[str, str] = {}
    for name, path in paths.items():
        try:
            raws[name] = read_yaml(path)
        except PresetFault as error:
            faults[name] = str(error)
    below = dict(whole)
    for name, path in paths.items():
        source = BUILT_IN if folder == _PRESETS else str(path)
        try:
            if name in faults:
                raise PresetFault(faults[name])
            whole[name] = extended(name, raws, below)
            _put(entries, preset_entry(name, source, whole[name]))
        except PresetFault as error:
            _put(entries, AdapterEntry(name, source, fault=str(error)))


def _take_class(name: str, source: str, entries: dict[str, AdapterEntry], load: Callable[[], type[Adapter]]) -> None:
    try:
        _put(entries, class_entry(name, source, load()))
    except AdapterFault as error:
        _put(entries, AdapterEntry(name, source, fault=str(error)))


def _put(entries: dict[str, AdapterEntry], entry: AdapterEntry) -> None:
    """Add an entry; one that takes another's place says so."""
    before = entries.get(entry.name)
    if before is not None:
        structlog.get_logger().info("adapter.overridden", adapter=entry.name, by=entry.source, instead_of=before.source)
        entry = replace(entry, overrides=before.source)
    entries[entry.name] = entry
