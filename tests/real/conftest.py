"""Real engines for the tests, started once a run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from pydantic import SecretStr
from tests.real import flaskbb as flaskbb_engine
from tests.real import fossil as fossil_engine
from tests.real import machina as machina_engine
from tests.real import machina_install, misago_install, nodebb_install, places, spirit_install
from tests.real import misago as misago_engine
from tests.real import nodebb as nodebb_engine
from tests.real import spirit as spirit_engine
from tests.real.engine import RealForum

from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, ForumSession, SessionSettings, open_session


def _missing(reason: str) -> NoReturn:
    """Skip, saying how to get what is missing; fail in CI, where everything can be had."""
    if os.environ.get("FORUM_BRIDGE_CI") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def flaskbb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a FlaskBB of this run's own."""
    venv = places.flaskbb_venv()
    if not places.ready(venv):
        _missing("no FlaskBB here: `python tests/real/prepare.py` installs one (needs Python 3.12 or newer)")
    process, url = flaskbb_engine.start(venv, tmp_path_factory.mktemp("flaskbb"))
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="session")
def fossil_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Fossil of this run's own."""
    binary = places.fossil_binary()
    if binary is None:
        _missing("no Fossil here: `apt-get install fossil`, or put the binary of fossil-scm.org on the PATH")
    process, url = fossil_engine.start(binary, tmp_path_factory.mktemp("fossil"))
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="session")
def spirit_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spirit of this run's own."""
    venv = places.spirit_venv()
    if not places.ready(venv):
        _missing("no Spirit here: `python tests/real/prepare.py` installs one")
    process, url = spirit_install.start(venv, tmp_path_factory.mktemp("spirit"))
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
async def spirit(spirit_url: str) -> AsyncIterator[spirit_engine.Spirit]:
    """The Spirit of this run, and its people."""
    async with spirit_engine.Spirit(spirit_url) as forum:
        yield forum


@pytest.fixture(scope="session")
def machina_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a django-machina of this run's own."""
    venv = places.machina_venv()
    if not places.ready(venv):
        _missing("no django-machina here: `python tests/real/prepare.py` installs one")
    process, url = machina_install.start(venv, tmp_path_factory.mktemp("machina"))
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
async def machina(machina_url: str) -> AsyncIterator[machina_engine.Machina]:
    """The django-machina of this run, and its people."""
    async with machina_engine.Machina(machina_url) as forum:
        yield forum


@pytest.fixture(scope="session")
def misago_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Misago of this run's own."""
    venv, binaries = places.misago_venv(), places.postgres_binaries()
    if binaries is None or not places.ready(venv):
        _missing("no Misago here: `apt-get install postgresql`, then `python tests/real/prepare.py` installs one")
    with misago_install.serving(venv, binaries, tmp_path_factory.mktemp("misago")) as url:
        yield url


@pytest.fixture(scope="session")
def nodebb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nodebb_engine.NodeBB]:
    """A NodeBB of this run's own, and its people."""
    folder, node, redis_server = places.nodebb_folder(), places.program("node"), places.program("redis-server")
    if node is None or redis_server is None or not places.ready(folder):
        _missing("no NodeBB here: `apt-get install nodejs npm redis-server`, then `python tests/real/prepare.py`")
    with (
        nodebb_install.serving(folder, node, redis_server, tmp_path_factory.mktemp("nodebb")) as url,
        nodebb_install.People(folder, node, url) as people,
    ):
        yield nodebb_engine.NodeBB(url, people)


@pytest.fixture
async def flaskbb(flaskbb_url: str) -> AsyncIterator[flaskbb_engine.FlaskBB]:
    """The FlaskBB of this run, and its people."""
    async with flaskbb_engine.FlaskBB(flaskbb_url) as forum:
        yield forum


@pytest.fixture
async def fossil(fossil_url: str) -> AsyncIterator[fossil_engine.Fossil]:
    """The Fossil of this run, and its people."""
    async with fossil_engine.Fossil(fossil_url) as forum:
        yield forum


@pytest.fixture
async def misago(misago_url: str) -> AsyncIterator[misago_engine.Misago]:
    """The Misago of this run, and its people."""
    async with misago_engine.Misago(misago_url) as forum:
        yield forum


@pytest.fixture(params=["flaskbb", "fossil", "spirit", "misago"])
def real_forum(request: pytest.FixtureRequest) -> RealForum:
    """Each real forum in turn."""
    forum: RealForum = request.getfixturevalue(request.param)
    return forum


OpenSession = Callable[[str, str, str], Awaitable[ForumSession]]


@pytest.fixture
async def signing_in_at() -> AsyncIterator[OpenSession]:
    """Open a web session for (address, user, password), not signed in yet and asking without a pause."""

    def clock() -> datetime:
        return datetime.now(UTC)

    async with AsyncExitStack() as stack:

        async def opened(url: str, user: str, password: str) -> ForumSession:
            settings = SessionSettings(url, "forum-bridge-tests/1", timedelta())
            credentials = Credentials(user, SecretStr(password))
            return await stack.enter_async_context(open_session(settings, credentials, Pacer(clock), clock))

        yield opened
