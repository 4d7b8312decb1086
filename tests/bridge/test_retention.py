"""What was kept long enough is emptied, and everything goes on as before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.bridge.world import World

from forum_bridge.config import LedgerConfig
from forum_bridge.config.places import BackupConfig
from forum_bridge.daemon.care import Care
from forum_bridge.daemon.operate import operate
from forum_bridge.ledger import trail
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.retention import prune
from forum_bridge.ledger.trail import Step
from forum_bridge.sandbox.forum.faults import What as ForumFault

KEPT = timedelta(days=30)


def texts(world: World) -> str:
    """Return all that the ledger's tables say, as one text."""
    said = []
    with closing(sqlite3.connect(world.ledger_path)) as file:
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            said += [str(row) for row in file.execute(f"SELECT * FROM {table}")]
    return "\n".join(said)


async def months_later(world: World) -> int:
    world.clock.advance(days=31)
    return await prune(world.ledger, world.clock() - KEPT)


async def test_words_go_and_nothing_is_taken_in_or_sent_again(world: World) -> None:
    post = await world.write("Kargo", "Kargom nerede, lütfen bakın?")
    thread = world.forum.threads()[0]
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Dağıtıma çıktı efendim.</p>")
    assert "Kargom nerede" in texts(world)
    assert await prune(world.ledger, world.clock() - KEPT) == 0
    assert await months_later(world) > 0
    await world.settle()
    left = texts(world)
    assert "Kargom nerede" not in left
    assert "Dağıtıma" not in left
    assert await prune(world.ledger, world.clock() - KEPT) == 0
    await world.settle()
    for _ in range(3):
        await world.restart()
        await world.later(minutes=10)
    assert world.times_delivered(post) == 1
    assert len(world.ours()) == 1
    follow_up = await world.reply(thread.id, "Hâlâ gelmedi.")
    assert world.times_delivered(follow_up) == 1
    assert len(world.deskie.cases()) == 1
    await world.answer(case.case_id, "<p>Dağıtıma çıktı efendim.</p>")
    assert len(world.ours()) == 2


async def marks(world: World, item: int) -> list[tuple[Step, str]]:
    async with world.ledger.reading() as db:
        return [(mark.step, mark.detail) for mark in (await trail.of(db, "answer", [item])).get(item, [])]


async def test_what_the_forum_said_goes_with_the_words_and_stays_while_a_person_may_ask(world: World) -> None:
    await world.write("Kargo", "Kargom nerede?")
    await world.write("İade", "Olur mu?")
    parcel, refund = sorted(case.case_id for case in world.deskie.cases())
    world.forum.faults.next(r"POST /thread/\d+/reply", 429)
    await world.answer(parcel, "<p>Bakıyoruz.</p>")
    await world.later(minutes=2)
    assert await world.answer_states() == ["sent"]
    world.forum.lock(world.forum.threads()[0].id)
    world.forum.lock(world.forum.threads()[1].id)
    dropped = (await world.answer(parcel, "<p>Yolda.</p>")).message_id
    await world.answer(refund, "<p>Olur.</p>")
    assert await world.answer_states() == ["sent", "dead", "dead"]
    await operate(world.ledger, Act.DROP, f"answer-{dropped}", world.clock)
    before = [await marks(world, item) for item in (1, 2, 3)]
    assert all(detail for trails in before for _, detail in trails)
    assert await prune(world.ledger, world.clock() - KEPT) == 0
    await months_later(world)
    tried, given_up, waits = [await marks(world, item) for item in (1, 2, 3)]
    assert tried == [(Step.FAILED, "")]
    assert given_up == [(Step.DEAD, ""), (Step.DECIDED, "drop")]  # that it was, and by whom, is always told
    assert waits == before[2]
    assert "is locked" in waits[0][1]
    assert await prune(world.ledger, world.clock() - KEPT) == 0


async def test_an_edit_of_what_is_not_kept_is_no_new_post(world: World) -> None:
    post = await world.write("Kargo", "Kargom nerede?")
    await months_later(world)
    world.forum.edit(post, "Kargom geldi.")
    await world.reply(world.forum.threads()[0].id, "Bitti.")
    assert world.times_delivered(post) == 1
    assert await world.revisions(post) == 2
    assert (await world.post_states())[str(post)] == "ignored"


async def test_a_follow_up_merged_into_what_is_not_kept_is_told(world: World) -> None:
    post = await world.write("Kargo", "Kargom nerede?")
    await months_later(world)
    world.forum.edit(post, "Kargom nerede?\n\n---\n\nHâlâ gelmedi.")
    await world.reply(world.forum.threads()[0].id, "Bitti.")
    assert await world.revisions(post) == 2
    assert (await world.post_states())[str(post)] == "sent"
    assert any("Hâlâ gelmedi" in html for htmls in world.messages().values() for html in htmls)


async def test_what_waits_for_a_person_keeps_its_words(world: World) -> None:
    await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    world.forum.lock(world.forum.threads()[0].id)
    await world.answer(case.case_id, "<p>Bu konu kapalı.</p>")
    assert await world.answer_states() == ["dead"]
    await months_later(world)
    assert "Bu konu kapalı." in texts(world)


async def test_a_lost_answer_is_still_found_beside_what_is_not_kept(world: World) -> None:
    await world.write("Kargo", "Kargom nerede?")
    (case,) = world.deskie.cases()
    await world.answer(case.case_id, "<p>Bakıyoruz.</p>")
    await months_later(world)
    await world.settle()
    world.forum.faults.next(r"POST /thread/\d+/reply", ForumFault.CUT_AFTER)
    await world.answer(case.case_id, "<p>Bakıyoruz.</p>")
    for _ in range(4):
        await world.later(seconds=31)
    assert len(world.ours()) == 2
    assert await world.answer_states() == ["sent", "sent"]


async def test_care_prunes_daily_and_keeps_so_many_copies(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    config = LedgerConfig(
        url=str(world.ledger_path), backup=BackupConfig(every=timedelta(hours=6), keep=2, folder=folder)
    )
    await world.write("Kargo", "Kargom nerede?")
    care = Care(world.ledger, config, world.clock)
    assert await care("default") == world.clock() + timedelta(hours=6)
    assert await care("default") == world.clock() + timedelta(hours=6)
    assert len(list(folder.iterdir())) == 1
    for _ in range(4):
        world.clock.advance(hours=6)
        await care("default")
    assert len(list(folder.iterdir())) == 2
    assert max(folder.iterdir()).name == f"ledger-{world.clock():%Y%m%d-%H%M%S}.sqlite"
    world.clock.advance(days=31)
    await care("default")
    assert "Kargom nerede" not in texts(world)
    folder.rename(tmp_path / "gone")
    world.clock.advance(days=1)
    assert await care("default") == world.clock() + timedelta(hours=1)
