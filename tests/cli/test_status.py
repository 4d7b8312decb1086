from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update
from tests.cli.conftest import Place, ended, told

from forum_bridge.ledger import posts
from forum_bridge.ledger.ledger import Ledger
from forum_bridge.ledger.states import State
from forum_bridge.ledger.tables import answer, post
from forum_bridge.sandbox.forum.faults import What
from forum_bridge.sandbox.forum.state import utc_now


async def taken_in(place: Place) -> None:
    """Let a bridge run until it has taken in the forum's posts, then end it."""
    place.acme.update(start_from="all", cases={"from": "everyone"}, watch=[{"thread": f"{place.url}/thread/2"}])
    async with place.process("run") as bridge:
        await told(bridge, "event=case_opened")
        bridge.send_signal(signal.SIGTERM)
        assert (await ended(bridge)).status == 0


def ledger_of(place: Place) -> Path:
    return place.folder / "ledger.sqlite"


async def set_state(place: Place, state: State, reason: str, *, came: timedelta = timedelta(0)) -> None:
    async with Ledger.open(ledger_of(place), utc_now) as ledger:
        values = {"state": state.value, "reason": reason, "seen_at": utc_now() - came}
        await ledger.commit(lambda db: db.execute(update(post).where(post.c.post_id == "4").values(values)))


async def test_without_a_ledger_it_says_so_and_what_makes_one(place: Place) -> None:
    ran = await place.run("status")
    assert (ran.status, ran.out) == (1, "")
    assert "There is no ledger at" in ran.err
    assert "forum-bridge run" in " ".join(ran.err.split())
    assert not ledger_of(place).exists()


async def test_beside_a_running_bridge(place: Place) -> None:
    async with place.process("run") as bridge:
        await told(bridge, "event=desk_ready")
        ran = await place.call("status")
        for _ in range(50):  # the first readings are under way
            if "not read yet" not in ran.out and "never" not in ran.out:
                break
            ran = await place.call("status")
        assert (ran.status, ran.err) == (0, "")
        assert "is running and ready" in ran.out
        assert f"board {place.url}/board/1" in ran.out
        assert "All is well." in ran.out
        assert bridge.returncode is None


async def test_a_running_bridge_that_is_not_ready(place: Place) -> None:
    place.desk.faults.next("GET /api/custom_channels", "503", 99)
    async with place.process("run") as bridge:
        await told(bridge, "event=desk_trouble")
        ran = await place.call("status")
    assert ran.status == 1
    assert "not ready: deskie: " in ran.out


async def test_a_bridge_that_does_not_run_needs_a_person(place: Place) -> None:
    await taken_in(place)
    ran = await place.call("status")
    assert ran.status == 1
    assert "is not running" in ran.out
    assert "delivered" in ran.out


async def test_what_is_held_dead_or_late_is_shown_with_what_to_do(place: Place) -> None:
    await taken_in(place)
    shown = {}
    for state in (State.HELD, State.DEAD, State.WAITING):
        await set_state(place, state, f"because of {state}", came=timedelta(hours=2))
        shown[state] = (await place.call("status", columns=110)).out
        assert f"because of {state}" in shown[state]
        assert f"{place.url}/post/4" in shown[state]
    assert "`forum-bridge retry post-1`" in shown[State.HELD]
    assert "`forum-bridge drop post-1`" in shown[State.DEAD]
    assert "for over an hour waiting" in shown[State.WAITING]


async def test_a_watch_in_trouble_says_why(place: Place) -> None:
    place.forum.faults.next("GET /thread/2", What.CHALLENGE, None)
    place.acme["watch"] = [{"thread": f"{place.url}/thread/2"}]
    async with place.process("run") as bridge:
        await told(bridge, "event=watch_troubled")
        ran = await place.call("status")
        for _ in range(50):  # it is told a moment before it is written down
            if ran.status == 1:
                break
            ran = await place.call("status")
    assert ran.status == 1
    assert f"✗ thread {place.url}/thread/2" in ran.out
    assert "challenge" in ran.out


async def test_work_for_a_forum_that_is_no_longer_configured_is_shown(place: Place) -> None:
    await taken_in(place)
    await set_state(place, State.WAITING, "")
    place.tree["forums"] = {"other": place.acme}
    ran = await place.call("status", columns=110)
    assert ran.status == 1
    assert "Work waits for the forum acme, which is not configured." in ran.out
    assert "forums.acme" in ran.out


async def test_an_answer_for_a_forum_that_is_no_longer_configured_is_shown(place: Place) -> None:
    await taken_in(place)
    row = {"desk": "default", "message_id": 7, "staff_id": 1, "origin": "agent", "is_html": False, "forum": "gone"}
    row |= {"attachments": [], "received_at": utc_now(), "state": "waiting", "attempts": 0}
    async with Ledger.open(ledger_of(place), utc_now) as ledger:
        await ledger.commit(lambda db: db.execute(answer.insert().values(row)))
    ran = await place.call("status", columns=110)
    assert "the forum gone, which is not configured" in ran.out


async def test_it_changes_nothing(place: Place) -> None:
    await taken_in(place)
    before = ledger_of(place).read_bytes()
    await place.call("status")
    assert ledger_of(place).read_bytes() == before
    async with Ledger.open(ledger_of(place), utc_now) as ledger, ledger.reading() as db:
        assert await posts.latest(db, "acme", ["4"])


async def test_watch_shows_it_again_and_again_until_it_is_ended(place: Place) -> None:
    async with place.process("run") as bridge:
        await told(bridge, "running")
        async with place.process("status", "--watch") as shown:
            assert shown.stdout is not None
            async with asyncio.timeout(240):
                seen = b""
                while seen.count(b"is running") < 2:
                    seen += await shown.stdout.readline()
            shown.send_signal(signal.SIGINT)
            ran = await ended(shown)
    assert seen.count(b" UTC\n") >= 2
    assert (ran.status, ran.err) == (0, "")


async def test_what_is_due_next_says_how_often_it_was_tried_and_why(place: Place) -> None:
    await taken_in(place)
    await set_state(place, State.WAITING, "Deskie took too long.")
    async with Ledger.open(ledger_of(place), utc_now) as ledger:
        tried = {"attempts": 3, "due_at": utc_now() + timedelta(minutes=9, seconds=50)}
        await ledger.commit(lambda db: db.execute(update(post).where(post.c.post_id == "4").values(tried)))
    ran = await place.call("status")
    assert "next\n  post-1 in 10 min: waiting, tried 3 times\n    Deskie took too long.\n" in ran.out
    await set_state(place, State.WAITING, "Deskie took too long.", came=timedelta(hours=2))
    assert "\nnext\n" not in (await place.call("status")).out  # it stands among what needs a person


async def test_as_json(place: Place) -> None:
    await taken_in(place)
    await set_state(place, State.DEAD, "kapalı 😞")
    ran = await place.call("status", "--json")
    assert ran.status == 1
    told = ran.json
    assert (told["well"], told["bridge"]) == (False, {"running": False, "troubles": {}})
    assert told["posts"]["dead"] == 1
    (stuck,) = told["stuck"]
    assert (stuck["name"], stuck["state"], stuck["reason"]) == ("post-1", "dead", "kapalı 😞")
    (watch,) = told["forums"][0]["watches"]
    assert (watch["kind"], watch["target"]) == ("thread", f"{place.url}/thread/2")
    assert watch["read_at"].endswith("+00:00")
    both = await place.call("status", "--json", "--watch")
    assert both.status == 2
    assert "choose one" in both.err
