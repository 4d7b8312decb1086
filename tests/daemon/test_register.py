from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.bridge.world import START, World, open_world

from forum_bridge.bridge.account import Account
from forum_bridge.bridge.site import Site
from forum_bridge.config import Config
from forum_bridge.daemon.compose import open_desk, open_sites
from forum_bridge.daemon.register import refuse_changed_keys, register
from forum_bridge.errors import ConfigurationRefused, Retry
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger import forums, watches
from forum_bridge.ledger.forums import ForumRow
from forum_bridge.web.pacer import Pacer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite") as made:
        yield made


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    async def no_pause(_: float) -> None:
        return

    pacer = Pacer(world.clock, no_pause)
    async with open_sites(world.config, Registry.load(None), world.ledger, pacer, world.clock) as sites:
        yield sites["sandbox"]


def changed(site: Site, **keys: object) -> Site:
    return replace(site, config=site.config.model_copy(update=keys))


def renamed(site: Site, name: str, world: World) -> Site:
    return replace(site, name=name, account=Account(name, site.adapter, world.ledger, world.clock))


async def known(world: World) -> dict[str, ForumRow]:
    async with world.ledger.reading() as db:
        return await forums.everyone(db)


async def test_a_forum_without_conversations_may_still_change(world: World, site: Site) -> None:
    rows = await known(world)
    assert not rows["sandbox"].used
    refuse_changed_keys([changed(site, identity="author_in_thread", conversation="thread")], rows)
    refuse_changed_keys([renamed(site, "other", world)], rows)


async def test_with_conversations_its_keys_are_fixed_and_the_refusal_says_what_to_do(world: World, site: Site) -> None:
    await world.write("Kargo", "Nerede?")
    rows = await known(world)
    assert rows["sandbox"].used
    refuse_changed_keys([site], rows)
    for key, value in (("identity", "author_in_thread"), ("conversation", "thread")):
        with pytest.raises(ConfigurationRefused, match=rf"forums\.sandbox\.{key} is {value}") as refused:
            refuse_changed_keys([changed(site, **{key: value})], rows)
        assert "Set it back to" in refused.value.explanation


async def test_a_renamed_forum_is_refused_a_second_one_on_the_same_site_is_not(world: World, site: Site) -> None:
    await world.write("Kargo", "Nerede?")
    rows = await known(world)
    other = renamed(site, "other", world)
    with pytest.raises(ConfigurationRefused, match="has the address of sandbox") as refused:
        refuse_changed_keys([other], rows)
    assert "call it sandbox again" in refused.value.explanation
    refuse_changed_keys([site, other], rows)


async def test_what_is_watched_is_known_once_and_begins_where_it_first_began(world: World, site: Site) -> None:
    moved = changed(site, start_from=site.config.start_from.parse("7d"))
    first = await register(moved, world.ledger, world.desk, world.clock)
    world.clock.advance(days=1)
    assert await register(moved, world.ledger, world.desk, world.clock) == first
    more = site.config.watch[0].model_copy(update={"board": f"{world.url}/board/2"})
    both = await register(changed(moved, watch=(*site.config.watch, more)), world.ledger, world.desk, world.clock)
    assert both[:1] == first
    async with world.ledger.reading() as db:
        begun, fresh = await watches.get(db, both[0]), await watches.get(db, both[1])
    assert begun.watch.since == START + timedelta(seconds=5)  # start_from counts when a watch is first met
    assert fresh.watch.since == world.clock() - timedelta(days=7)
    assert fresh.first


async def test_the_channel_s_type_decides_the_identity_once(world: World, site: Site) -> None:
    sync = replace(renamed(site, "chat", world), channel="cch43")
    config: Config = world.config
    async with open_desk(config, world.clock) as unasked:
        with pytest.raises(Retry):
            await register(sync, world.ledger, unasked, world.clock)
    assert "chat" not in await known(world)
    await register(sync, world.ledger, world.desk, world.clock)
    assert (await known(world))["chat"].identity == "author_in_thread"
    async with open_desk(config, world.clock) as unasked:  # known by now: Deskie may be away
        await register(sync, world.ledger, unasked, world.clock)


async def test_a_watch_met_late_counts_posts_from_when_the_bridge_began(world: World, site: Site) -> None:
    began = world.clock()
    world.clock.advance(hours=3)  # Deskie was down, so a new forum had to wait
    new = renamed(site, "late", world)
    (watch,) = await register(new, world.ledger, world.desk, world.clock, began=began)
    async with world.ledger.reading() as db:
        assert (await watches.get(db, watch)).watch.since == began
