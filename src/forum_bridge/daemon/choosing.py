"""Which watches a command means: all, those of named forums, or those at named addresses. Asks nobody."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.config import Config, WatchConfig
from forum_bridge.errors import ConfigurationRefused
from forum_bridge.web.address import shown

Meant = tuple[str, WatchConfig]
"""A forum's name and one of its watches."""


def chosen(config: Config, names: Sequence[str]) -> list[Meant]:
    """Return the watches that are meant, in the order of the configuration; no name means all. Raises
    ConfigurationRefused for a name that is neither a forum's nor a watched address."""
    every = [(forum, watch) for forum, each in config.forums.items() for watch in each.watch]
    if not every:
        raise ConfigurationRefused("Nothing is polled: every forum sends its posts by itself.", explanation="")
    for name in names:
        if name in config.forums and not config.forums[name].watch:
            raise ConfigurationRefused(
                f"{name} is not polled: it sends its posts by itself.",
                explanation="Name another forum, or none for all.",
            )
        if not any(_is(name, each) for each in every):
            watched = [watch.target for _, watch in every if watch.target]
            raise ConfigurationRefused(
                f"{shown(name)} is neither a configured forum nor a watched address.",
                explanation=f"Forums: {', '.join(config.forums)}. Watched: {', '.join(map(shown, watched)) or 'none'}.",
            )
    return [each for each in every if not names or any(_is(name, each) for name in names)]


def _is(name: str, each: Meant) -> bool:
    forum, watch = each
    return name == forum or (bool(watch.target) and name.rstrip("/") == watch.target.rstrip("/"))
