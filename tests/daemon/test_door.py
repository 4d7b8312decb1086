from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from tests.bridge.world import SECRET, World, open_world

from forum_bridge.bridge.receive import Receive
from forum_bridge.bridge.take_push import TakePush
from forum_bridge.daemon.compose import rules_for
from forum_bridge.daemon.desk_check import DeskCheck, expected_webhook
from forum_bridge.daemon.door import Door, behind


@dataclass(frozen=True)
class House:
    world: World
    check: DeskCheck
    url: str


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_world(tmp_path / "ledger.sqlite") as world:
        world.deskie.set_channel("cch42", webhook_url=expected_webhook(world.config, "cch42"))
        check = DeskCheck(world.config, world.desk, world.clock)
        receive = Receive(world.ledger, world.desk.name, {}, lambda *_: None, world.clock)
        pushes = TakePush(world.ledger, {}, rules_for, lambda *_: None, world.clock)
        channels = frozenset({"cch42"})
        door = Door(behind(world.config.webhook, receive, channels, world.ledger, check, world.desk.files, pushes))
        await door.open(world.config.webhook)
        yield House(world, check, f"http://127.0.0.1:{door.port}")
        await door.close()


async def asked(url: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.json()


async def test_it_lives_before_it_is_ready(house: House) -> None:
    assert await asked(f"{house.url}/healthz") == (200, {"status": "ok"})
    status, body = await asked(f"{house.url}/readyz")
    assert status == 503
    assert body == {"status": "not ready", "checks": {"ledger": "ok", "deskie": "Deskie has not answered yet"}}
    await house.check.run()
    assert await asked(f"{house.url}/readyz") == (200, {"status": "ready", "checks": {"ledger": "ok", "deskie": "ok"}})


async def test_deskie_down_is_the_reason_without_a_secret(house: House) -> None:
    house.world.deskie.faults.next("GET /api/custom_channels", "503")
    await house.check.run()
    status, body = await asked(f"{house.url}/readyz")
    assert status == 503
    assert "Deskie" in str(body)
    assert SECRET not in str(body)


@pytest.mark.parametrize("path", ["/", "/deskie", f"/deskie/cch42/{SECRET}", "/readyz/", "/%00"])
async def test_nothing_else_is_to_be_read(house: House, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(house.url + path) as answer:
        assert answer.status in {404, 405}
        assert SECRET not in await answer.text()


@pytest.mark.parametrize("wrong", [SECRET[:-1], f"{SECRET}x", "ş", "%ff"])
async def test_a_wrong_secret_or_channel_finds_no_door(house: House, wrong: str) -> None:
    async with aiohttp.ClientSession() as http:
        for path in (f"cch42/{wrong}", f"cch43/{SECRET}"):
            async with http.post(f"{house.url}/deskie/{path}", data=b"%") as answer:
                assert answer.status == 404
