"""Where the adapters that a person makes lie, and how they are found by name; with or without a configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forum_bridge.cli.say import Lines, to_person
from forum_bridge.config import Config, ForumConfig, load
from forum_bridge.forums.registry import Registry
from forum_bridge.web.address import nearest

RECORDINGS = "pages"  # the folder, within that of the adapters


@dataclass(frozen=True, slots=True)
class Bench:
    """The adapters folder, what can be found in it, and the configuration if it is without faults; ``faults`` counts
    those of one that is there."""

    folder: Path
    registry: Registry
    config: Config | None
    faults: int = 0

    def forum_at(self, url: str) -> ForumConfig | None:
        """Return the configured forum on which an address lies, if any."""
        forums = self.config.forums if self.config is not None else {}
        name = nearest(url, {name: forum.url for name, forum in forums.items()})
        return forums[name] if name is not None else None

    def recordings(self, name: str) -> list[Path]:
        """Return the folders with recordings of an adapter's pages, one a thread."""
        return sorted(path.parent for path in (self.folder / RECORDINGS / name).glob("*/recording.json"))


def bench(config: Path) -> Bench:
    """Return the adapters folder that the configuration names, else ``adapters`` beside where it would be."""
    loaded = load(config, os.environ)
    folder = loaded.adapters_dir or config.parent / "adapters"
    faults = len(loaded.faults) if config.exists() else 0
    return Bench(folder, Registry.load(folder), loaded.config, faults)


def warn_of_faults(place: Bench, config: Path) -> None:
    """Tell a person that the configuration beside an adapter is not used, where there is one and it has faults."""
    if place.faults:
        say = Lines(to_person(stderr=True))
        many = "a fault" if place.faults == 1 else f"{place.faults} faults"
        say.line(f"{config} has {many}, so nothing of it is used here.", style="yellow")
        say.line("`forum-bridge check` names what to mend.", mark="→")
