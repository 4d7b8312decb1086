"""Names stop resolving for a while, the forum's or the desk's: the trouble is told, and once they resolve again both
roads go on, with nothing lost and nothing twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from tests.bridge.world import ELIF, World, open_world

FORUM, DESK = "forum.test", "desk.test"
Found = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]]


class Forgetful(aiohttp.TCPConnector):
    """Looks every name up and connects anew each time, as if a while had passed since the last request."""

    def __init__(self, **options: object) -> None:
        options.pop("keepalive_timeout", None)
        super().__init__(**{**options, "use_dns_cache": False, "force_close": True})  # type: ignore[arg-type]


class Names:
    """What the machine resolves: two names to loopback while they are not ``gone``, all else as ever."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.refused = 0
        self._ask = asyncio.get_running_loop().getaddrinfo

    async def getaddrinfo(self, host: str, port: int, **options: int) -> Found:
        if host in self.gone:
            self.refused += 1
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        here = "127.0.0.1" if host in {FORUM, DESK} else host
        return await self._ask(here, port, **options)  # type: ignore[return-value]


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr(aiohttp, "TCPConnector", Forgetful)
    return names


def named(address: str, name: str) -> str:
    return f"http://{name}:{urlsplit(address).port}"


@pytest.fixture
async def world(tmp_path: Path, names: Names) -> AsyncIterator[World]:
    """A world in which forum and desk are known by name."""
    del names  # in place before the bridge is up

    def by_name(world: World) -> None:
        known = world.url
        world.url = named(known, FORUM)
        world.configure(lambda forum: forum.update(url=world.url, watch=[{"board": f"{world.url}/board/1"}]))
        desk = world.config.deskie
        there = desk.model_copy(update={"base_url": f"{named(desk.api_url, DESK)}/api/"})
        world.config = world.config.model_copy(update={"deskie": there})

    async with open_world(tmp_path / "ledger.sqlite", by_name) as made:
        yield made


async def begun(world: World) -> tuple[int, int]:
    """Begin a conversation; return its case and its thread."""
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    return case.case_id, world.forum.threads()[0].id


@pytest.mark.parametrize(("gone", "restarts"), [(FORUM, False), (FORUM, True), (DESK, False)])
async def test_what_is_written_while_a_name_does_not_resolve_arrives_once(
    world: World, names: Names, gone: str, restarts: bool
) -> None:
    case, thread = await begun(world)
    names.gone = {gone}
    posts = [world.forum.reply(thread, world.deniz, text).id for text in ("Bir", "İki")]
    posts.append(world.forum.open_thread(world.deniz, "İade", "Nasıl?").id)
    if restarts:
        await world.restart()
    for text in ("<p>Yarın sizde.</p>", "<p>Takip: 44-19.</p>"):
        await world.deskie.agent_reply(case, text, ELIF)
    for _ in range(20):
        await world.later(minutes=30)
    assert names.refused > 20
    assert [world.times_delivered(post) for post in posts] == [0, 0, 0]
    (watch,) = await world.watches()
    if gone == FORUM:
        assert world.ours() == []
        told = f"No connection to {FORUM}: Temporary failure in name resolution."
        assert (watch.trouble or "").startswith(told) and watch.failures > 10
    else:
        assert watch.trouble is None
        assert any(f"no connection to {DESK}" in each for each in await world.reasons())

    names.gone = set()
    for _ in range(6):
        await world.later(minutes=20)
    assert [world.times_delivered(post) for post in posts] == [1, 1, 1]
    assert ["Yarın" in text for text in world.ours()] == [True, False]
    assert await world.answer_states() == ["sent", "sent"]
    assert set((await world.post_states()).values()) <= {"sent", "own"}
    (watch,) = await world.watches()
    assert (watch.trouble, watch.failures) == (None, 0)
