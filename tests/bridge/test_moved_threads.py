"""Moderators move, merge and split threads: customers keep their cases, answers reach the thread in which the posts
stand, and nothing is told twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.bridge.world import World

from forum_bridge.ledger.tables import conversation, post
from forum_bridge.sandbox.forum.moderating import delete_thread, merge, move, split
from forum_bridge.sandbox.forum.records import Person, Post


async def kargo(world: World) -> tuple[int, int]:
    """Deniz opens a thread; return it and Deniz's case."""
    await world.write("Kargo", "Nerede?")
    return world.forum.threads()[0].id, max(case.case_id for case in world.deskie.cases())


def elif_(world: World) -> Person:
    found = world.forum.person("Elif Şahin")
    assert found is not None
    return found


def ours_in(world: World, thread_id: int) -> list[str]:
    return [each.text for each in world.forum.thread(thread_id).visible if each.author_name == "acme_destek"]


async def watch_thread(world: World, thread_id: int) -> None:
    """From now on that thread alone is watched."""
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{thread_id}"}]))
    await world.restart()
    await world.settle()


async def quiet(world: World) -> None:
    for _ in range(4):
        await world.later(seconds=2)


async def homes(world: World) -> list[str]:
    async with world.ledger.reading() as db:
        query = select(conversation.c.thread_id).order_by(conversation.c.id)
        return list((await db.execute(query)).scalars())


async def place(world: World, post_id: int) -> str:
    async with world.ledger.reading() as db:
        query = select(post.c.thread_id).where(post.c.post_id == str(post_id)).limit(1)
        return str((await db.execute(query)).scalar_one())


@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize("watched", ["board", "thread"])
async def test_a_moved_thread_goes_on_in_its_case(world: World, watched: str, redirect: bool) -> None:
    old, case = await kargo(world)
    if watched == "thread":
        await watch_thread(world, old)
    new = move(world.forum, old, redirect=redirect).id
    await quiet(world)
    more = await world.reply(new, "Hâlâ yok! 😕")
    await quiet(world)
    assert [each.case_id for each in world.deskie.cases()] == [case]
    assert world.times_delivered(more) == 1
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert len(ours_in(world, new)) == 1
    assert await homes(world) == [str(new)]
    again = await world.reply(new, "Teşekkürler")
    await quiet(world)
    assert world.times_delivered(again) == 1


async def test_an_answer_to_a_thread_that_moved_twice_while_nobody_wrote(world: World) -> None:
    old, case = await kargo(world)
    await watch_thread(world, old)
    between = move(world.forum, old).id
    await quiet(world)
    new = move(world.forum, between, redirect=False).id
    await quiet(world)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert len(ours_in(world, new)) == 1


async def test_an_answer_written_before_the_move_was_seen_follows_the_address(world: World) -> None:
    old, case = await kargo(world)
    new = move(world.forum, old).id
    await world.answer(case, "<p>Yarın sizde.</p>")
    await quiet(world)
    assert len(ours_in(world, new)) == 1


@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize("watched", ["board", "thread"])
async def test_a_merge_keeps_both_cases_of_one_person(world: World, watched: str, redirect: bool) -> None:
    into, case_b = await kargo(world)
    await world.write("Kargom gelmedi", "Yine ben.")
    old = world.forum.threads()[0].id
    case_a = max(case.case_id for case in world.deskie.cases())
    if watched == "thread":
        await watch_thread(world, old)
    merge(world.forum, old, into, redirect=redirect)
    await quiet(world)
    more = await world.reply(into, "Alo?")
    await quiet(world)
    assert {case.case_id for case in world.deskie.cases()} == {case_a, case_b}
    assert [world.times_delivered(each.id) for each in world.forum.thread(into).visible] == [1, 1, 1]
    assert any("Alo?" in html for html in world.messages()[case_b])
    await world.answer(case_a, "<p>Buradan yanıtlıyoruz.</p>")
    await world.answer(case_b, "<p>Yarın sizde.</p>")
    assert len(ours_in(world, into)) == 2
    assert await homes(world) == [str(into), str(into)]
    assert world.times_delivered(more) == 1


