"""An audit finds each kind of what may be wrong, names what mends it, and finds nothing where nothing is wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Update, delete, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.bridge.test_replay import name_of, replayed
from tests.bridge.world import ELIF, World

from forum_bridge.bridge.audit.finding import Finding, Kind
from forum_bridge.bridge.replay import Replay
from forum_bridge.bridge.tell_change import TellChange
from forum_bridge.daemon.audit import audits
from forum_bridge.daemon.filling import backfill
from forum_bridge.daemon.operate import operate
from forum_bridge.deskie import NewCase
from forum_bridge.errors import BridgeError
from forum_bridge.forums.registry import Registry
from forum_bridge.ledger.operator import Act
from forum_bridge.ledger.tables import answer, post
from forum_bridge.model import WorkKind
from forum_bridge.sandbox.sandbox import CHANNEL


async def audited(world: World, *, days: float = 7) -> tuple[list[Finding], list[str]]:
    """Return the findings and what could not be checked; the desk's minute passes as soon as it is waited for."""
    found: list[Finding] = []
    unchecked: list[str] = []

    async def sleep(seconds: float) -> None:
        world.clock.advance(seconds=seconds)

    since = world.clock() - timedelta(days=days)
    async with audits(world.config, Registry.load(None), [], since, world.clock, sleep) as looks:
        for look in looks:
            for row in await look.watched():
                await look.read(row)
            for thread in await look.threads():
                found += await look.check(thread)
            unchecked += look.unchecked
    return found, unchecked


async def _carried_out(change: Update, db: AsyncConnection) -> None:
    await db.execute(change)


def _changed(change: dict[str, object], forum: dict[str, object]) -> None:
    forum.update(change)


async def conversation(world: World) -> tuple[int, int, str]:
    """A question and its answer; return the post, the case and the answer's name."""
    made = await world.write("Kargo", "Nerede kaldı acaba?")
    (case,) = world.deskie.cases()
    message = await world.answer(case.case_id, "<p>Bugün yola çıktı efendim.</p>")
    await world.later(minutes=5)
    return made, case.case_id, f"answer-{message.message_id}"


async def test_where_nothing_is_wrong_nothing_is_found_and_nothing_is_written(world: World) -> None:
    await conversation(world)
    await world.deskie.add_note(world.deskie.cases()[0].case_id, "<p>Müşteri çok kızgın, dikkat.</p>", ELIF)
    before = (len(world.forum.posts()), world.messages(), await world.post_states())
    assert await audited(world) == ([], [])
    assert (len(world.forum.posts()), world.messages(), await world.post_states()) == before


async def test_a_post_whose_case_was_purged_is_missing_and_replay_mends_it(world: World) -> None:
    made, case, _ = await conversation(world)
    world.deskie.purge(case)
    ((found,), unchecked) = await audited(world)
    name = await name_of(world, made)
    assert (found.kind, found.item, found.mend, unchecked) == (Kind.MISSING, name, f"forum-bridge replay {name}", [])
    await world.later(minutes=2)
    await replayed(world, name)
    assert await audited(world) == ([], [])


