"""``retry``, ``mark-sent`` and ``drop``, with a running bridge and without one."""

from __future__ import annotations

import re

from tests.cli.conftest import Place, told

from forum_bridge.sandbox.forum.records import Person


async def with_a_dead_answer(place: Place) -> str:
    """The bridge runs until an answer died because its thread was closed; return the answer's name in the status."""
    deniz = place.forum.person("Deniz")
    assert isinstance(deniz, Person)
    async with place.process("run") as bridge:
        await told(bridge, "running")
        await told(bridge, "signed_in")
        made = place.forum.open_thread(deniz, "İade", "Geri vermek istiyorum.")
        await told(bridge, "case_opened")
        place.forum.lock(made.thread_id, locked=True)
        (case,) = [case for case in place.desk.cases() if "İade" in case.subject]
        await place.desk.agent_reply(case.case_id, "<p>Adresimiz şu.</p>", 905)
        await told(bridge, "answer_dead")
        ran = await place.run("status")
        assert ran.status == 1
        bridge.terminate()
        await bridge.wait()
    found = re.search(r"forum-bridge retry (answer-\d+)", " ".join(ran.out.split()))
    assert found is not None, ran.out
    return found[1]


async def test_a_running_bridge_carries_it_out_at_once(place: Place) -> None:
    name = await with_a_dead_answer(place)
    async with place.process("run") as bridge:
        await told(bridge, "running")
        place.forum.lock(place.forum.threads()[0].id, locked=False)
        ran = await place.run("retry", name, "--anyway")
        assert (ran.status, ran.err) == (0, "")
        assert f"{name} is tried again." in ran.out
        await told(bridge, "answer_published")
    assert "Adresimiz şu." in place.forum.threads()[0].posts[-1].text


async def test_without_a_bridge_it_is_written_down(place: Place) -> None:
    name = await with_a_dead_answer(place)
    ran = await place.run("drop", name)
    assert (ran.status, ran.out.strip()) == (0, f"✓ {name} is given up.")
    again = await place.run("mark-sent", name)
    assert again.status == 1
    assert "nothing to decide" in again.err
    assert name not in (await place.run("status")).out


async def test_what_is_no_item_and_what_is_no_ledger(place: Place) -> None:
    ran = await place.call("retry", "post-1")
    assert ran.status == 1
    assert "There is no ledger" in ran.err
    assert not (place.folder / "ledger.sqlite").exists()
    await with_a_dead_answer(place)
    ran = await place.call("retry", "Kargo")
    assert ran.status == 1
    assert "Names look like post-142" in ran.err


async def test_a_second_bridge_on_one_ledger_is_refused(place: Place) -> None:
    async with place.process("run") as bridge:
        await told(bridge, "running")
        second = await place.run("run")
        assert second.status == 1
        assert "in use by process" in " ".join(second.err.split())
        assert "Only one forum-bridge" in second.err
        assert bridge.returncode is None
