"""A changed adapter on trial, before a running bridge works with it: its promises on its recorded pages, then one look
at the forums that use it, which writes nothing and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from forum_bridge.config import Config, ForumConfig
from forum_bridge.daemon.compose import adapter_of, open_forum
from forum_bridge.errors import BridgeError
from forum_bridge.forums.contract import CanSignIn
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Clock, SignInState, Watch
from forum_bridge.testkit.conformance import conform
from forum_bridge.testkit.outcome import Result
from forum_bridge.testkit.recording import load
from forum_bridge.web.pacer import Pacer

LATELY = timedelta(days=1)  # a look needs no more of a thread than that


async def tried(config: Config, registry: Registry, name: str, recordings: Sequence[Path], clock: Clock) -> str | None:
    """Return why an adapter must not work, in one line, or None if it may."""
    entry = registry.get(name)
    return await _on_pages(entry, recordings) or await _on_forums(config, registry, name, clock)


async def _on_pages(entry: AdapterEntry, recordings: Sequence[Path]) -> str | None:
    for folder in recordings:
        async for outcome in conform(entry, load(folder)):
            if outcome.result is Result.BROKEN:
                return f"on the recorded pages {folder.name} it no longer {outcome.promise}: {outcome.told}"
    return None


async def _on_forums(config: Config, registry: Registry, name: str, clock: Clock) -> str | None:
    for forum_name, forum in config.forums.items():
        if forum.adapter == name and (why := await _seen(forum, registry, clock)) is not None:
            return f"{forum_name}: {why}"
    return None


async def _seen(forum: ForumConfig, registry: Registry, clock: Clock) -> str | None:
    try:
        return await _look(forum, registry, clock)
    except BridgeError as error:
        return " ".join(f"{error} {error.explanation}".split())
    except Exception as error:  # noqa: BLE001 -- an adapter may be anybody's code
        return f"it failed with {type(error).__name__}: {error}"


async def _look(forum: ForumConfig, registry: Registry, clock: Clock) -> str | None:
    """Raises what reading raises."""
    async with open_forum(forum, Pacer(clock), clock) as session:
        adapter = adapter_of(forum, registry, session)
        if session.credentials is not None and isinstance(adapter, CanSignIn):
            outcome = await adapter.sign_in()
            if outcome.state is not SignInState.OK:
                return f"signing in: {outcome.state.value} {outcome.detail}".strip()
        watch = forum.watch[0]
        await adapter.read(Watch(watch.kind, watch.target, clock() - LATELY), None)
    return None
