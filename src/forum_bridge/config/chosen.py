"""Which adapters a file names, read off the tree: so that adapters can add their faults to a list that has others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from forum_bridge.config.faults import KeyPath
from forum_bridge.config.tree import Tree, typed
from forum_bridge.model import POLLED, WatchKind


@dataclass(frozen=True, slots=True)
class Chosen:
    """The adapter that a forum names, the options for it, what is watched (the entry's number and its kind), and what
    of the account is told: the keys under ``login``. ``idle``: nothing stands under ``watch``, not even at fault."""

    forum: str
    adapter: str
    options: Mapping[str, object] = field(repr=False)
    watches: tuple[tuple[int, WatchKind], ...] = ()
    login: frozenset[str] = frozenset()
    idle: bool = False


def adapters_dir(tree: Mapping[str, Tree], folder: Path, known: AbstractSet[KeyPath]) -> Path | None:
    """Return the folder of adapters that the tree names; None if that key is at fault itself."""
    path = tree.get("adapters_dir", "adapters")
    if not isinstance(path, str) or ("adapters_dir",) in known:
        return None
    try:
        return folder / Path(path).expanduser()
    except RuntimeError:
        return None


def chosen(tree: Mapping[str, Tree], known: AbstractSet[KeyPath], *, whole: bool) -> Iterator[Chosen]:
    """Yield what each forum of the merged tree chose, unless a fault in ``known`` lies in just that part of it. Unless
    the ``whole`` file was understood, nothing is said to be missing."""
    forums = tree.get("forums")
    for name, forum in forums.items() if isinstance(forums, dict) else ():
        if not isinstance(forum, dict):
            continue
        adapter, options = forum.get("adapter"), forum.get("options", {})
        spoiled = {path[2] for path in known if path[:2] == ("forums", name) and len(path) > 2}
        spoiled |= {path[1] for path in known if path[:1] == ("defaults",) and len(path) > 1}
        if isinstance(adapter, str) and adapter and isinstance(options, dict) and not spoiled & {"adapter", "options"}:
            given = {key: typed(value) for key, value in options.items()}
            login = forum.get("login")
            account = frozenset(login if isinstance(login, dict) and "login" not in spoiled else ())
            watch = forum.get("watch")
            idle = whole and not watch and "watch" not in spoiled
            yield Chosen(name, str(adapter), given, tuple(_watches(watch)), account, idle)


def _watches(entries: Tree) -> Iterator[tuple[int, WatchKind]]:
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        kinds = [kind for kind in POLLED if isinstance(entry, dict) and kind.value in entry]
        if len(kinds) == 1:
            yield index, kinds[0]