async def test_a_post_that_stands_in_another_case_now_is_not_missing(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("İade", "Olur mu?")
    one, other = (case.case_id for case in world.deskie.cases())
    world.deskie.merge(one, other)
    assert await audited(world) == ([], [])


async def test_a_post_that_the_ledger_never_saw_is_missing(world: World) -> None:
    made, case, _ = await conversation(world)
    second = await world.reply(world.forum.threads()[0].id, "Bir şey daha soracaktım.")
    await world.later(minutes=5)
    never_arrived = world.deskie.messages(world.deskie.case(case))[-1]
    by_hand(world, f"delete message {never_arrived.message_id} in case {case} on Deskie")
    await world.ledger.commit(lambda db: db.execute(delete(post).where(post.c.post_id == str(second))))
    ((found,), _) = await audited(world)
    assert (found.kind, found.where) == (Kind.MISSING, f"{world.url}/post/{second}")
    assert found.mend.startswith(f"forum-bridge backfill {world.url}/thread/")
    assert made != second


async def test_what_only_waits_for_the_next_poll_is_not_missing(world: World) -> None:
    await conversation(world)
    world.forum.reply(world.forum.threads()[0].id, world.deniz, "Yeni bir soru.")
    assert await audited(world) == ([], [])


@pytest.mark.parametrize("state", ["held", "dead"])
async def test_what_waits_for_a_person_is_missing(world: World, state: str) -> None:
    made, _, name = await conversation(world)
    for table in (post, answer):
        change = update(table).where(table.c.state == "sent").values(state=state, reason="Olmadı")
        await world.ledger.commit(partial(_carried_out, change))
    found, _ = await audited(world)
    assert {each.mend for each in found} == {
        f"forum-bridge retry {await name_of(world, made)}",
        f"forum-bridge retry {name}",
    }


async def test_an_answer_that_was_removed_on_the_forum_is_missing(world: World) -> None:
    _, _, name = await conversation(world)
    world.forum.delete(world.forum.posts()[-1].id)
    ((found,), _) = await audited(world)
    assert (found.kind, found.mend) == (Kind.MISSING, f"forum-bridge replay {name}")


async def test_an_answer_that_never_came_is_missing(world: World) -> None:
    await conversation(world)
    await world.ledger.commit(lambda db: db.execute(delete(answer)))
    world.clock.advance(minutes=30)
    found, _ = await audited(world)
    assert any("never came to the bridge" in each.what for each in found)


async def test_a_post_in_two_messages_is_doubled(world: World) -> None:
    made, case, _ = await conversation(world)
    (html,) = world.messages()[case]
    async with world.ledger.reading() as db:
        user = (await db.execute(text("SELECT user_id FROM conversation"))).scalar_one()
    await world.desk.client.add_message(case, user, html)
    ((found,), _) = await audited(world)
    assert (found.kind, found.item) == (Kind.DOUBLED, await name_of(world, made))


async def test_an_answer_that_stands_twice_is_doubled(world: World) -> None:
    _, _, name = await conversation(world)
    us = world.forum.person("acme_destek")
    assert us is not None
    world.forum.reply(world.forum.threads()[0].id, us, "Bugün yola çıktı efendim.")
    ((found,), _) = await audited(world)
    assert (found.kind, found.item) == (Kind.DOUBLED, name)


async def test_the_same_answer_given_twice_is_not_doubled(world: World) -> None:
    _, case, _ = await conversation(world)
    await world.answer(case, "<p>Bugün yola çıktı efendim.</p>")
    assert await audited(world) == ([], [])


async def test_an_edit_that_nobody_saw_is_stale(world: World) -> None:
    made, _, _ = await conversation(world)
    world.forum.edit(made, "Nerede kaldı bizim kargo?")  # a board does not show that
    ((found,), _) = await audited(world)
    assert (found.kind, found.item) == (Kind.STALE, await name_of(world, made))
    assert "backfill" in found.mend


async def test_an_edit_of_which_agents_were_told_is_not_stale_and_one_they_were_not_told_of_is(world: World) -> None:
    made, _, _ = await conversation(world)
    thread = world.forum.threads()[0].id
    for policy, many in (("note", 0), ("ignore", 1)):
        change: dict[str, object] = {"watch": [{"thread": f"{world.url}/thread/{thread}"}], "cases": {"edits": policy}}
        world.configure(partial(_changed, change))
        await world.restart()
        world.forum.edit(made, f"Kargo nerede kaldı, {policy}?")
        for _ in range(4):
            await world.later(minutes=1)
        found, _ = await audited(world)
        assert [each.kind for each in found] == [Kind.STALE] * many, policy


async def test_a_post_that_was_deleted_is_stale(world: World) -> None:
    await conversation(world)
    second = await world.reply(world.forum.threads()[0].id, "Bir soru daha.")
    world.clock.advance(minutes=5)
    world.forum.delete(second)
    ((found,), _) = await audited(world)
    assert (found.kind, found.item) == (Kind.STALE, await name_of(world, second))


async def test_a_thread_that_is_gone_is_found(world: World) -> None:
    made, _, name = await conversation(world)
    world.forum.delete(world.forum.posts()[-1].id)
    world.forum.delete(made)
    found, _ = await audited(world)
    assert {each.item for each in found} == {name, await name_of(world, made)}


async def test_an_internal_note_on_the_forum_is_found(world: World) -> None:
    _, case, _ = await conversation(world)
    await world.deskie.add_note(case, "<p>Müşteri çok kızgın, dikkat edelim.</p>", ELIF)
    us = world.forum.person("acme_destek")
    assert us is not None
    leaked = world.forum.reply(world.forum.threads()[0].id, us, "Müşteri çok kızgın, dikkat edelim.")
    ((found,), _) = await audited(world)
    assert (found.kind, found.where) == (Kind.NOTE, f"{world.url}/post/{leaked.id}")


def by_hand(world: World, act: str) -> None:
    """Do what a person is asked to do."""
    if (message := re.fullmatch(r"delete message (\d+) in case \d+ on Deskie", act)) is not None:
        row = world.deskie.tables.messages[int(message[1])]
        world.deskie.correspondence.delete(world.deskie.case(row.case_id), row)
    elif (told := re.fullmatch(r"delete \S+/post/(\d+)(?: on the forum)?", act)) is not None:
        world.forum.delete(int(told[1]))
    else:
        raise AssertionError(f"who is to know what that means: {act}")


async def mended(world: World, mend: str) -> None:
    """Do what a finding says, to the letter."""
    if (person := re.fullmatch("by hand(?:, now)?: (.+)", mend)) is not None:
        by_hand(world, person[1])
        return
    program, command, what, *more = mend.split()
    assert program == "forum-bridge"
    match command:
        case "replay":
            await Replay(world.ledger, world.desk, world.sites, world.clock)(what)
            world.wake(WorkKind.RECONCILE, world.desk.name)
        case "retry":
            await operate(world.ledger, Act.RETRY, what, world.clock)
        case "tell":
            await TellChange(world.ledger, world.sites, world.clock)(what)
        case "backfill":
            since = datetime.fromisoformat(more[1]).replace(tzinfo=UTC)
            async for _ in backfill(world.ledger, world.sites, world.wake, world.clock, what, since, None):
                pass
        case _:
            raise AssertionError(f"that mends nothing: {mend}")
    await world.sweep()


async def many_wrongs(world: World) -> None:
    """Everything goes wrong at once, each in a thread of its own."""
    titles = (
        "Silinen",
        "Eksik",
        "Değişen",
        "Anlatılmayan",
        "Gelmeyen",
        "Kaldırılan",
        "İki kez",
        "Ölü",
        "Not",
        "Arındı",
    )
    made = {title: await world.write(title, f"{title} sorum var benim.") for title in titles}
    await world.later(minutes=1)  # more than one minute's requests may open
    cases = {case.subject: case.case_id for case in world.deskie.cases()}
    threads = {thread.title: thread.id for thread in world.forum.threads()}
    us = world.forum.person("acme_destek")
    assert us is not None
    for title in ("Gelmeyen", "Kaldırılan", "İki kez"):
        world.clock.advance(minutes=1)
        await world.answer(cases[title], f"<p>{title} için bugün bakıyoruz efendim.</p>")
    world.forum.lock(threads["Ölü"])
    await world.answer(cases["Ölü"], "<p>Bu konuda yanıt veremedik henüz.</p>")
    world.forum.lock(threads["Ölü"], locked=False)
    await world.reply(threads["Silinen"], "Bir şey daha var.")
    unseen = await world.reply(threads["Eksik"], "Bunu kimse almadı.")
    never_arrived = world.deskie.messages(world.deskie.case(cases["Eksik"]))[-1]
    by_hand(world, f"delete message {never_arrived.message_id} in case {cases['Eksik']} on Deskie")
    await world.later(minutes=10)
    deleted = next(post.id for post in world.forum.posts() if post.text == "Bir şey daha var.")
    world.forum.faults.next(rf"GET /post/{deleted}$", 403)  # so the bridge does not see that it was
    world.forum.delete(deleted)
    world.forum.edit(made["Değişen"], "Başka bir sorum var benim.")
    world.configure(lambda forum: forum.update(cases={"edits": "ignore"}))
    await world.restart()
    world.forum.edit(made["Anlatılmayan"], "Bambaşka bir sorum var benim.")
    await world.reply(threads["Anlatılmayan"], "Değiştirdim.")
    world.configure(lambda forum: forum.update(cases={}))
    await world.restart()
    gone = [int(row.message_id) for row in await world._rows(answer) if row.case_id == cases["Gelmeyen"]]
    await world.ledger.commit(lambda db: db.execute(delete(answer).where(answer.c.message_id.in_(gone))))
    await world.ledger.commit(lambda db: db.execute(delete(post).where(post.c.post_id == str(unseen))))
    for each in world.forum.posts():
        if each.author_name == "acme_destek" and ("Gelmeyen" in each.text or "Kaldırılan" in each.text):
            world.forum.delete(each.id)
    world.forum.reply(threads["İki kez"], us, "İki kez için bugün bakıyoruz efendim.")
    await world.deskie.add_note(cases["Not"], "<p>Müşteri çok kızgın, dikkat edelim.</p>", ELIF)
    world.forum.reply(threads["Not"], us, "Müşteri çok kızgın, dikkat edelim.")
    (first, *_) = world.messages()[cases["Not"]]
    user = world.deskie.case(cases["Not"]).user_id
    await world.desk.client.add_message(cases["Not"], user, first)
    world.deskie.purge(cases["Arındı"])
    await world.later(minutes=30)


async def test_what_each_finding_says_mends_it(world: World) -> None:
    await many_wrongs(world)
    found, unchecked = await audited(world)
    assert unchecked == []
    commands = {each.mend.split()[1] for each in found if each.mend.startswith("forum-bridge")}
    assert commands == {"replay", "retry", "tell", "backfill"}
    assert {each.kind for each in found} == set(Kind)
    assert len([each for each in found if each.mend.startswith("by hand")]) == 3
    assert len(found) == 11, "\n".join(map(str, found))
    for _ in range(2):  # what is let in late is held: whether it is for the customer, a person says in the second round
        for each in found:
            await mended(world, each.mend)
            for _ in range(3):
                await world.later(minutes=2)
        await world.later(minutes=10)
        found, unchecked = await audited(world)
    assert (found, unchecked) == ([], [])


async def test_agents_are_told_of_nothing_that_is_not_so(world: World) -> None:
    made, _, answered = await conversation(world)
    name = await name_of(world, made)
    tell = TellChange(world.ledger, world.sites, world.clock)
    with pytest.raises(BridgeError, match="stands on the forum, and agents know"):
        await tell(name)
    with pytest.raises(BridgeError, match="not the name of a post"):
        await tell(answered)
    with pytest.raises(BridgeError, match="no post-999"):
        await tell("post-999")
    world.forum.delete(made)
    world.forum.faults.next(r"GET /thread/", "empty", times=9)
    with pytest.raises(BridgeError):
        await tell(name)
    world.forum.faults.clear()
    assert "no more" in await tell(name)
    await world.sweep()
    await world.later(minutes=5)
    (case,) = world.deskie.cases()
    assert sum(each.note for each in world.deskie.messages(case)) == 1


async def test_only_cases_of_the_bridge_are_compared(world: World) -> None:
    await conversation(world)
    stranger = await world.desk.client.create_case(NewCase("bambaşka", CHANNEL, "Başka", "<p>Ben de.</p>", "Başkası"))
    await world.deskie.agent_reply(stranger.id, "<p>Bu başkasına.</p>", ELIF)
    await world.later(minutes=30)
    before = world.ours()
    with pytest.raises(BridgeError, match="has nothing in case"):
        await Replay(world.ledger, world.desk, world.sites, world.clock)(f"case-{stranger.id}")
    await world.later(minutes=10)
    assert world.ours() == before


async def test_what_cannot_be_read_is_told_and_not_taken_for_gone(world: World) -> None:
    await conversation(world)
    world.forum.faults.next(r"GET /(board|thread)/.*", "challenge", times=50)
    found, unchecked = await audited(world)
    assert found == []
    assert unchecked


async def test_the_desks_budget_is_waited_for(world: World) -> None:
    await conversation(world)
    fault = world.deskie.faults.next(r"GET /api/cases/\d+/messages\.json", "429", times=3)
    assert await audited(world) == ([], [])
    assert fault.hits == 3


async def test_a_desk_that_lets_nobody_in_is_told(world: World) -> None:
    await conversation(world)
    world.deskie.faults.next(r"GET /api/cases/\d+/messages\.json", "503", times=99)
    found, unchecked = await audited(world)
    assert found == []
    assert unchecked


async def test_a_post_that_stands_on_the_desk_is_never_taken_in_again_by_what_mends_it(world: World) -> None:
    await conversation(world)
    again = await world.reply(world.forum.threads()[0].id, "Bir şey daha var.")
    await world.later(minutes=5)
    await world.ledger.commit(lambda db: db.execute(delete(post).where(post.c.post_id == str(again))))
    ((found,), _) = await audited(world)
    assert (found.kind, found.where) == (Kind.STALE, f"{world.url}/post/{again}")
    assert "backfill" not in found.mend
    assert "forum-bridge adopt" in found.mend
