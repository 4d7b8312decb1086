"""What an earlier run left undone is found when the bridge starts."""

from pathlib import Path

from tests.bridge.test_link import PROFILE, linked, two_threads
from tests.bridge.test_sync import REFUSED, sync
from tests.bridge.world import open_world
from tests.daemon.place import now

from forum_bridge.daemon import running
from forum_bridge.forums.registry import Registry
from forum_bridge.sandbox.desk.faults import What


async def test_a_profile_that_was_not_linked_before_the_end_is_linked(tmp_path: Path) -> None:
    async with open_world(tmp_path / "ledger.sqlite", sync(REFUSED)) as world:
        world.deskie.faults.next(PROFILE, What.BAD_GATEWAY)
        await two_threads(world)
        assert linked(world) == [0, 0]
        await world.bridge_down()
        async with running(world.config, Registry.load(None), now):
            await world.deskie.wait_for(lambda: linked(world) == [1, 1], 30)
