"""A sync channel goes on like a chat: each message goes into the customer's last chat unless that is closed, whatever
Deskie does with messages that go elsewhere (custom-channels.md, item 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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
REFUSED = (ClosedChatWrite.REFUSED, OlderChatWrite.REFUSED)
WAYS = [
    REFUSED,
    (ClosedChatWrite.REOPENS, OlderChatWrite.ACCEPTED),
    (ClosedChatWrite.STAYS_CLOSED, OlderChatWrite.INTO_LAST),
]


def sync(way: tuple[ClosedChatWrite, OlderChatWrite], **forum: object) -> Callable[[World], None]:
    """Return what makes a world's channel a sync one, with messages that go elsewhere taken in one way or another."""

    def prepare(world: World) -> None:
        world.deskie.channels[CHANNEL].type = "sync"
        switches = world.deskie.switches
        switches.closed_chat_write, switches.older_chat_write = way
        switches.rate_limit_per_minute = 750
        world.configure(lambda raw: raw.update(forum))

    return prepare


@pytest.fixture(params=WAYS, ids=" ".join)
async def any_way(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world for what must hold whatever Deskie does with messages to closed and older chats."""
    async with open_world(tmp_path / "ledger.sqlite", sync(request.param)) as made:
        yield made


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose Deskie takes messages to the last chat only, and only if it is not closed."""
    async with open_world(tmp_path / "ledger.sqlite", sync(REFUSED)) as made:
        yield made


@pytest.fixture
async def one_customer(tmp_path: Path) -> AsyncIterator[World]:
    """As ``world``, with all threads of an author one customer's."""
    async with open_world(tmp_path / "ledger.sqlite", sync(REFUSED, identity="author")) as made:
        yield made


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


async def test_an_answer_whose_webhook_never_came_is_published_while_its_chat_is_live(world: World) -> None:
    await world.write("Kargo", "Nerede?")
    (chat,) = cases(world)
    await world.later(minutes=1)
    world.deskie.channels[CHANNEL].webhook_url = ""
    await world.answer(chat.case_id, "<p>Yolda.</p>")
    for _ in range(8):
        await world.later(minutes=1)
        assert chat.chat, "lists hide it as long as it is live"
    (told,) = world.ours()
    assert "Yolda." in told


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


async def test_after_a_closed_chat_a_new_one_is_begun_and_goes_on(any_way: World) -> None:
    thread, closed, last = await chat_with_a_closed_one_before(any_way)
    await any_way.reply(thread, "Bakar mısınız?")
    assert cases(any_way) == [closed, last]
    assert (texts(any_way, closed), texts(any_way, last)) == (1, 2)
    assert closed.status is Status.CLOSED


async def test_an_older_chat_that_was_opened_again_is_not_the_last(any_way: World) -> None:
    thread, older, last = await chat_with_a_closed_one_before(any_way)
    any_way.deskie.set_status(older.case_id, Status.OPEN)
    await any_way.reply(thread, "Bakar mısınız?")
    assert cases(any_way) == [older, last]
    assert (texts(any_way, older), texts(any_way, last)) == (1, 2)


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


async def test_where_the_chat_was_merged_with_a_closed_one_a_new_one_is_begun(any_way: World) -> None:
    thread, before, last = await chat_with_a_closed_one_before(any_way)
    any_way.deskie.merge(last.case_id, before.case_id)
    more = await any_way.reply(thread, "Bakar mısınız?")
    assert len(cases(any_way)) == 2
    assert (texts(any_way, before), any_way.times_delivered(more)) == (2, 1)
    assert before.status is Status.CLOSED


@pytest.mark.parametrize(("listed", "accepts"), [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize("act", ["trash", "spam", "purge"])
async def test_what_was_thrown_away_is_no_chat(world: World, act: str, listed: bool, accepts: bool) -> None:
    switches = world.deskie.switches
    switches.trashed_accepts_reply = switches.spam_accepts_reply = accepts
    switches.list_trashed = listed
    await world.write("Kargo", "Nerede?")
    thread, (thrown,) = thread_of(world, "Kargo"), cases(world)
    getattr(world.deskie, act)(thrown.case_id)
    posts = [await world.reply(thread, "Alo?"), await world.reply(thread, "Alo!")]
    new = cases(world)[-1]
    assert new is not thrown
    assert texts(world, new) == 2
    assert [world.times_delivered(post) for post in posts] == [1, 1]


async def test_a_chat_that_is_closed_while_a_message_is_on_its_way_loses_and_doubles_nothing(any_way: World) -> None:
    await any_way.write("Kargo", "Nerede?")
    (chat,) = cases(any_way)
    on_its_way = any_way.deskie.faults.next(APPEND, What.HANG)
    made = any_way.forum.reply(thread_of(any_way, "Kargo"), any_way.deniz, "Alo?")
    any_way.clock.advance(seconds=2)
    work = asyncio.create_task(any_way.settle())
    await begun(on_its_way)
    any_way.deskie.set_status(chat.case_id, Status.CLOSED)
    on_its_way.release()
    await work
    await any_way.later(seconds=5)
    assert any_way.times_delivered(made.id) == 1
    refused = any_way.deskie.switches.closed_chat_write is ClosedChatWrite.REFUSED
    assert len(cases(any_way)) == (2 if refused else 1)
    assert texts(any_way, chat) == (1 if refused else 2)


async def test_a_chat_that_is_merged_while_a_message_is_on_its_way_loses_and_doubles_nothing(any_way: World) -> None:
    thread, before, last = await chat_with_a_closed_one_before(any_way)
    on_its_way = any_way.deskie.faults.next(APPEND, What.HANG)
    made = any_way.forum.reply(thread, any_way.deniz, "Alo?")
    any_way.clock.advance(seconds=2)
    work = asyncio.create_task(any_way.settle())
    await begun(on_its_way)
    any_way.deskie.merge(last.case_id, before.case_id)
    any_way.deskie.set_status(before.case_id, Status.OPEN)
    on_its_way.release()
    await work
    await any_way.later(seconds=5)
    assert any_way.times_delivered(made.id) == 1
    assert texts(any_way, before) == 3


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


async def test_a_lost_message_is_found_and_the_chat_that_was_closed_meanwhile_stays_closed(any_way: World) -> None:
    await any_way.write("Kargo", "Nerede?")
    (chat,) = cases(any_way)
    any_way.deskie.faults.next(APPEND, What.CUT_AFTER)
    lost = await any_way.reply(thread_of(any_way, "Kargo"), "Buldum, teşekkürler!")
    any_way.deskie.set_status(chat.case_id, Status.CLOSED)
    for _ in range(3):
        await any_way.later(seconds=31)
    assert any_way.times_delivered(lost) == 1
    assert (await any_way.post_states())[str(lost)] == "sent"
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


async def test_a_chat_merged_into_another_thread_s_goes_on_in_the_last_one_there(any_way: World) -> None:
    parcel, invoice = await two_threads(any_way)
    any_way.deskie.set_status(parcel.case_id, Status.CLOSED)
    await any_way.reply(thread_of(any_way, "Kargo"), "Yine gelmedi.")
    last = cases(any_way)[-1]
    any_way.deskie.merge(invoice.case_id, parcel.case_id)
    await any_way.reply(thread_of(any_way, "Fatura"), "Alo?")
    assert cases(any_way) == [parcel, last]
    assert (texts(any_way, parcel), texts(any_way, last)) == (2, 2)
    await any_way.answer(last.case_id, "<p>Baktık.</p>")
    assert (await any_way.answer_states(), any_way.ours()) == (["held"], [])


async def test_a_chat_merged_into_another_thread_s_that_is_closed_begins_anew(any_way: World) -> None:
    parcel, invoice = await two_threads(any_way)
    any_way.deskie.merge(invoice.case_id, parcel.case_id)
    any_way.deskie.set_status(parcel.case_id, Status.CLOSED)
    await any_way.reply(thread_of(any_way, "Fatura"), "Alo?")
    new = cases(any_way)[-1]
    assert (new.user_id, texts(any_way, new), texts(any_way, parcel)) == (invoice.user_id, 1, 2)
    await any_way.answer(new.case_id, "<p>Düzelttik.</p>")
    assert await any_way.answer_states() == ["sent"]
    assert "Düzelttik." in any_way.forum.thread(thread_of(any_way, "Fatura")).posts[-1].text


async def test_where_another_thread_s_chat_is_closed_one_s_own_last_goes_on(world: World) -> None:
    thread, own, last = await chat_with_a_closed_one_before(world)
    await world.write("Fatura", "Yanlış.")
    invoice = cases(world)[-1]
    world.deskie.merge(last.case_id, invoice.case_id)
    world.deskie.set_status(invoice.case_id, Status.CLOSED)
    world.deskie.set_status(own.case_id, Status.OPEN)
    await world.reply(thread, "Bakar mısınız?")
    assert cases(world) == [own, invoice]
    assert (texts(world, own), texts(world, invoice)) == (2, 2)


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
    told = [message.user_id for message in world.deskie.messages(parcel)]
    assert told == [parcel.user_id, begun_there.user_id, begun_there.user_id, parcel.user_id]


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


async def test_a_chat_that_is_closed_while_files_are_fetched_is_not_written_to(any_way: World) -> None:
    await any_way.write("Kargo", "Nerede?")
    (chat,) = cases(any_way)
    made = any_way.forum.reply(thread_of(any_way, "Kargo"), any_way.deniz, "Böyle geldi")
    any_way.forum.attach(made.id, "koli.png", "image/png", b"\x89PNG")
    slow = any_way.forum.faults.next(r"/file", "hang")
    any_way.clock.advance(seconds=2)
    work = asyncio.create_task(any_way.settle())
    await begun(slow)
    any_way.deskie.set_status(chat.case_id, Status.CLOSED)
    slow.released.set()
    await work
    await any_way.later(seconds=5)
    assert len(cases(any_way)) == 2
    assert (texts(any_way, chat), texts(any_way, cases(any_way)[-1])) == (1, 1)
    assert chat.status is Status.CLOSED


async def test_where_an_author_is_one_customer_all_threads_go_into_the_last_chat(one_customer: World) -> None:
    await one_customer.write("Kargo", "Nerede?")
    await one_customer.write("Fatura", "Yanlış.")
    (chat,) = cases(one_customer)
    await one_customer.reply(thread_of(one_customer, "Kargo"), "Alo?")
    await one_customer.reply(thread_of(one_customer, "Fatura"), "Alo!")
    assert cases(one_customer) == [chat]
    assert texts(one_customer, chat) == 4
    await one_customer.answer(chat.case_id, "<p>Hangisi?</p>")
    assert (await one_customer.answer_states(), one_customer.ours()) == (["held"], [])
    one_customer.deskie.set_status(chat.case_id, Status.CLOSED)
    await one_customer.reply(thread_of(one_customer, "Fatura"), "Peki.")
    await one_customer.reply(thread_of(one_customer, "Kargo"), "Peki.")
    assert (len(cases(one_customer)), texts(one_customer, cases(one_customer)[-1])) == (2, 2)


async def test_an_answer_by_customer_alone_is_held_where_threads_share_the_chat(one_customer: World) -> None:
    await one_customer.believe_webhooks()
    await one_customer.write("Kargo", "Nerede?")
    await one_customer.write("Fatura", "Yanlış.")
    (chat,) = cases(one_customer)
    body = form(case_id=chat.case_id + 7, message_id=77, user_id=chat.user_id, custom_user_id="", content="Hangisi?")
    assert await knock(one_customer.door, body) == 200
    await one_customer.settle()
    assert (await one_customer.answer_states(), one_customer.ours()) == (["held"], [])


async def test_a_channel_that_becomes_a_sync_one_loses_nothing_and_keeps_the_customers(tmp_path: Path) -> None:
    async with open_world(tmp_path / "ledger.sqlite") as world:
        parcel, invoice = await two_threads(world)
        assert parcel.user_id == invoice.user_id
        sync(REFUSED)(world)
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
