"""A little forum with real sessions to it, and adapters of the sandbox's preset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from pydantic import SecretStr
from tests.forums.little import ACCOUNT, PASSWORD, START, LittleForum

from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, ForumSession, SessionSettings, open_session


@pytest.fixture
async def forum() -> AsyncIterator[LittleForum]:
    async with LittleForum().running() as forum:
        yield forum


OpenSession = Callable[..., Awaitable[ForumSession]]


@pytest.fixture
async def open_to(forum: LittleForum) -> AsyncIterator[OpenSession]:
    """Open a session to the forum, by default with the right password."""
    async with AsyncExitStack() as stack:

        async def opened(password: str | None = PASSWORD) -> ForumSession:
            settings = SessionSettings(forum.url, "forum-bridge-tests/1", timedelta())
            credentials = Credentials(ACCOUNT, SecretStr(password)) if password is not None else None
            return await stack.enter_async_context(
                open_session(settings, credentials, Pacer(lambda: START), lambda: forum.now)
            )

        yield opened


Build = Callable[..., Awaitable[HtmlWriter]]


@pytest.fixture
def build(open_to: OpenSession) -> Build:
    """Build the sandbox's adapter, as a guest by default."""

    async def built(password: str | None = None, **options: object) -> HtmlWriter:
        entry = Registry.load().get("sandbox")
        given: Mapping[str, object] = options
        adapter = entry.build(given, await open_to(password))
        assert isinstance(adapter, HtmlWriter)
        return adapter

    return built


@pytest.fixture
async def guest(build: Build) -> HtmlWriter:
    return await build()


@pytest.fixture
async def member(build: Build, forum: LittleForum) -> HtmlWriter:
    adapter = await build(PASSWORD)
    await adapter.sign_in()
    forum.taken()
    return adapter
