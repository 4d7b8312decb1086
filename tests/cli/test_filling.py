"""``adopt`` and ``backfill``, with a running bridge and without one."""

from __future__ import annotations

from tests.cli.conftest import Place, told


async def test_old_posts_become_cases_while_the_bridge_runs(place: Place) -> None:
    assert "There is no ledger" in (await place.call("backfill", "acme", "--since", "all")).err
    url = f"{place.url}/thread/{place.forum.threads()[0].id}"
    async with place.process("run") as bridge:
        await told(bridge, "signed_in")
        ran = await place.call("backfill", url, "--since", "all", "--limit", "1")
        assert (ran.status, ran.err) == (0, "")
        assert "1 posts looked at, 1 go to Deskie." in ran.out
        assert "give the command again" in ran.out
        await told(bridge, "case_opened")
        bridge.terminate()
        await bridge.wait()
    ran = await place.call("backfill", url, "--since", "30d")
    assert ran.status == 0
    assert " 0 go to Deskie" not in ran.out
    shown = await place.call("adopt", "acme", "--dry-run")
    assert (shown.status, shown.out.startswith("0 posts wait")) == (0, False)
    assert (await place.call("adopt", "acme")).status == 1
    done = await place.call("adopt", "acme", "--yes")
    assert done.status == 0
    assert (await place.call("adopt", "acme", "--dry-run")).out.startswith("0 posts wait")
    assert (await place.call("backfill", url, "--since", "now")).status == 2
    assert (await place.call("backfill", "https://x.example/1", "--since", "all")).status == 1


async def test_on_a_terminal_it_shows_how_far_it_is(place: Place) -> None:
    url = f"{place.url}/thread/{place.forum.threads()[0].id}"
    assert (await place.call("poll")).status == 0
    ran = await place.on_terminal("backfill", url, "--since", "all", "--limit", "3")
    assert ran.status == 0
    begun, under_way = ran.out.index("reading …"), ran.out.index(f"{url}: 4 posts looked at, 3 go to Deskie …")
    assert begun < under_way < ran.out.index("4 posts looked at, 3 go to Deskie.")  # one is a guest's
