"""The one way by which changed adapters come into a running bridge, whether somebody saved a file or asked for a
reload: each is tried elsewhere first, and who does not pass stays out. Knows not how a trial goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from forum_bridge.config import Config
from forum_bridge.forums.registry import Registry

Trial = Callable[[str], Awaitable[str | None]]
"""Tries the adapter of this name as it stands in its file; returns why it may not work, None if it may."""


async def tried(config: Config, old: Registry, trial: Trial) -> tuple[Registry, Mapping[str, str]]:
    """Return the adapters as they stand in their files, and why some that the forums use were refused; of these, the
    ones in ``old`` stay. Nothing of a file in Python is run in this process before its trial is over."""
    used = {forum.adapter for forum in config.forums.values()}
    scripts = await asyncio.to_thread(old.changed_scripts, config.adapters_dir)
    found = await asyncio.to_thread(Registry.load, config.adapters_dir, without=scripts)
    refused: dict[str, str] = {}
    for name in sorted(used & ({*found.names()} | {*old.names()} | scripts)):  # others are faults of the configuration
        if name in scripts or (name in found.names() and old.differs(found, name)):
            why = await trial(name)
        else:
            why = None if name in found.names() else "its file is gone"
        if why is not None:
            refused[name] = why
            structlog.get_logger().error("adapter_refused", adapter=name, why=why, now="the one before it stays in use")
    left = (scripts - used) | refused.keys()
    new = await asyncio.to_thread(Registry.load, config.adapters_dir, without=left)
    return new.keeping(old, left), refused


def remark(refused: Mapping[str, str]) -> str:
    """Return what the status says of adapters that were refused."""
    return "; ".join(f"the changed adapter {name} was refused: {why}" for name, why in refused.items())
