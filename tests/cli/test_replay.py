"""``replay``, with a running bridge and without one."""

from __future__ import annotations

import re

from tests.cli.conftest import Place, told

from forum_bridge.sandbox.forum.records import Person


async def with_a_purged_case(place: Place) -> str:
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    async with place.process("run") as bridge:
        await told(bridge, "signed_in")
        made = place.forum.open_thread(deniz, "İade", "Geri vermek istiyorum.")
        await told(bridge, "case_opened")
        bridge.terminate()
        await bridge.wait()
    ran = await place.call("trace", f"{place.url}/post/{made.id}")
    found = re.search(r"forum-bridge replay (post-\d+)", ran.out)
    assert found is not None, ran.out
    return found[1]


async def test_it_asks_refuses_and_sends(place: Place) -> None:
    name = await with_a_purged_case(place)
    unasked = await place.call("replay", name)
    assert (unasked.status, unasked.out) == (1, "")
    assert "--yes" in unasked.err
    there = await place.call("replay", name, "--yes")
    assert there.status == 1
    assert "still stands" in there.err
    (case,) = [case for case in place.desk.cases() if "İade" in case.subject]
    place.desk.purge(case.case_id)
    ran = await place.call("replay", name, "--yes")
    assert (ran.status, ran.err) == (0, "")
    assert "No bridge runs now" in ran.out
    async with place.process("run") as bridge:
        await told(bridge, "case_opened")
        again = await place.call("replay", name, "-y")
        assert again.status == 1
        assert "still stands" in again.err
        (case,) = [case for case in place.desk.cases() if "İade" in case.subject]
        place.desk.purge(case.case_id)
        at_once = await place.call("replay", name, "-y")
        assert (at_once.status, at_once.err) == (0, "")
        assert "No bridge" not in at_once.out
        await told(bridge, "case_opened")
