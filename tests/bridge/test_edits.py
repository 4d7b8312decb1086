"""Posts change on the forum: before they reach the desk, while they do, and after. A board does not show that, so the
thread itself is watched."""

import asyncio

import pytest
from tests.bridge.test_operator import decided
from tests.bridge.world import World

from forum_bridge.ledger import tally
from forum_bridge.ledger.operator import Act
from forum_bridge.sandbox.desk.faults import What

CREATE = r"POST /api/cases\.json"
APPEND = r"POST /api/cases/\d+/messages\.json"


THREAD = 1


@pytest.fixture(autouse=True)
async def watching(world: World) -> None:
    world.configure(lambda forum: forum.update(watch=[{"thread": f"{world.url}/thread/{THREAD}"}]))
    await world.restart()
    await world.settle()


def told(world: World) -> str:
    """Return all that customers said on the desk."""
    return "\n".join(html for htmls in world.messages().values() for html in htmls)


async def test_an_edit_while_the_desk_is_away_is_what_the_desk_gets(world: World) -> None:
    fault = world.deskie.faults.next(CREATE, "429", times=3)
    question = await world.reply(THREAD, "Siparisim nerde 4419?")
    assert fault.hits == 1
    world.forum.edit(question, "Siparişim nerede? Numarası 4491.")
    for _ in range(8):
        await world.later(minutes=1)
    assert "4491" in told(world)
    assert "4419" not in told(world)
    assert world.times_delivered(question) == 1


async def test_an_edit_while_the_message_is_being_prepared_is_not_lost(world: World) -> None:
    await world.reply(THREAD, "Nerede?")
    await world.later(seconds=61)  # so that the case's state is asked for first
    slow = world.deskie.faults.next(r"GET /api/cases/\d+\.json", What.HANG)
    second = world.forum.reply(THREAD, world.deniz, "Hâlâ yok.")
    world.clock.advance(seconds=2)
    work = asyncio.create_task(world.settle())
    async with asyncio.timeout(10):
        while not slow.hits:
            await asyncio.wait([work], timeout=0.01)
    world.forum.edit(second.id, "Hâlâ yok. İptal edin!")
    await world.polled()
    slow.release()
    await work
    for _ in range(3):
        await world.later(seconds=5)
    assert "İptal edin" in told(world)


async def test_what_was_never_written_is_sent_by_a_retry_as_it_reads_then(world: World) -> None:
    world.configure(lambda forum: forum.update(cases={"subject": "{{ 1 // 0 }}"}))
    await world.restart()
    question = await world.reply(THREAD, "Sipariş 4419.")
    for _ in range(8):
        await world.later(minutes=1)
    assert (await world.post_states())[str(question)] == "held"
    for text in ("Sipariş 4490.", "Sipariş 4491."):
        world.forum.edit(question, text)
        await world.later(minutes=3)
    assert (await world.post_states())[str(question)] == "held"
    async with world.ledger.reading() as db:
        (item,) = await tally.stuck(db)
    world.configure(lambda forum: forum.update(cases={}))
    await world.restart()
    await decided(world, Act.RETRY, item.name)
    assert "4491" in told(world)
    assert "4419" not in told(world)
    (case,) = world.deskie.cases()
    assert not any(message.note for message in world.deskie.messages(case)), "nothing else is to be told"


async def test_a_follow_up_to_a_held_post_does_not_wait_with_it(world: World) -> None:
    world.deskie.switches.content_limit = 20
    question = await world.reply(THREAD, "Siparişim üç haftadır gelmedi, nerede kaldı?")
    world.deskie.switches.content_limit = 0
    world.forum.edit(question, "Siparişim üç haftadır gelmedi, nerede kaldı?\n\nBir de fatura.")
    for _ in range(3):
        await world.later(minutes=2)
    assert "Bir de fatura" in told(world)


