"""Where threads of one customer share a chat the operator is told, once, and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.bridge.test_sync import REFUSED, sync
from tests.bridge.world import World, open_world
from tests.daemon.place import now, within

from forum_bridge.daemon import running
from forum_bridge.daemon.checkup import checkup
from forum_bridge.daemon.compose import open_sites
from forum_bridge.daemon.finding import Finding
from forum_bridge.daemon.identity_check import IdentityCheck, shared_chats
from forum_bridge.deskie import ChannelType
from forum_bridge.forums.registry import Registry
from forum_bridge.web.pacer import Pacer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite") as made:
        yield made


async def warnings(world: World, times: int = 1) -> list[str]:
    """What the log is told when the bridge looks so many times."""

    async def no_pause(_: float) -> None:
        return

    opened = open_sites(world.config, Registry.load(None), world.ledger, Pacer(world.clock, no_pause), world.clock)
    with capture_logs() as logs:
        async with opened as sites:
            check = IdentityCheck(sites, world.ledger, world.desk)
            for _ in range(times):
                await check.run()
    return [each["reason"] for each in logs if each["event"] == "threads_share_a_chat"]


async def test_an_async_channel_is_no_reason(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    assert await warnings(world) == []


async def test_a_channel_that_became_a_sync_one_is_told_once_with_the_way_back(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    sync(REFUSED)(world)
    await world.restart()
    (told,) = await warnings(world, 3)
    assert "the channel cch42 is synchronous" in told
    assert "Set cch42 to asynchronous again" in told
    assert "a new name with start_from: now" in told


async def test_a_sync_channel_from_the_beginning_is_no_reason(tmp_path: Path) -> None:
    async with open_world(tmp_path / "sync.sqlite", sync(REFUSED)) as world:
        await world.write("Kargo", "Nerede?")
        assert await warnings(world) == []


async def test_while_deskie_has_not_told_the_type_nothing_is_said(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    world.desk.learn([])
    assert await warnings(world) == []


def test_who_chose_it_is_told_how_to_leave_it_and_it_is_no_fault() -> None:
    chosen = shared_chats("kargo", "cch43", ChannelType.SYNC, "author", chosen=True)
    became = shared_chats("kargo", "cch43", ChannelType.SYNC, "author", chosen=False)
    assert chosen is not None
    assert became is not None
    assert (chosen.ok, became.ok) == (True, False)
    assert "Leave forums.kargo.identity out" in chosen.todo
    for identity in ("author_in_thread", None):
        assert shared_chats("kargo", "cch43", ChannelType.SYNC, identity, chosen=False) is None
    assert shared_chats("kargo", "cch43", None, "author", chosen=True) is None


async def findings(world: World) -> list[Finding]:
    found = checkup(world.config, Registry.load(None), world.clock, lambda part, what: None)
    return [each async for each in found if each.what == "identity"]


async def test_check_knows_the_identity_that_the_ledger_has_fixed(world: World) -> None:
    assert await findings(world) == []
    sync(REFUSED)(world)
    assert await findings(world) == []  # no conversation yet: the next start decides anew
    await world.write("Kargo", "Nerede?")
    (told,) = await findings(world)
    assert (told.part, told.ok) == ("sandbox", False)


async def test_check_tells_of_an_identity_chosen_by_hand_before_there_is_a_ledger(tmp_path: Path) -> None:
    async with open_world(tmp_path / "sync.sqlite", sync(REFUSED, identity="author")) as world:
        world.config.ledger.path.unlink()
        (told,) = await findings(world)
        assert told.ok


async def test_a_running_bridge_tells_it(tmp_path: Path) -> None:
    async with open_world(tmp_path / "sync.sqlite", sync(REFUSED, identity="author")) as world:
        await world.bridge_down()
        with capture_logs() as logs:
            async with running(world.config, Registry.load(None), now) as daemon:
                await within(daemon.settled.wait())
        assert sum(each["event"] == "threads_share_a_chat" for each in logs) == 1
