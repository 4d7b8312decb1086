"""A sync channel goes on like a chat: each message goes into the customer's last chat unless that is closed, whatever
Deskie does with messages that go elsewhere (custom-channels.md, item 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bridge.test_webhook import form, knock
from tests.bridge.world import World, open_world

from forum_bridge.sandbox.desk.choices import AbsorbedWrite, ClosedChatWrite, OlderChatWrite
from forum_bridge.sandbox.desk.faults import Fault, What
from forum_bridge.sandbox.desk.records import Case, Status
from forum_bridge.sandbox.forum.faults import Fault as ForumFault
from forum_bridge.sandbox.sandbox import CHANNEL

APPEND = r"POST /api/cases/\d+/messages\.json"
CREATE = r"POST /api/cases\.json"
WAYS = [
    (ClosedChatWrite.REFUSED, OlderChatWrite.REFUSED),
    (ClosedChatWrite.REOPENS, OlderChatWrite.ACCEPTED),
    (ClosedChatWrite.STAYS_CLOSED, OlderChatWrite.INTO_LAST),
]


async def made_sync(world: World, ledger: Path, **forum: object) -> World:
    """Begin anew on a ledger that has only ever known a sync channel."""
    await world.bridge_down()
    world.deskie.channels[CHANNEL].type = "sync"
    world.deskie.switches.rate_limit_per_minute = 750
    world.configure(lambda raw: raw.update(forum))
    world.config = world.config.model_copy(
        update={"ledger": world.config.ledger.model_copy(update={"url": str(ledger)})}
    )
    world.ledger_path = ledger
    await world.bridge_up()
    await world.settle()
    return world


@pytest.fixture(params=WAYS, ids=" ".join)
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with open_world(tmp_path / "async.sqlite") as made:
        switches = made.deskie.switches
        switches.closed_chat_write, switches.older_chat_write = request.param
        yield await made_sync(made, tmp_path / "ledger.sqlite")


def thread_of(world: World, title: str) -> int:
    return next(thread.id for thread in world.forum.threads() if thread.title == title)


def cases(world: World) -> list[Case]:
    """All cases, oldest first."""
    return sorted(world.deskie.cases(), key=lambda case: case.case_id)


def texts(world: World, case: Case) -> int:
    """How many messages of customers a case holds."""
    return len(world.messages()[case.case_id])


async def begun(fault: Fault | ForumFault) -> None:
    """Return once a request hangs on a fault."""
    async with asyncio.timeout(5):
        while not fault.hits:  # noqa: ASYNC110 -- a fault tells nobody when it is hit
            await asyncio.sleep(0)


async def chat_with_a_closed_one_before(world: World) -> tuple[int, Case, Case]:
    """Deniz's chat about a parcel was closed, and another one begun; return the thread and both."""
    await world.write("Kargo", "Nerede?")
    thread = thread_of(world, "Kargo")
    world.deskie.set_status(cases(world)[0].case_id, Status.CLOSED)
    await world.reply(thread, "Yine gelmedi 😕")
    closed, last = cases(world)
    return thread, closed, last