async def test_a_long_thread_that_is_merged_follows_as_a_whole(world: World) -> None:
    """The board reads only the end of the thread that took it in."""
    world.deskie.switches.rate_limit_per_minute = 700
    into, _ = await kargo(world)
    for number in range(14):
        world.forum.reply(into, "Ada Yılmaz", f"Ben de bekliyorum {number}")
    first = world.forum.open_thread(elif_(world), "Fatura", "Fatura nerede?")
    for number in range(25):
        world.forum.reply(first.thread_id, "Kerem", f"Bende de yok {number}")
    await quiet(world)
    world.forum.reply(first.thread_id, elif_(world), "Alo?")
    await quiet(world)
    merge(world.forum, first.thread_id, into, redirect=False)
    world.forum.reply(into, elif_(world), "Birleşmiş mi?")
    await quiet(world)
    (case,) = [case for case, told in world.messages().items() if any("Birleşmiş mi?" in each for each in told)]
    assert "Fatura nerede?" in world.messages()[case][0]
    await world.answer(case, "<p>Gönderdik.</p>")
    assert len(ours_in(world, into)) == 1
    assert set(await homes(world)) == {str(into)}


async def test_a_customer_of_a_merged_thread_stays_one_though_another_began_the_thread(world: World) -> None:
    world.configure(lambda forum: forum.update(cases={"from": "starter"}))
    await world.restart()
    into, _ = await kargo(world)
    await world.write("Fatura", "Fatura nerede?", author=elif_(world))
    old = world.forum.threads()[0].id
    merge(world.forum, old, into)
    await quiet(world)
    more = await world.reply(into, "Alo?", author=elif_(world))
    stranger = await world.reply(into, "Ben de!", author="Ada Yılmaz")
    await quiet(world)
    assert (world.times_delivered(more), world.times_delivered(stranger)) == (1, 0)
    assert len(world.deskie.cases()) == 2


async def test_the_starter_of_a_moved_thread_is_still_known(world: World) -> None:
    world.configure(lambda forum: forum.update(cases={"from": "starter"}))
    await world.restart()
    old, case = await kargo(world)
    for number in range(12):
        world.forum.reply(old, "Ada Yılmaz", f"Ben de {number}")
    await watch_thread(world, old)
    new = move(world.forum, old, redirect=False).id
    more = await world.reply(new, "Alo?")
    await quiet(world)
    assert world.times_delivered(more) == 1
    assert [each.case_id for each in world.deskie.cases()] == [case]


async def test_posts_that_are_split_off_take_their_conversation_with_them(world: World) -> None:
    old, _ = await kargo(world)
    theirs = [await world.reply(old, text, author=elif_(world)) for text in ("Benimki de yok!", "Alo?")]
    case = max(each.case_id for each in world.deskie.cases())
    new = split(world.forum, theirs, "Elif'in kargosu").id
    await quiet(world)
    more = await world.reply(new, "Konu ayrılmış", author=elif_(world))
    await quiet(world)
    assert len(world.deskie.cases()) == 2
    assert any("Konu ayrılmış" in html for html in world.messages()[case])
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert (len(ours_in(world, new)), len(ours_in(world, old))) == (1, 0)
    back = await world.reply(old, "Bu başka bir soru", author=elif_(world))
    await quiet(world)
    assert world.times_delivered(back) == world.times_delivered(more) == 1
    assert len(world.deskie.cases()) == 3


async def test_a_conversation_that_was_split_is_answered_nowhere_until_its_customer_writes_again(world: World) -> None:
    old, case = await kargo(world)
    second = await world.reply(old, "Bir de fatura yok.")
    split(world.forum, [second], "Fatura")
    await quiet(world)
    assert await place(world, second) == str(world.forum.post(second).thread_id)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert world.ours() == []
    assert await world.answer_states() == ["waiting"]
    for _ in range(6):
        await world.later(minutes=2)
    assert world.ours() == []
    assert await world.answer_states() == ["held"]
    assert any("2 threads" in reason and "by hand" in reason for reason in await world.reasons())
    await world.reply(old, "Kargo nerede kaldı?")
    await world.answer(case, "<p>Yolda.</p>")
    assert len(ours_in(world, old)) == 1


