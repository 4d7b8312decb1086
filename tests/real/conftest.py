"""Real engines for the tests, started once a run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from tests.real import flaskbb as engine
from tests.real import places

from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, ForumSession, SessionSettings, open_session


@pytest.fixture(scope="session")
def flaskbb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a FlaskBB of this run's own. Skips, saying how to get one, where none was prepared; in CI it
    fails."""
    venv = places.flaskbb_venv()
    if not places.ready(venv):
        reason = "no FlaskBB here: `python tests/real/prepare.py` installs one (needs Python 3.12 or newer)"
        if os.environ.get("FORUM_BRIDGE_CI") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    process, url = engine.start(venv, tmp_path_factory.mktemp("flaskbb"))
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
async def flaskbb(flaskbb_url: str) -> AsyncIterator[engine.FlaskBB]:
    """The FlaskBB of this run, and its people."""
    async with engine.FlaskBB(flaskbb_url) as forum:
        yield forum


OpenSession = Callable[[str, str], Awaitable[ForumSession]]


@pytest.fixture
async def signing_in_as(flaskbb_url: str) -> AsyncIterator[OpenSession]:
    """Open a web session for (user, password) of the real forum, not signed in yet and asking without a pause."""

    def clock() -> datetime:
        return datetime.now(UTC)

    async with AsyncExitStack() as stack:

        async def opened(user: str, password: str) -> ForumSession:
            settings = SessionSettings(flaskbb_url, "forum-bridge-tests/1", timedelta())
            credentials = Credentials(user, SecretStr(password))
            return await stack.enter_async_context(open_session(settings, credentials, Pacer(clock), clock))

        yield opened