async def test_a_live_chat_goes_on_though_lists_hide_it(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread, (chat,) = thread_of(world, "Kargo"), cases(world)
    assert chat.chat
    await world.reply(thread, "Alo?")
    await world.answer(chat.case_id, "<p>Yolda.</p>")
    assert chat.status is Status.WAITING
    await world.reply(thread, "Teşekkürler, bekliyorum.")
    assert cases(world) == [chat]
    assert texts(world, chat) == 3


async def test_a_chat_that_completed_itself_is_taken_up_again(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    thread, (chat,) = thread_of(world, "Kargo"), cases(world)
    world.clock.advance(minutes=11)
    world.deskie.agenda.catch_up()
    assert not chat.chat
    assert chat.status is Status.OPEN
    await world.reply(thread, "Hâlâ yok.")
    assert cases(world) == [chat]
    assert chat.chat
    assert texts(world, chat) == 2


async def test_after_a_closed_chat_a_new_one_is_begun_and_goes_on(world: World) -> None:
    thread, closed, last = await chat_with_a_closed_one_before(world)
    await world.reply(thread, "Bakar mısınız?")
    assert cases(world) == [closed, last]
    assert (texts(world, closed), texts(world, last)) == (1, 2)
    assert closed.status is Status.CLOSED


async def test_an_older_chat_that_was_opened_again_is_not_the_last(world: World) -> None:
    thread, older, last = await chat_with_a_closed_one_before(world)
    world.deskie.set_status(older.case_id, Status.OPEN)
    await world.reply(thread, "Bakar mısınız?")
    assert cases(world) == [older, last]
    assert (texts(world, older), texts(world, last)) == (1, 2)


@pytest.mark.parametrize("absorbed", list(AbsorbedWrite))
@pytest.mark.parametrize("status", [Status.OPEN, Status.WAITING])
async def test_where_the_chat_was_merged_with_the_one_before_that_one_goes_on(
    world: World, absorbed: AbsorbedWrite, status: Status
) -> None:
    world.deskie.switches.absorbed_write = absorbed
    thread, before, last = await chat_with_a_closed_one_before(world)
    world.deskie.merge(last.case_id, before.case_id)
    world.deskie.set_status(before.case_id, status)
    more = await world.reply(thread, "Bakar mısınız?")
    assert cases(world) == [before]
    assert texts(world, before) == 3
    assert world.times_delivered(more) == 1
    await world.answer(before.case_id, "<p>Baktık.</p>")
    assert await world.answer_states() == ["sent"]


async def test_where_the_chat_was_merged_with_a_closed_one_a_new_one_is_begun(world: World) -> None:
    thread, before, last = await chat_with_a_closed_one_before(world)
    world.deskie.merge(last.case_id, before.case_id)
    more = await world.reply(thread, "Bakar mısınız?")
    assert len(cases(world)) == 2
    assert (texts(world, before), world.times_delivered(more)) == (2, 1)
    assert before.status is Status.CLOSED


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("act", ["trash", "spam", "purge"])
async def test_what_was_thrown_away_is_no_chat(world: World, act: str, listed: bool) -> None:
    switches = world.deskie.switches
    switches.trashed_accepts_reply = switches.spam_accepts_reply = False
    switches.list_trashed = listed
    await world.write("Kargo", "Nerede?")
    thread, (thrown,) = thread_of(world, "Kargo"), cases(world)
    getattr(world.deskie, act)(thrown.case_id)
    posts = [await world.reply(thread, "Alo?"), await world.reply(thread, "Alo!")]
    new = cases(world)[-1]
    assert new is not thrown
    assert texts(world, new) == 2
    assert [world.times_delivered(post) for post in posts] == [1, 1]


async def test_a_chat_that_is_closed_while_a_message_is_on_its_way_loses_and_doubles_nothing(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (chat,) = cases(world)
    on_its_way = world.deskie.faults.next(APPEND, What.HANG)
    made = world.forum.reply(thread_of(world, "Kargo"), world.deniz, "Alo?")
    world.clock.advance(seconds=2)
    work = asyncio.create_task(world.settle())
    await begun(on_its_way)
    world.deskie.set_status(chat.case_id, Status.CLOSED)
    on_its_way.release()
    await work
    await world.later(seconds=5)
    assert world.times_delivered(made.id) == 1
    refused = world.deskie.switches.closed_chat_write is ClosedChatWrite.REFUSED
    assert len(cases(world)) == (2 if refused else 1)
    assert texts(world, chat) == (1 if refused else 2)


async def test_a_chat_that_is_merged_while_a_message_is_on_its_way_loses_and_doubles_nothing(world: World) -> None:
    thread, before, last = await chat_with_a_closed_one_before(world)
    on_its_way = world.deskie.faults.next(APPEND, What.HANG)
    made = world.forum.reply(thread, world.deniz, "Alo?")
    world.clock.advance(seconds=2)
    work = asyncio.create_task(world.settle())
    await begun(on_its_way)
    world.deskie.merge(last.case_id, before.case_id)
    world.deskie.set_status(before.case_id, Status.OPEN)
    on_its_way.release()
    await work
    await world.later(seconds=5)
    assert world.times_delivered(made.id) == 1
    assert texts(world, before) == 3


async def test_a_refusal_that_has_nothing_to_do_with_the_chat_stands(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    world.deskie.faults.next(APPEND, What.UNPROCESSABLE)
    made = await world.reply(thread_of(world, "Kargo"), "Alo?")
    assert (await world.post_states())[str(made)] == "dead"
    assert len(cases(world)) == 1


@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.MALFORMED])
async def test_a_chat_whose_beginning_was_not_confirmed_is_begun_once(world: World, what: What) -> None:
    world.deskie.faults.next(CREATE, what, takes_effect=what is not What.CUT_BEFORE)
    first = await world.write("Kargo", "Nerede?")
    more = await world.reply(thread_of(world, "Kargo"), "Alo?")
    for _ in range(3):
        await world.later(seconds=31)
    (chat,) = cases(world)
    assert [world.times_delivered(post) for post in (first, more)] == [1, 1]
    assert texts(world, chat) == 2


async def test_a_lost_message_is_found_and_the_chat_that_was_closed_meanwhile_stays_closed(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (chat,) = cases(world)
    world.deskie.faults.next(APPEND, What.CUT_AFTER)
    lost = await world.reply(thread_of(world, "Kargo"), "Buldum, teşekkürler!")
    world.deskie.set_status(chat.case_id, Status.CLOSED)
    for _ in range(3):
        await world.later(seconds=31)
    assert world.times_delivered(lost) == 1
    assert (await world.post_states())[str(lost)] == "sent"
    assert chat.status is Status.CLOSED


async def two_threads(world: World) -> tuple[Case, Case]:
    """Deniz writes in two threads; return the chats."""
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.")
    parcel, invoice = cases(world)
    return parcel, invoice


async def test_two_threads_of_one_author_are_two_chats_and_answers_reach_the_right_one(world: World) -> None:
    parcel, invoice = await two_threads(world)
    assert parcel.user_id != invoice.user_id
    await world.reply(thread_of(world, "Kargo"), "Alo?")
    await world.reply(thread_of(world, "Fatura"), "Alo?")
    assert (texts(world, parcel), texts(world, invoice)) == (2, 2)
    await world.answer(invoice.case_id, "<p>Düzelttik.</p>")
    await world.answer(parcel.case_id, "<p>Paket yolda.</p>")
    await world.reply(thread_of(world, "Kargo"), "Oh, sonunda 🎉")
    assert (texts(world, parcel), texts(world, invoice)) == (3, 2)
    for title, said in (("Kargo", "Paket yolda."), ("Fatura", "Düzelttik.")):
        there = world.forum.thread(thread_of(world, title)).posts
        assert [said in post.text for post in there if post.author_name == "acme_destek"] == [True]


@pytest.mark.parametrize("linked", [True, False])
async def test_cases_of_linked_profiles_are_not_taken_for_ones_own(world: World, linked: bool) -> None:
    world.deskie.switches.list_includes_linked = linked
    parcel, invoice = await two_threads(world)
    assert world.deskie.user(parcel.user_id).linked == {invoice.user_id}
    await world.reply(thread_of(world, "Kargo"), "Alo?")
    assert (texts(world, parcel), texts(world, invoice)) == (2, 1)
    world.deskie.set_status(parcel.case_id, Status.CLOSED)
    await world.reply(thread_of(world, "Kargo"), "Yine gelmedi.")
    assert (texts(world, parcel), texts(world, invoice), len(cases(world))) == (2, 1, 3)


@pytest.mark.parametrize("absorbed", list(AbsorbedWrite))
@pytest.mark.parametrize("linked", [True, False])
async def test_a_chat_merged_into_another_thread_s_goes_on_there_and_answers_are_held(
    world: World, absorbed: AbsorbedWrite, linked: bool
) -> None:
    world.deskie.switches.absorbed_write = absorbed
    world.deskie.switches.list_includes_linked = linked
    parcel, invoice = await two_threads(world)
    world.deskie.merge(invoice.case_id, parcel.case_id)
    posts = [await world.reply(thread_of(world, "Fatura"), text) for text in ("Alo?", "Alo!")]
    await world.reply(thread_of(world, "Kargo"), "Nerede kaldı?")
    assert cases(world) == [parcel]
    assert texts(world, parcel) == 5
    assert [world.times_delivered(post) for post in posts] == [1, 1]
    await world.answer(parcel.case_id, "<p>Baktık.</p>")
    assert (await world.answer_states(), world.ours()) == (["held"], [])


async def test_a_chat_merged_into_another_thread_s_goes_on_in_the_last_one_there(world: World) -> None:
    parcel, invoice = await two_threads(world)
    world.deskie.set_status(parcel.case_id, Status.CLOSED)
    await world.reply(thread_of(world, "Kargo"), "Yine gelmedi.")
    last = cases(world)[-1]
    world.deskie.merge(invoice.case_id, parcel.case_id)
    await world.reply(thread_of(world, "Fatura"), "Alo?")
    assert cases(world) == [parcel, last]
    assert (texts(world, parcel), texts(world, last)) == (2, 2)
    await world.answer(last.case_id, "<p>Baktık.</p>")
    assert (await world.answer_states(), world.ours()) == (["held"], [])


async def test_a_chat_merged_into_another_thread_s_that_is_closed_begins_anew(world: World) -> None:
    parcel, invoice = await two_threads(world)
    world.deskie.merge(invoice.case_id, parcel.case_id)
    world.deskie.set_status(parcel.case_id, Status.CLOSED)
    await world.reply(thread_of(world, "Fatura"), "Alo?")
    new = cases(world)[-1]
    assert (new.user_id, texts(world, new), texts(world, parcel)) == (invoice.user_id, 1, 2)
    await world.answer(new.case_id, "<p>Düzelttik.</p>")
    assert await world.answer_states() == ["sent"]
    assert "Düzelttik." in world.forum.thread(thread_of(world, "Fatura")).posts[-1].text


async def test_where_another_s_chat_takes_no_messages_of_ours_a_new_one_is_begun(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.", author=world.forum.person("Elif Şahin"))
    parcel, invoice = cases(world)
    world.deskie.merge(invoice.case_id, parcel.case_id)
    world.deskie.faults.next(APPEND, What.UNPROCESSABLE)
    made = await world.reply(thread_of(world, "Fatura"), "Alo?", author=world.forum.person("Elif Şahin"))
    await world.later(seconds=5)
    assert world.times_delivered(made) == 1
    assert len(cases(world)) == 2
    await world.reply(thread_of(world, "Kargo"), "Orada mısınız?")
    assert texts(world, parcel) == 3  # the other customer's chat is still theirs


async def test_a_lost_beginning_is_found_though_it_was_merged_into_another_thread_s_chat(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (parcel,) = cases(world)
    world.deskie.faults.next(CREATE, What.CUT_AFTER)
    lost = await world.write("Fatura", "Yanlış.")
    begun_there = cases(world)[-1]
    world.deskie.merge(begun_there.case_id, parcel.case_id)
    for _ in range(3):
        await world.later(seconds=31)
    assert world.times_delivered(lost) == 1
    more = await world.reply(thread_of(world, "Fatura"), "Alo?")
    await world.reply(thread_of(world, "Kargo"), "Alo?")
    assert cases(world) == [parcel]
    assert (texts(world, parcel), world.times_delivered(more)) == (4, 1)


async def test_a_customer_whom_deskie_forgot_begins_anew(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (old,) = cases(world)
    world.deskie.people.purge(old.user_id)
    posts = [await world.reply(thread_of(world, "Kargo"), text) for text in ("Alo?", "Alo!")]
    for _ in range(3):
        await world.later(seconds=5)
    new = cases(world)[-1]
    assert [world.times_delivered(post) for post in posts] == [1, 1]
    assert (texts(world, old), texts(world, new)) == (1, 2)


async def test_a_chat_that_is_closed_while_files_are_fetched_is_not_written_to(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (chat,) = cases(world)
    made = world.forum.reply(thread_of(world, "Kargo"), world.deniz, "Böyle geldi")
    world.forum.attach(made.id, "koli.png", "image/png", b"\x89PNG")
    slow = world.forum.faults.next(r"/file", "hang")
    world.clock.advance(seconds=2)
    work = asyncio.create_task(world.settle())
    await begun(slow)
    world.deskie.set_status(chat.case_id, Status.CLOSED)
    slow.released.set()
    await work
    await world.later(seconds=5)
    assert len(cases(world)) == 2
    assert (texts(world, chat), texts(world, cases(world)[-1])) == (1, 1)
    assert chat.status is Status.CLOSED


async def test_where_an_author_is_one_customer_all_threads_go_into_the_last_chat(world: World, tmp_path: Path) -> None:
    await made_sync(world, tmp_path / "author.sqlite", identity="author")
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.")
    (chat,) = cases(world)
    await world.reply(thread_of(world, "Kargo"), "Alo?")
    await world.reply(thread_of(world, "Fatura"), "Alo!")
    assert cases(world) == [chat]
    assert texts(world, chat) == 4
    await world.answer(chat.case_id, "<p>Hangisi?</p>")
    assert (await world.answer_states(), world.ours()) == (["held"], [])
    world.deskie.set_status(chat.case_id, Status.CLOSED)
    await world.reply(thread_of(world, "Fatura"), "Peki.")
    await world.reply(thread_of(world, "Kargo"), "Peki.")
    assert (len(cases(world)), texts(world, cases(world)[-1])) == (2, 2)


async def test_an_answer_by_customer_alone_is_held_where_threads_share_the_chat(world: World, tmp_path: Path) -> None:
    await made_sync(world, tmp_path / "author.sqlite", identity="author")
    await world.write("Kargo", "Nerede?")
    await world.write("Fatura", "Yanlış.")
    (chat,) = cases(world)
    body = form(case_id=chat.case_id + 7, message_id=77, user_id=chat.user_id, custom_user_id="", content="Hangisi?")
    assert await knock(world.door, body) == 200
    await world.settle()
    assert (await world.answer_states(), world.ours()) == (["held"], [])


async def test_a_channel_that_becomes_a_sync_one_loses_nothing_and_keeps_the_customers(tmp_path: Path) -> None:
    async with open_world(tmp_path / "ledger.sqlite") as world:
        parcel, invoice = await two_threads(world)
        assert parcel.user_id == invoice.user_id
        world.deskie.channels[CHANNEL].type = "sync"
        world.deskie.switches.older_chat_write = OlderChatWrite.REFUSED
        world.deskie.switches.closed_chat_write = ClosedChatWrite.REFUSED
        await world.restart()
        posts = [await world.reply(thread_of(world, title), "Alo?") for title in ("Kargo", "Fatura")]
        assert cases(world) == [parcel, invoice]
        assert (texts(world, parcel), texts(world, invoice)) == (1, 3)
        posts.append(await world.write("İade", "Geri vermek istiyorum."))
        assert texts(world, invoice) == 4
        await world.answer(invoice.case_id, "<p>Hangisi?</p>")
        assert await world.answer_states() == ["held"]
        world.deskie.set_status(invoice.case_id, Status.CLOSED)
        posts.append(await world.reply(thread_of(world, "Kargo"), "Alo!"))
        assert [world.times_delivered(post) for post in posts] == [1, 1, 1, 1]
        assert {case.user_id for case in cases(world)} == {parcel.user_id}


async def test_a_channel_that_becomes_an_async_one_keeps_threads_apart(world: World) -> None:
    parcel, invoice = await two_threads(world)
    world.deskie.channels[CHANNEL].type = "async"
    await world.restart()
    for title in ("Kargo", "Fatura"):
        await world.reply(thread_of(world, title), "Alo?")
    assert cases(world) == [parcel, invoice]
    assert (texts(world, parcel), texts(world, invoice)) == (2, 2)