async def test_a_split_into_a_thread_that_has_a_conversation_of_the_same_person(world: World) -> None:
    old, case_a = await kargo(world)
    await world.write("Fatura", "Fatura yok.")
    into = world.forum.threads()[0].id
    case_b = max(case.case_id for case in world.deskie.cases())
    split(world.forum, [each.id for each in world.forum.thread(old).visible], into=into)
    await quiet(world)
    await world.answer(case_a, "<p>Buradan.</p>")
    more = await world.reply(into, "Tamam")
    await quiet(world)
    assert len(ours_in(world, into)) == 1
    assert any("Tamam" in html for html in world.messages()[case_b])
    assert world.times_delivered(more) == 1


async def test_what_a_merge_brings_from_before_the_watch_stays_old(world: World) -> None:
    """The other thread was never read; its posts have higher numbers than those of the thread that took them in."""
    old: list[Post] = [world.forum.open_thread("Ada Yılmaz", "Eski konu", "Eskiden")]
    old += [world.forum.reply(old[0].thread_id, "Ada Yılmaz", f"Eskiden {number}") for number in range(3)]
    for number, each in enumerate(old):
        each.time = world.clock().replace(year=2025, minute=number)
    await watch_thread(world, 1)
    merge(world.forum, old[0].thread_id, 1)
    fresh = await world.reply(1, "Yeni")
    await quiet(world)
    assert [world.times_delivered(each.id) for each in old] == [0] * 4
    assert world.times_delivered(fresh) == 1


async def test_a_thread_that_comes_back_is_itself_again(world: World) -> None:
    old, case = await kargo(world)
    thread = world.forum.thread(old)
    new = move(world.forum, old).id
    await quiet(world)
    await world.reply(new, "Alo?")
    for each in list(world.forum.thread(new).visible):
        world.forum.put(each, thread)
    thread.moved_to = None
    await world.reply(old, "Geri mi geldi?")
    await quiet(world)
    await world.answer(case, "<p>Evet.</p>")
    assert len(ours_in(world, old)) == 1
    assert len(world.deskie.cases()) == 1


async def test_a_merge_that_is_undone(world: World) -> None:
    into, _ = await kargo(world)
    await world.write("Fatura", "Fatura yok.", author=elif_(world))
    thread = world.forum.threads()[0]
    case, theirs = max(case.case_id for case in world.deskie.cases()), thread.visible
    merge(world.forum, thread.id, into, redirect=False)
    world.forum.reply(into, "Ada Yılmaz", "Bende de yok")
    await quiet(world)
    assert await homes(world) == [str(into)] * 3
    for each in theirs:
        world.forum.put(each, thread)
    more = await world.reply(thread.id, "Alo?", author=elif_(world))
    await quiet(world)
    assert (await homes(world))[1] == str(thread.id)
    assert world.times_delivered(more) == 1
    await world.answer(case, "<p>Gönderdik.</p>")
    assert (len(ours_in(world, thread.id)), len(ours_in(world, into))) == (1, 0)


async def test_posts_split_off_from_a_thread_that_was_deleted_do_not_take_the_others_answers(world: World) -> None:
    """The address of the newest post leads into another thread, but the customer's post is gone."""
    old, case = await kargo(world)
    await watch_thread(world, old)
    theirs = await world.reply(old, "Reklam", author="Ada Yılmaz")
    split(world.forum, [theirs], "Başka")
    delete_thread(world.forum, old)
    await quiet(world)
    assert (await homes(world))[0] == str(old)
    await world.answer(case, "<p>Yarın sizde.</p>")
    assert world.ours() == []
    assert (await world.answer_states())[0] == "dead"
