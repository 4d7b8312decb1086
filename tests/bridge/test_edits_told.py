"""Agents hear of delivered posts that are edited or deleted on the forum: once, readably, and never as a message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bridge.test_operator import decided
from tests.bridge.world import World
from tests.push.place import PushWorld, open_push_world, post

from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act

THREAD = 1
NOTE = r"POST /api/cases/\d+/note\.json"
PUT = r"PUT /api/cases/\d+/messages/\d+\.json"


async def watching(world: World, **policy: str) -> None:
    change = {"watch": [{"thread": f"{world.url}/thread/{THREAD}"}], "cases": policy}
    world.configure(lambda forum: forum.update(change))
    await world.restart()
    await world.settle()


def notes(world: World) -> list[str]:
    return [each.content_html for case in world.deskie.cases() for each in world.deskie.messages(case) if each.note]


def told(world: World) -> list[str]:
    return [html for htmls in world.messages().values() for html in htmls]


async def edited(world: World, post_id: int, *texts: str) -> None:
    for text in texts:
        world.forum.edit(post_id, text)
        await world.later(seconds=20)
    for _ in range(3):
        await world.later(minutes=1)


async def test_by_default_a_note_shows_what_changed(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "Siparişim 4419 nerede?\n\nAdresim aynı.")
    await edited(world, question, "Siparişim 4491 nerede?\n\nAdresim aynı.")
    (note,) = notes(world)
    assert "<b>Deniz edited this post on the forum:</b>" in note
    assert "<s>4419</s> <b>4491</b>" in note
    assert "Adresim" not in note
    assert len(told(world)) == 1


async def test_several_corrections_in_a_row_are_one_note_and_later_ones_another(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki", "üç", "dört")
    (note,) = notes(world)
    assert "<s>bir</s> <b>dört</b>" in note
    await edited(world, question, "beş")
    assert "<s>dört</s> <b>beş</b>" in notes(world)[-1]
    assert len(notes(world)) == 2


async def test_what_is_edited_back_at_once_is_not_told_unless_it_changes_again(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki", "bir")
    assert notes(world) == []
    await edited(world, question, "iki")
    assert "<s>bir</s> <b>iki</b>" in notes(world)[0]


async def test_what_is_edited_back_after_agents_were_told_is_told_once(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki")
    await edited(world, question, "bir")
    assert "<s>bir</s> <b>iki</b>" in notes(world)[0]
    assert "<s>iki</s> <b>bir</b>" in notes(world)[1]
    await edited(world, question, "iki", "bir", "iki", "bir")  # pages that are old and new by turns
    assert len(notes(world)) == 2
    assert len(told(world)) == 1


async def test_what_ever_changes_back_does_not_fill_the_case(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    for _ in range(6):
        await edited(world, question, "iki")
        await edited(world, question, "bir")
    assert len(notes(world)) == 5
    assert await world.revisions(question) == 6


async def test_what_is_taken_back_with_a_part_and_given_back_is_no_message_of_its_own(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir\n\niki")
    await edited(world, question, "bir")
    await edited(world, question, "bir\n\niki")
    assert len(notes(world)) == 2
    assert len(told(world)) == 1


async def test_a_counter_in_a_post_does_not_fill_the_case(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "sayaç 0")
    for number in range(1, 10):
        await edited(world, question, f"sayaç {number}")
    assert len(notes(world)) == 5
    assert await world.revisions(question) == 6


async def test_an_edit_while_the_message_is_on_its_way_is_told_after_it(world: World) -> None:
    await watching(world)
    await world.reply(THREAD, "Merhaba.")
    world.deskie.faults.next(r"POST /api/cases/\d+/messages\.json", "cut_after")
    question = await world.reply(THREAD, "Sipariş 4419.")
    assert (await world.post_states())[str(question)] == "unclear"
    await edited(world, question, "Sipariş 4491.")
    for _ in range(6):
        await world.later(minutes=1)
    assert "<s>4419.</s> <b>4491.</b>" in notes(world)[0]
    assert len(notes(world)) == 1


@pytest.mark.parametrize("back", [False, True])
async def test_an_edit_of_a_post_that_a_person_has_to_decide_about_is_told_once_it_arrives(
    world: World, back: bool
) -> None:
    await watching(world)
    world.deskie.switches.content_limit = 20
    question = await world.reply(THREAD, "Siparişim 1111 üç haftadır gelmedi!")
    assert (await world.post_states())[str(question)] == "dead"
    world.deskie.switches.content_limit = 0
    await edited(world, question, "Siparişim 2222 üç haftadır gelmedi!")
    if back:
        await edited(world, question, "Siparişim 1111 üç haftadır gelmedi!")
    else:
        await edited(world, question, "Siparişim 2222 üç haftadır gelmedi!\n\nAlo?")
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    await decided(world, Act.RETRY, item.name)
    for _ in range(3):
        await world.later(minutes=2)
    assert world.times_delivered(question) == 1
    assert ["<s>1111</s> <b>2222</b>" in note for note in notes(world)] == ([] if back else [True])


async def test_late_edits_are_not_told(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    world.clock.advance(days=15)
    await edited(world, question, "iki")
    assert notes(world) == []
    assert any("14 days" in reason for reason in await world.reasons())


async def test_nobody_hears_of_it_where_that_is_not_wanted(world: World) -> None:
    await watching(world, edits="ignore")
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki")
    assert (notes(world), len(told(world))) == ([], 1)


async def test_a_follow_up_in_an_old_post_stays_a_message(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "Nerde?")
    await edited(world, question, "Nerede?")
    world.forum.edit(question, "Nerede?\n\nBir de fatura.")
    await world.later(seconds=20)
    assert "Bir de fatura" in told(world)[-1]
    assert (len(told(world)), len(notes(world))) == (2, 1)


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "503"])
async def test_a_note_whose_write_was_lost_stands_there_once(world: World, fault: str) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    world.deskie.faults.next(NOTE, fault)
    world.forum.edit(question, "iki")
    await world.later(seconds=20)
    await world.restart()
    for _ in range(8):
        await world.later(minutes=1)
    assert len(notes(world)) == 1


async def test_a_footer_that_somebody_typed_into_a_post_delivers_no_other_post(world: World) -> None:
    await watching(world)
    question = await world.reply(THREAD, "bir")
    await edited(world, question, f"[forum] {world.url}/post/{question + 1}")
    assert len(notes(world)) == 1
    world.deskie.faults.next(r"POST /api/cases/\d+/messages\.json", "cut_before")
    following = await world.reply(THREAD, "Önemli soru")
    assert following == question + 1
    for _ in range(3):
        await world.later(minutes=1)
    assert world.times_delivered(following) == 1


async def test_the_message_itself_is_edited_where_that_is_wanted(world: World) -> None:
    await watching(world, edits="message")
    first = await world.reply(THREAD, "Sipariş 4419.")
    second = await world.reply(THREAD, "Çabuk!")
    top = told(world)[0].partition("Sipariş 4419")[0]
    await edited(world, first, "Sipariş 4491.")
    await edited(world, second, "Acil değil.")
    assert notes(world) == []
    assert (len(told(world)), "4419" in told(world)[0]) == (2, False)
    assert told(world)[0].startswith(f"{top}Sipariş 4491.")
    assert "Acil değil." in told(world)[1]


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "503"])
async def test_an_edited_message_whose_write_was_lost_is_looked_up(world: World, fault: str) -> None:
    await watching(world, edits="message")
    question = await world.reply(THREAD, "bir")
    world.deskie.faults.next(PUT, fault)
    await edited(world, question, "iki")
    await world.restart()
    for _ in range(4):
        await world.later(minutes=1)
    assert (notes(world), len(told(world)), "iki" in told(world)[0]) == ([], 1, True)


async def test_where_the_desk_lets_no_message_be_edited_it_is_a_note(world: World) -> None:
    world.deskie.switches.messages_editable = False
    await watching(world, edits="message")
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki")
    assert "<s>bir</s> <b>iki</b>" in notes(world)[0]
    assert "bir" in told(world)[0]


async def test_no_note_about_an_edit_reaches_the_forum(world: World) -> None:
    world.deskie.switches.webhook_notes = True
    await watching(world)
    question = await world.reply(THREAD, "bir")
    await edited(world, question, "iki")
    assert (len(notes(world)), world.ours()) == (1, [])


@pytest.fixture
async def push(tmp_path: Path) -> AsyncIterator[PushWorld]:
    async with open_push_world(tmp_path / "ledger.sqlite") as made:
        yield made


async def test_agents_hear_once_that_a_post_was_deleted(push: PushWorld) -> None:
    await push.case(post(1))
    for _ in range(2):
        await push.send({"id": 1, "deleted": True})
        for _ in range(3):
            await push.world.later(minutes=1)
    (note,) = notes(push.world)
    assert "This post by Ayşe Öz was deleted on the forum:" in note
    assert len(told(push.world)) == 1


async def test_what_comes_back_at_once_is_not_told(push: PushWorld) -> None:
    await push.case(post(1))
    await push.send({"id": 1, "deleted": True})
    push.world.clock.advance(seconds=5)
    await push.send(post(1))
    for _ in range(4):
        await push.world.later(minutes=1)
    assert notes(push.world) == []


async def test_what_never_reached_the_desk_is_not_told(push: PushWorld) -> None:
    await push.send(post(1))
    await push.send({"id": 1, "deleted": True})
    for _ in range(4):
        await push.world.later(minutes=1)
    assert (notes(push.world), told(push.world)) == ([], [])


async def test_on_a_forum_that_does_not_tell_a_deleted_post_is_missed_on_its_page(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread}"}]))
    await world.restart()
    await world.settle()
    second = await world.reply(thread, "Adresim: Gül Sokak 3")
    await world.reply(thread, "Alo?")
    world.forum.delete(second)
    for _ in range(2):
        await world.later(minutes=3)
    (case,) = world.deskie.cases()
    told = [each.content_html for each in world.deskie.messages(case) if each.note]
    assert [f"/post/{second}" in html for html in told] == [True]
    await world.reply(thread, "Hâlâ yok")
    await world.later(minutes=3)
    assert len([each for each in world.deskie.messages(case) if each.note]) == 1


async def test_what_was_deleted_before_it_reached_the_desk_does_not_reach_it(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread}"}]))
    await world.restart()
    await world.settle()
    world.deskie.faults.next(r"POST /api/cases/\d+/messages", "429", times=3)
    second = await world.reply(thread, "Adresim: Gül Sokak 3")
    world.forum.delete(second)
    for _ in range(4):
        await world.later(minutes=20)
    assert "Gül Sokak" not in str(world.messages())
    assert (await world.post_states())[str(second)] == "ignored"
