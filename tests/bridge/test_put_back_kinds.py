"""A copy is put back, and every kind of row is found again: personal messages, notes, what people post by hand, chats,
and what a forum sent by itself."""

from __future__ import annotations

from pathlib import Path

from tests.bridge.confidence import case_of, marking, public, sent
from tests.bridge.test_by_hand import notes
from tests.bridge.test_put_back import copied, hours, put_it_back
from tests.bridge.test_sync import WAYS, sync
from tests.bridge.world import World, open_world
from tests.push.place import open_push_world, post


async def test_a_personal_message_is_not_sent_twice_and_never_published(tmp_path: Path) -> None:
    async with open_world(tmp_path / "ledger.sqlite", marking()) as world:
        case = await case_of(world)
        copy = await copied(world)
        for _ in range(2):
            await world.answer(case, "<p>[private] Şifreniz sıfırlandı.</p>")
        assert len(sent(world)) == 2
        await put_it_back(world, copy)
        await hours(world)
        assert len(sent(world)) == 2
        assert set(await world.answer_states()) == {"sent"}
        assert "sıfırlandı" not in public(world)


async def test_agents_are_not_told_twice(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    copy = await copied(world)
    world.forum.lock(world.forum.threads()[0].id)
    await world.answer(case.case_id, "<p>Kapalı konuya yanıt.</p>")
    await hours(world)
    told = notes(world)
    assert len(told) == 1
    await put_it_back(world, copy)
    await hours(world)
    assert await world.answer_states() == ["dead"]
    assert notes(world) == told


async def test_a_note_that_waited_in_the_copy_is_not_written_twice(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    world.forum.lock(world.forum.threads()[0].id)
    async with world.unwritable("agent_note", "sending"):
        await world.answer(case.case_id, "<p>Kapalı konuya yanıt.</p>")
        copy = await copied(world)
    assert notes(world) == []
    await hours(world)
    assert len(notes(world)) == 1
    await put_it_back(world, copy)
    await hours(world)
    assert len(notes(world)) == 1


async def test_a_text_to_paste_is_not_handed_over_twice(world: World) -> None:
    world.configure(lambda forum: forum.update(own_authors=["Selin Aydın"], answers={"assisted": True}))
    await world.restart()
    await world.settle()
    await world.write("Kargo", "Nerede?")
    (case,) = world.deskie.cases()
    copy = await copied(world)
    await world.answer(case.case_id, "<p>Yarın sizde.</p>")
    told = notes(world)
    assert len(told) == 1
    await put_it_back(world, copy)
    await hours(world)
    assert await world.answer_states() == ["by_hand"]
    assert notes(world) == told


async def test_a_chat_goes_on_where_the_lost_ledger_had_begun_it(tmp_path: Path) -> None:
    async with open_world(tmp_path / "ledger.sqlite", sync(WAYS[0])) as world:
        copy = await copied(world)
        first = await world.write("Kargo", "Nerede?")
        (chat,) = world.deskie.cases()
        await world.answer(chat.case_id, "<p>Yolda.</p>")
        await put_it_back(world, copy)
        await hours(world)
        second = await world.reply(world.forum.threads()[0].id, "Gelmedi.")
        await hours(world)
        assert [world.times_delivered(each) for each in (first, second)] == [1, 1]
        assert len(world.deskie.cases()) == 1
        assert len(world.ours()) == 1


async def test_what_a_forum_sent_by_itself_finds_its_case_and_its_answer(tmp_path: Path) -> None:
    async with open_push_world(tmp_path / "ledger.sqlite") as place:
        world = place.world
        copy = await copied(world)
        case = await place.case(post(1))
        await world.answer(case, "<p>Yolda.</p>")
        assert len(place.owner.answers) == 1
        await put_it_back(world, copy)
        assert await place.case(post(2, "Hâlâ gelmedi.")) == case  # the owner does not send the first one again
        await hours(world)
        assert len(world.deskie.cases()) == 1
        assert len(world.messages()[case]) == 2
        assert len(place.owner.answers) == 1
        await place.case(post(1))  # and now does
        await hours(world)
        assert len(world.messages()[case]) == 2


async def test_a_limit_of_new_cases_does_not_keep_back_what_is_found(world: World) -> None:
    world.config = world.config.model_copy(
        update={"deskie": world.config.deskie.model_copy(update={"new_cases_per_day": 3})}
    )
    await world.restart()
    copy = await copied(world)
    posts = [await world.write(f"Soru {number}", "Nerede?") for number in range(3)]
    await put_it_back(world, copy)
    await hours(world)
    assert [world.times_delivered(each) for each in posts] == [1, 1, 1]
    states = await world.post_states()
    assert {states[str(each)] for each in posts} == {"sent"}
