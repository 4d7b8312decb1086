"""Our people answer on the forum by hand, under their own names: whoever looks after the case reads it there."""

from __future__ import annotations

import pytest
from tests.bridge.world import World

from forum_bridge.sandbox.desk.faults import What
from forum_bridge.sandbox.forum.records import Person

HEADING = "<p><b>Answered on the forum by Selin Aydın</b>:</p>"


@pytest.fixture(autouse=True)
async def people(world: World) -> None:
    world.configure(lambda forum: forum.update(own_authors=["Selin Aydın", "acme_destek"]))
    await world.restart()
    await world.settle()


def selin(world: World) -> Person:
    found = world.forum.person("Selin Aydın")
    assert found is not None
    return found


def notes(world: World) -> dict[int, list[str]]:
    """Return every case's notes."""
    return {
        case.case_id: [each.content_html for each in world.deskie.messages(case) if each.note]
        for case in world.deskie.cases()
    }


async def test_what_our_people_write_by_hand_is_a_note_with_name_text_and_address(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    by_hand = await world.reply(thread, "Yarın sizde olur 🚚", author=selin(world))
    ((case, (note,)),) = notes(world).items()
    assert HEADING in note
    assert "Yarın sizde olur 🚚" in note
    assert f"{world.url}/post/{by_hand}" in note
    assert len(world.messages()[case]) == 1
    await world.answer(case, "<p>Takip numarası 44-19.</p>")
    assert len(world.ours()) == 1
    assert "Nerede?" in world.ours()[0]  # an answer speaks to the customer, not to a colleague
    await world.later(seconds=2)
    assert len(notes(world)[case]) == 1


async def test_it_goes_to_the_customer_who_spoke_last_before_it(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    await world.reply(thread, "Benimki de yok!", author=world.forum.person("Elif Şahin"))
    denizs, elifs = sorted(case.case_id for case in world.deskie.cases())
    await world.reply(thread, "Elif Hanım, bakıyoruz", author=selin(world))
    assert [len(notes(world)[case]) for case in (denizs, elifs)] == [0, 1]
    await world.reply(thread, "Peki ya ben?")
    await world.reply(thread, "Deniz Bey, sizinki yolda", author=selin(world))
    assert [len(notes(world)[case]) for case in (denizs, elifs)] == [1, 1]


async def test_questions_and_answers_that_are_read_at_once_find_each_other(world: World) -> None:
    first = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.forum.reply(first.thread_id, selin(world), "Deniz Bey, sizinki yolda")
    world.forum.reply(first.thread_id, "Ada Yılmaz", "Benimki?")
    world.forum.reply(first.thread_id, selin(world), "Ada Hanım, sizinki yarın")
    for _ in range(3):
        await world.later(seconds=2)
    told = [note for _, (note,) in sorted(notes(world).items())]
    assert ["Deniz Bey" in told[0], "Ada Hanım" in told[1]] == [True, True]


async def test_where_nobody_asked_it_is_left_alone(world: World) -> None:
    made = world.forum.open_thread(selin(world), "Duyuru", "Yarın kapalıyız.")
    again = world.forum.reply(1, selin(world), "Hatırlatma")  # in a thread from before the watch
    await world.later(seconds=2)
    assert world.deskie.cases() == []
    states = await world.post_states()
    assert (states[str(made.id)], states[str(again.id)]) == ("own", "own")


async def test_the_bridge_s_own_posts_are_no_notes_even_if_its_account_is_named(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = notes(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    await world.reply(world.forum.threads()[0].id, "Elle yazıldı", author=world.forum.person("acme_destek"))
    await world.later(seconds=2)
    assert notes(world) == {case: []}


async def test_an_edit_is_not_told_and_a_follow_up_is(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread = world.forum.threads()[0].id
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread}"}]))
    await world.restart()
    await world.settle()
    by_hand = await world.reply(thread, "Yarın sizde", author=selin(world))
    world.forum.edit(by_hand, "Yarın sizde\n\nTakip numarası 44-19")
    await world.later(seconds=2)
    world.forum.edit(by_hand, "Öbür gün sizde")
    await world.later(seconds=2)
    ((first, second),) = notes(world).values()
    assert HEADING in first
    assert HEADING in second
    assert "44-19" in second


async def test_a_note_waits_for_the_case_that_is_just_being_opened(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", What.SERVER_ERROR, 2)
    first = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.forum.reply(first.thread_id, selin(world), "Bakıyoruz")
    for _ in range(6):
        await world.later(seconds=31)
    ((case, (note,)),) = notes(world).items()
    assert "Bakıyoruz" in note
    assert len(world.messages()[case]) == 1


async def test_a_note_whose_question_cannot_be_sent_keeps_no_later_question_back(world: World) -> None:
    world.deskie.faults.next(r"POST /api/cases\.json", What.UNPROCESSABLE, 1)
    first = world.forum.open_thread(world.deniz, "Kargo", "Nerede?")
    world.forum.reply(first.thread_id, selin(world), "Bakıyoruz")
    world.forum.reply(first.thread_id, world.deniz, "Sipariş 44-19")
    for _ in range(8):
        await world.later(minutes=20)
    ((case, told),) = notes(world).items()
    assert len(world.messages()[case]) == 1
    assert len(told) == 1