async def test_a_post_that_grows_after_a_correction_brings_its_follow_up(world: World) -> None:
    question = await world.reply(THREAD, "Siparsim nerede?")
    world.forum.edit(question, "Siparişim nerede?")
    await world.later(seconds=2)
    assert len(told(world).splitlines()) == 1
    world.forum.edit(question, "Siparişim nerede?\n\nAdresim de değişti.")
    await world.later(seconds=2)
    assert "Adresim de değişti" in told(world)
    assert len(told(world).splitlines()) == 2


async def test_a_follow_up_that_was_merged_into_a_post_just_corrected_arrives(world: World) -> None:
    world.forum.switches.merge_posts = True
    question = await world.reply(THREAD, "Siparsim nerede?")
    world.forum.edit(question, "Siparişim nerede?")
    await world.reply(THREAD, "Numarası 4491.")
    assert "4491" in told(world)
    assert len(told(world).splitlines()) == 2


async def test_pages_that_are_old_and_new_by_turns_bring_a_follow_up_once(world: World) -> None:
    question = await world.reply(THREAD, "Nerede?")
    for _ in range(3):
        world.forum.edit(question, "Nerede?\n\nHâlâ yok.")
        await world.later(seconds=2)
        world.forum.edit(question, "Nerede?")
        await world.later(seconds=2)
    assert len(told(world).splitlines()) == 2


async def test_a_post_that_ever_changes_does_not_fill_the_ledger(world: World) -> None:
    question = await world.reply(THREAD, "Durum: 1 dakika önce")
    for minutes in range(2, 8):
        world.forum.edit(question, f"Durum: {minutes} dakika önce")
        await world.later(seconds=2)
    assert len(told(world).splitlines()) == 1
    assert await world.revisions(question) == 2


async def test_a_picture_that_a_post_gains_is_a_follow_up(world: World) -> None:
    question = await world.reply(THREAD, "Kutu böyle geldi:")
    world.forum.edit(question, "Kutu böyle geldi:\n\n![kutu](/kutu.png)")
    for _ in range(6):  # a picture that cannot be fetched is waited for a little, then linked
        await world.later(minutes=5)
    assert "kutu.png" in told(world)


@pytest.mark.parametrize("text", ["Nerede?", "NEREDE?!", "Nerede … ?"])
async def test_what_only_looks_different_is_not_told_again(world: World, text: str) -> None:
    question = await world.reply(THREAD, "Nerede?")
    world.forum.edit(question, text)
    await world.later(seconds=2)
    assert len(told(world).splitlines()) == 1
    assert await world.revisions(question) == 1


async def test_merged_follow_ups_arrive_in_order_and_together_where_one_had_to_wait(world: World) -> None:
    world.forum.switches.merge_posts = True
    await world.reply(THREAD, "Bir.")
    world.deskie.faults.next(APPEND, "cut_after")
    for text in ("İki.", "Üç.", "Dört."):
        world.forum.reply(THREAD, world.deniz, text)
        await world.later(seconds=2)
    for _ in range(4):
        await world.later(seconds=31)
    (messages,) = world.messages().values()
    assert [("İki" in one, "Üç" in one, "Dört" in one) for one in messages] == [
        (False, False, False),
        (True, False, False),
        (True, True, True),
    ]


async def test_a_follow_up_that_became_part_of_a_post_from_before_the_watch_is_no_old_one(world: World) -> None:
    old = world.forum.thread(THREAD).posts[-1]
    question = old.text
    for text in (f"{question}\n\nDüzeltme: kırmızı olanı.", question):
        world.forum.edit(old.id, text)
        await world.later(seconds=2)
    assert told(world) == ""
    world.forum.switches.merge_posts = True
    world.forum.reply(THREAD, old.author, "Bir de fatura lazım.")
    await world.later(seconds=2)
    await world.later(seconds=2)
    assert "Bir de fatura" in told(world)
    world.forum.reply(THREAD, old.author, "Şirket adına.")
    await world.later(seconds=2)
    assert "Şirket adına" in told(world)
    assert len(told(world).splitlines()) == 2
