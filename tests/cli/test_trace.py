"""``trace``: one item's story, from a ledger that a bridge may be working with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.bridge.world import World, open_world
from tests.cli.conftest import SECRETS, Place

from forum_bridge.daemon.operate import operate
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.retention import prune

APPEND = r"POST /api/cases/\d+/messages\.json"
Played = Callable[[Callable[[World], Awaitable[None]]], Awaitable[World]]


@pytest.fixture
def lived(place: Place, tmp_path: Path) -> Played:
    """What happened in a world whose ledger is the command's."""

    async def play(act: Callable[[World], Awaitable[None]]) -> World:
        async with open_world(tmp_path / "ledger.sqlite") as world:
            await act(world)
        return world

    return play


async def test_a_post_that_was_lost_found_and_answered(place: Place, lived: Played) -> None:
    urls: list[str] = []

    async def act(world: World) -> None:
        first = await world.write("Kargo", "Nerede kaldı?")
        thread = world.forum.threads()[0].id
        world.deskie.faults.next(APPEND, "cut_after")
        second = await world.reply(thread, "Hâlâ yok, sipariş 4419.")
        for _ in range(3):
            await world.later(seconds=31)
        (case,) = world.deskie.cases()
        await world.answer(case.case_id, "<p>Yola çıktı.</p>")
        urls.extend(f"{world.url}/post/{each}" for each in (first, second, int(world.forum.posts()[-1].id)))
        urls.append(case.case_number)

    await lived(act)
    ran = await place.call("trace", urls[1], columns=200)
    assert (ran.status, ran.err) == (0, "")
    steps = (
        "written by Deniz",
        "judged: a message for Deskie",
        "may have been written",
        "it stands there",
        "stands in",
    )
    told = [ran.out.index(part) for part in (*steps, "answer of agent 905", "\nnow")]
    assert told == sorted(told)
    assert "4419" not in ran.out
    assert "forum-bridge replay post-" in ran.out
    assert "sipariş 4419" in (await place.call("trace", urls[1], "--texts")).out
    by_case = await place.call("trace", urls[3], "--json")
    whole = by_case.json
    assert {each["item"].partition("-")[0] for each in whole["events"]} == {"post", "answer"}
    assert [each["at"] for each in whole["events"]] == sorted(each["at"] for each in whole["events"])
    assert "text" not in whole["events"][0]
    name = next(each["item"] for each in whole["now"] if each["item"].startswith("answer"))
    answer = await place.call("trace", name, columns=300)
    assert "stands on sandbox (posted): http" in answer.out
    assert not any(secret in ran.out + by_case.out + answer.out for secret in SECRETS)


async def test_what_was_said_of_an_old_failure_is_not_kept(place: Place, lived: Played) -> None:
    names: list[str] = []

    async def act(world: World) -> None:
        await world.write("Kargo", "Nerede kaldı?")
        (case,) = world.deskie.cases()
        world.forum.faults.next(r"POST /thread/\d+/reply", 429)
        names.append(f"answer-{(await world.answer(case.case_id, '<p>Yolda.</p>')).message_id}")
        await world.later(minutes=2)
        world.clock.advance(days=31)
        await prune(world.ledger, world.clock() - timedelta(days=30))

    await lived(act)
    ran = await place.call("trace", names[0], columns=200)
    assert (ran.status, ran.err) == (0, "")
    assert "to be tried again: (what was said is not kept any more)" in " ".join(ran.out.split())
    assert "too much at once" not in ran.out


async def test_why_it_was_left_out_and_what_a_person_decided(place: Place, lived: Played) -> None:
    names: list[str] = []

    async def act(world: World) -> None:
        world.configure(lambda forum: forum.update(ignore_authors=["Ayşe"]))
        await world.restart()
        await world.write("Kargo", "Nerede?")
        other = await world.reply(world.forum.threads()[0].id, "Bende de öyle.", author="Ayşe")
        world.forum.lock(world.forum.threads()[0].id, locked=True)
        (case,) = world.deskie.cases()
        message = await world.answer(case.case_id, "<p>Yola çıktı.</p>")
        names.append(f"answer-{message.message_id}")
        names.append(f"{world.url}/post/{other}")
        await operate(world.ledger, Act.RETRY, names[0], world.clock, anyway=True)
        await world.sweep()
        await world.settle()

    await lived(act)
    told = (await place.call("trace", names[0], columns=200)).out
    assert "dead: " in told
    assert "a person decided: retry" in told
    assert "note to agents for case" in told
    for command in ("retry", "mark-sent", "drop"):
        assert f"forum-bridge {command} {names[0]}" in told
    left = (await place.call("trace", names[1], columns=200)).out
    assert "left out: its author is in ignore_authors" in left


async def test_what_waits_says_until_when(place: Place, lived: Played) -> None:
    names: list[str] = []

    async def act(world: World) -> None:
        world.deskie.faults.next(r"POST /api/cases\.json", "429", times=9)
        names.append(f"{world.url}/post/{await world.write('Kargo', 'Nerede?')}")
        for _ in range(3):
            await world.later(minutes=1, seconds=15)

    await lived(act)
    (now,) = (await place.call("trace", names[0], "--json")).json["now"]
    assert (now["state"], now["until"] is not None) == ("waiting", True)
    told = (await place.call("trace", names[0], columns=200)).out
    assert "times, until" in told  # the same failure again and again is one line


async def test_what_is_not_known_is_said(place: Place, lived: Played) -> None:
    assert "There is no ledger" in (await place.call("trace", "post-1")).err

    async def act(_: World) -> None:
        return

    await lived(act)
    for item in ("post-999", "https://forum.example/post/1?sid=geheim", "512-903316"):
        ran = await place.call("trace", item)
        assert (ran.status, ran.out) == (1, "")
        assert "knows nothing of" in ran.err
        assert "geheim" not in ran.err
