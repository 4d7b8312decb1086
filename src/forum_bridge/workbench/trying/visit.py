"""Fetches the page to try an adapter on: as the bridge would, with the forum's account if it is configured, else as a
guest. An adapter that reads an API reads through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from forum_bridge.config import ForumConfig
from forum_bridge.daemon.compose import open_forum
from forum_bridge.errors import BridgeError, ConfigurationRefused
from forum_bridge.forums.contract import Adapter, CanSignIn, ShowsPages
from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.model import Clock, SignInState
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import ForumSession
from forum_bridge.workbench.look import Seen, fetched, visiting


async def seen_at(url: str, entry: AdapterEntry, forum: ForumConfig | None, clock: Clock) -> Seen:
    """Return the page at ``url``, signed in where ``forum`` has an account. Raises what fetching raises,
    ConfigurationRefused: the adapter cannot sign in; BridgeError: signing in did not succeed."""
    async with _session(url, forum, clock) as session:
        if forum is not None and forum.login is not None:
            await _sign_in(entry.build(forum.options, session, timezone=forum.timezone))
        return await fetched(session, url)


async def read_at(url: str, entry: AdapterEntry, forum: ForumConfig | None, clock: Clock) -> ThreadPage:
    """Return a thread's page as the adapter itself reads it. Raises what it raises, and ConfigurationRefused: it shows
    no pages, or needs an account that is not configured."""
    async with _session(url, forum, clock) as session:
        adapter = entry.build(forum.options if forum else {}, session, timezone=forum.timezone if forum else None)
        if not isinstance(adapter, ShowsPages):
            raise ConfigurationRefused(
                f"The adapter {entry.name} shows no single pages.", explanation="See what it reads: forum-bridge poll"
            )
        if forum is not None and forum.login is not None:
            await _sign_in(adapter)
        return await adapter.page(url)


@asynccontextmanager
async def _session(url: str, forum: ForumConfig | None, clock: Clock) -> AsyncIterator[ForumSession]:
    if forum is None:
        async with visiting(url, clock) as session:
            yield session
        return
    async with open_forum(forum, Pacer(clock, asyncio.sleep), clock) as session:
        yield session


async def _sign_in(adapter: Adapter) -> None:
    if not isinstance(adapter, CanSignIn):
        raise ConfigurationRefused(
            f"The adapter {adapter.name} cannot sign in.", explanation="Add login: to its preset, or read as a guest."
        )
    told = await adapter.sign_in()
    if told.state is not SignInState.OK:
        raise BridgeError(
            f"Signing in did not succeed: {told.detail or told.state.value}",
            explanation="Mend login: in the configuration; or save the page in your browser and give it with --file.",
        )
