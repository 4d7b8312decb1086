"""Private threads through the adapter `misago`: read, answered where they stand, started and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.engines.misago import MisagoForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import Forbidden, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.misago.adapter import Misago
from forum_bridge.model import Author, Draft, Receipt, SignInState, ThreadId, ThreadRef, Watch, WatchKind

INBOX = Watch(WatchKind.INBOX)
AYSE, ELIF = Author("ayse", "2"), Author("elif", "3")


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> MisagoForum:
    return seeded(clock, posts=3)


@pytest.fixture
async def url(forum: MisagoForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def misago(url: str, clock: Time) -> AsyncIterator[Misago]:
    async with adapter_to(url, "misago", user="kopru", password="Köprü-Parola-1", clock=clock) as adapter:
        assert isinstance(adapter, Misago)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def test_is_a_messenger(forum: MisagoForum) -> None:
    assert WatchKind.INBOX in Misago.watches
    assert forum.kopru.id == 1


async def test_private_threads_are_read_and_told_from_public_ones(misago: Misago, forum: MisagoForum, url: str) -> None:
    kopru, ayse, elif_ = forum.members
    ours = forum.begin("Gizli şifre sorunu", ayse, "<p>Soru</p>", [ayse, kopru])
    forum.write(ours, ayse, None)
    forum.write(ours, ayse, "<p>Ek</p>")
    forum.begin("Başkalarının", ayse, "<p>Bize değil</p>", [ayse, elif_])
    reading = await misago.read(INBOX, None)
    assert [(post.id, post.html) for post in reading.posts] == [("pm-104", "<p>Soru</p>"), ("pm-106", "<p>Ek</p>")]
    assert reading.threads[0].ref == ThreadRef(
        ThreadId("pm-2"), f"{url}/p/thread/2/", "Gizli şifre sorunu", private=True
    )
    assert reading.posts[0].url == f"{url}/p/thread/2/post/104/"
    assert all(post.thread.private for post in reading.posts)
    assert (await misago.read(INBOX, reading.cursor)).posts == ()
    forum.write(ours, ayse, "<p>Bir ek daha</p>")
    assert [post.id for post in (await misago.read(INBOX, reading.cursor)).posts][-1] == "pm-108"


async def test_what_is_private_is_no_thread_to_watch(misago: Misago, forum: MisagoForum, url: str) -> None:
    forum.begin("Gizli", forum.members[1], "<p>Soru</p>", [forum.members[1], forum.kopru])
    for address in (f"{url}/p/gizli/2/", f"{url}/api/private-threads/2/posts/?page=1"):
        with pytest.raises(WatchTrouble, match="not the address of a thread"):
            await misago.read(Watch(WatchKind.THREAD, address), None)
    board = await misago.read(Watch(WatchKind.BOARD, url), None)
    assert {post.thread.id for post in board.posts} == {"1"}


async def test_an_answer_goes_into_the_private_thread_and_is_found_there(
    misago: Misago, forum: MisagoForum, url: str
) -> None:
    ours = forum.begin("Gizli", forum.members[1], "<p>Soru</p>", [forum.members[1], forum.kopru])
    (asked,) = (await misago.read(INBOX, None)).posts
    receipt = await misago.reply(asked.thread, Draft("Gizli cevap"))
    assert receipt == Receipt(receipt.post_id, f"{url}/p/thread/2/post/{ours.entries[-1].id}/")
    assert [each.html for each in ours.entries] == ["<p>Soru</p>", "<p>Gizli cevap</p>"]
    own = await misago.own_posts(asked.thread, asked.id)
    assert (own.complete, [post.id for post in own.posts]) == (True, [receipt.post_id])
    assert len(forum.threads[1].entries) == 3


async def test_a_private_answer_has_no_way_into_a_public_thread(misago: Misago, forum: MisagoForum, url: str) -> None:
    for address in (f"{url}/t/konu/1/", f"{url}/api/threads/1/posts/?page=1"):
        with pytest.raises(WatchTrouble):
            await misago.reply(ThreadRef(ThreadId("pm-1"), address, private=True), Draft("Gizli"))
    with pytest.raises(NotPosted):
        await misago.reply(ThreadRef(ThreadId("pm-1"), f"{url}/p/thread/1/", private=True), Draft("Gizli"))
    assert len(forum.threads[1].entries) == 3


async def test_a_message_is_started_to_whoever_has_the_number_and_found(
    misago: Misago, forum: MisagoForum, clock: Time
) -> None:
    forum.members[1].name = "ayse_yeni"  # renamed since
    before = clock()
    assert await misago.message(AYSE, "Re: Kargo", Draft("Merhaba ayse")) == Receipt()
    thread = forum.threads[2]
    assert ([each.id for each in thread.people], thread.title) == ([1, 2], "Re: Kargo")
    own = await misago.own_messages(AYSE, before)
    assert (own.complete, [post.id for post in own.posts]) == (True, [f"pm-{thread.entries[0].id}"])
    other = await misago.own_messages(ELIF, before)
    assert (other.complete, other.posts) == (True, ())
    clock.pass_by(hours=1)
    assert (await misago.own_messages(AYSE, clock())).posts == ()


async def test_a_message_whose_answer_was_lost_is_found_and_so_not_sent_twice(
    misago: Misago, forum: MisagoForum, clock: Time
) -> None:
    before, forum.cut = clock(), True
    with pytest.raises(Unclear):
        await misago.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    own = await misago.own_messages(AYSE, before)
    assert (own.complete, len(own.posts)) == (True, 1)


async def test_whom_a_private_thread_is_with_is_asked_only_of_those_that_moved_since(
    misago: Misago, forum: MisagoForum, clock: Time
) -> None:
    for number in range(4):
        forum.begin(f"Eski {number}", forum.members[2], "<p>Eski</p>", [forum.members[2], forum.kopru])
    clock.pass_by(hours=1)
    await misago.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    forum.asked.clear()
    assert len((await misago.own_messages(AYSE, START.replace(hour=21))).posts) == 1
    assert [each for each in forum.asked if "posts" not in each] == [
        "/api/private-threads/?list=all",
        "/api/private-threads/6/",
    ]


async def test_an_account_that_the_other_one_has_left_alone_is_not_called_searched(
    misago: Misago, forum: MisagoForum, clock: Time
) -> None:
    before = clock()
    await misago.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    forum.threads[2].people.pop()
    assert not (await misago.own_messages(ELIF, before)).complete


async def test_haste_waits_and_what_is_refused_for_good_is_told(
    misago: Misago, forum: MisagoForum, clock: Time
) -> None:
    await misago.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(Retry):
        await misago.message(ELIF, "Re: Kargo", Draft("Merhaba"))
    clock.pass_by(seconds=4)
    with pytest.raises(NotPosted, match="en az 5"):
        await misago.message(ELIF, "Re", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="number of Kimse"):
        await misago.message(Author("Kimse", "77"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="guest"):
        await misago.message(Author("Misafir"), "Re: Kargo", Draft("Merhaba"))
    forum.may_start = False
    with pytest.raises(NotPosted, match="başlatamazsınız"):
        await misago.message(ELIF, "Re: Kargo", Draft("Merhaba"))
    assert [each.people for each in forum.threads.values() if each.people] == [forum.members[:2]]


async def test_without_an_account_or_a_session_there_is_no_inbox(
    misago: Misago, forum: MisagoForum, url: str, clock: Time
) -> None:
    async with adapter_to(url, "misago", clock=clock) as guest:
        with pytest.raises(Forbidden, match="belong to an account"):
            await guest.read(INBOX, None)
    forum.sign_out_everybody()
    with pytest.raises(SignInNeeded):
        await misago.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    assert len(forum.threads) == 1
