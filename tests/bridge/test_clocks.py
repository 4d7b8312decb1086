"""The forum's clock is wrong, or ours is: what is written after the bridge began becomes a case, what was there before
does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.bridge.world import START, World


async def begun_anew(world: World, ledger: Path) -> None:
    """A bridge that has never seen the forum."""
    await world.bridge_down()
    world.config = world.config.model_copy(
        update={"ledger": world.config.ledger.model_copy(update={"url": str(ledger)})}
    )
    world.ledger_path = ledger
    await world.bridge_up()
    await world.settle()


@pytest.mark.parametrize("hours", [-1, 1, -13])
async def test_a_forum_whose_clock_differs(world: World, tmp_path: Path, hours: int) -> None:
    world.forum.clock = lambda: world.clock() + timedelta(hours=hours)
    old = world.forum.open_thread("Gökçe", "Eski", "Bu eskiden vardı.")
    world.clock.advance(minutes=1)
    await begun_anew(world, tmp_path / "new.sqlite")
    assert world.times_delivered(old.id) == 0
    fresh = await world.write("Yeni", "Bu yeni.")
    await world.later(minutes=2)
    assert world.times_delivered(fresh) == 1


async def test_the_machine_s_clock_is_set_right_after_the_start(world: World, tmp_path: Path) -> None:
    """It was an hour fast when the watch began."""
    right = START + timedelta(minutes=10)
    world.clock.now = right + timedelta(hours=1)
    world.forum.clock = lambda: world.clock() - timedelta(hours=1)
    await begun_anew(world, tmp_path / "new.sqlite")
    world.clock.now = right + timedelta(minutes=1)
    world.forum.clock = world.clock
    await world.restart()
    made = world.forum.open_thread(world.deniz, "Yeni", "Bu yeni.")
    await world.later(minutes=65)
    assert world.times_delivered(made.id) == 1


async def test_what_was_known_of_a_case_while_the_clock_was_fast_holds_no_longer_than_ever(world: World) -> None:
    def anew(forum: dict[str, object]) -> None:
        forum["cases"] = {"when_closed": "new"}

    world.configure(anew)
    await world.restart()
    right = world.clock()
    world.clock.now = right + timedelta(days=2)
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.deskie.set_status(case.case_id, "closed")
    world.clock.now = right + timedelta(minutes=5)
    await world.restart()
    late = world.forum.reply(world.forum.threads()[0].id, world.deniz, "Hâlâ bekliyorum.")
    for _ in range(10):
        await world.later(minutes=5)
    assert world.times_delivered(late.id) == 1
    assert len(world.deskie.cases()) == 2
