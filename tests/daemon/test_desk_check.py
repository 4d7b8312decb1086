from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from tests.bridge.world import SECRET, World, open_world

from forum_bridge.daemon.desk_check import NOT_WELL, WELL, DeskCheck, expected_webhook
from forum_bridge.errors import Retry


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path / "ledger.sqlite") as made:
        made.deskie.set_channel("cch42", webhook_url=expected_webhook(made.config, "cch42"))
        yield made


async def test_before_it_was_asked_deskie_is_a_trouble(world: World) -> None:
    check = DeskCheck(world.config, world.desk, world.clock)
    assert await check.trouble() == "Deskie has not answered yet"


async def test_all_well_is_asked_again_after_ten_minutes(world: World) -> None:
    check = DeskCheck(world.config, world.desk, world.clock)
    assert await check.run() == world.clock() + WELL == world.clock() + timedelta(minutes=10)
    assert await check.trouble() is None


async def test_a_failure_is_told_once_asked_again_soon_and_its_end_is_told(world: World) -> None:
    check = DeskCheck(world.config, world.desk, world.clock)
    with structlog.testing.capture_logs() as logs:
        world.deskie.faults.next("GET /api/custom_channels", "502", 2)
        assert await check.run() == world.clock() + NOT_WELL
        assert "502" in (await check.trouble() or "")
        await check.run()
        await check.run()
    events = [each["event"] for each in logs if each["log_level"] != "debug"]
    assert events == ["desk_trouble", "desk_ready"]


async def test_a_channel_switched_off_is_learned_and_told(world: World) -> None:
    check = DeskCheck(world.config, world.desk, world.clock)
    world.deskie.set_channel("cch42", active=False, webhook_url=f"https://x.example/deskie/cch42/{SECRET}")
    await check.run()
    told = await check.trouble() or ""
    assert "switched off" in told
    assert "https://x.example/" in told
    assert SECRET not in told
    with pytest.raises(Retry):
        world.desk.mode("cch42")
