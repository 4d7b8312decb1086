"""Chats through the adapter `nodebb`: read as private threads, answered where they stand, opened and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.nodebb import NodeBBForum, seeded
from tests.engines.nodebb_chats import NodeBBChats
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import Forbidden, NotPosted, Retry, Unclear, WatchTrouble
from forum_bridge.forums.engines.nodebb.adapter import NodeBB
from forum_bridge.model import Author, Cursor, Draft, SignInState, ThreadId, ThreadRef, Watch, WatchKind

INBOX = Watch(WatchKind.INBOX)
AYSE, YONETICI = Author("Ayşe Öz", "3"), Author("yonetici", "1")


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> NodeBBForum:
    return seeded(clock, 3)


@pytest.fixture
def chats(forum: NodeBBForum) -> NodeBBChats:
    return NodeBBChats(forum)


@pytest.fixture
async def url(forum: NodeBBForum, chats: NodeBBChats) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture(params=["token", "master"])
async def nodebb(request: pytest.FixtureRequest, forum: NodeBBForum, url: str, clock: Time) -> AsyncIterator[NodeBB]:
    key = forum.token if request.param == "token" else forum.master
    async with adapter_to(url, "nodebb", user="kopru", api_key=key, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


async def test_a_chat_is_a_private_thread_and_its_own_words_are_no_messages(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats, url: str, clock: Time
) -> None:
    chat = chats.open(forum.ayse, forum.kopru)
    chats.write(chat, forum.ayse, "", system=True)
    chats.write(chat, forum.ayse, "Giremiyorum **hiç**")
    chats.write(chat, forum.ayse, "Sildim").deleted = True
    chats.open(forum.kopru, forum.members[0])  # nobody has written there yet
    chats.write(chats.open(forum.ayse, forum.members[0]), forum.ayse, "Bize değil")
    reading = await nodebb.read(INBOX, None)
    assert [(post.id, post.html) for post in reading.posts] == [("pm-902", "<p>Giremiyorum <strong>hiç</strong></p>")]
    (post,) = reading.posts
    assert post.author.key == "3"
    assert post.thread == ThreadRef(ThreadId("pm-1"), f"{url}/chats/1", "Ayşe Öz", private=True)
    assert (post.url, post.time) == (f"{url}/message/902", START)
    assert (await nodebb.read(INBOX, reading.cursor)).posts == ()
    clock.pass_by(minutes=1)
    chats.write(chat, forum.ayse, "Ek")
    assert [each.id for each in (await nodebb.read(INBOX, reading.cursor)).posts][-1] == "pm-905"


@pytest.mark.parametrize("count", [49, 50, 51, 100, 137])
async def test_a_long_chat_is_read_whole_once_and_onwards(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats, clock: Time, count: int
) -> None:
    chat = chats.open(forum.ayse, forum.kopru)
    for number in range(count):
        clock.pass_by(seconds=1)
        chats.write(chat, forum.ayse, f"Mesaj {number}")
    found, cursor = list[str](), Cursor()
    for more in (0, 1, 60, 1):
        for number in range(more):
            clock.pass_by(seconds=1)
            chats.write(chat, forum.ayse, f"Yeni {number}")
        reading = await nodebb.read(INBOX, cursor if found else None)
        found += [post.id for post in reading.posts if post.id not in found]
        cursor = reading.cursor or cursor
    assert found == [f"pm-{each.id}" for each in chat.messages]


async def test_what_was_written_before_we_joined_is_not_ours_to_read(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats
) -> None:
    chat = chats.open(forum.ayse, forum.kopru)
    for number in range(120):
        chats.write(chat, forum.ayse, f"Mesaj {number}")
    chat.joined = 110
    reading = await nodebb.read(INBOX, None)
    assert [post.html for post in reading.posts] == [f"<p>Mesaj {number}</p>" for number in range(110, 120)]


async def test_an_answer_goes_into_the_chat_and_is_found_there(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats, url: str
) -> None:
    chat = chats.open(forum.ayse, forum.kopru)
    for number in range(70):
        chats.write(chat, forum.ayse, f"Mesaj {number}")
    asked = (await nodebb.read(INBOX, None)).posts[-1]
    receipt = await nodebb.reply(asked.thread, Draft("Sıfırladık"))
    assert (receipt.post_id, receipt.url) == ("pm-971", f"{url}/message/971")
    assert (chat.messages[-1].author, chat.messages[-1].content) == (forum.kopru, "<p>Sıfırladık</p>")
    own = await nodebb.own_posts(asked.thread, asked.id)
    assert (own.complete, [post.id for post in own.posts]) == (True, ["pm-971"])
    assert len(forum.topics[1].entries) == 3


async def test_a_private_answer_has_no_way_into_a_topic(nodebb: NodeBB, forum: NodeBBForum, url: str) -> None:
    with pytest.raises(WatchTrouble, match="not the address of a chat"):
        await nodebb.reply(ThreadRef(ThreadId("pm-1"), f"{url}/topic/1", private=True), Draft("Gizli cevap"))
    assert len(forum.topics[1].entries) == 3


async def test_a_message_goes_into_the_chat_of_two_and_else_into_a_new_one(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats, clock: Time
) -> None:
    three = chats.open(forum.kopru, forum.ayse, forum.members[0])
    chats.write(three, forum.ayse, "Üçümüz")
    before = clock()
    first = await nodebb.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    second = await nodebb.message(AYSE, "Re: Başka", Draft("Tekrar merhaba"))
    (new,) = [chat for chat in chats.rooms if chat is not three]
    assert [each.content for each in new.messages] == ["<p>Merhaba</p>", "<p>Tekrar merhaba</p>"]
    assert new.people == [forum.kopru, forum.ayse]
    assert [each.content for each in three.messages] == ["<p>Üçümüz</p>"]
    own = await nodebb.own_messages(AYSE, before)
    assert {first.post_id, second.post_id} <= {post.id for post in own.posts}
    other = await nodebb.own_messages(YONETICI, clock() + timedelta(hours=1))
    assert (other.complete, other.posts) == (True, ())


async def test_a_message_whose_answer_was_lost_is_found_and_so_not_sent_twice(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats, clock: Time
) -> None:
    before, forum.cut = clock(), True
    with pytest.raises(Unclear):
        await nodebb.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    own = await nodebb.own_messages(AYSE, before)
    assert (own.complete, [post.html for post in own.posts]) == (True, ["<p>Bir kez</p>"])


async def test_a_room_that_was_made_and_not_named_gets_the_message_at_the_second_try(
    nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats
) -> None:
    chats.cut_room = True
    with pytest.raises(Retry):
        await nodebb.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    await nodebb.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    assert [[each.content for each in chat.messages] for chat in chats.rooms] == [["<p>Bir kez</p>"]]


async def test_what_the_forum_refuses_is_told(nodebb: NodeBB, forum: NodeBBForum, chats: NodeBBChats) -> None:
    chats.restricted.add(3)
    with pytest.raises(NotPosted, match="restricted"):
        await nodebb.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="does not exist"):
        await nodebb.message(Author("Kimse", "99"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="another server"):
        await nodebb.message(Author("uzak", "https://baska.example/u/1"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="longer than 1000"):
        await nodebb.message(YONETICI, "Re: Kargo", Draft("a" * 1001))
    chats.hasty = True
    with pytest.raises(Retry, match="please wait"):
        await nodebb.message(YONETICI, "Re: Kargo", Draft("Merhaba"))
    assert all(not chat.messages for chat in chats.rooms)


async def test_a_guest_has_no_chats(url: str, clock: Time) -> None:
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        assert isinstance(guest, NodeBB)
        with pytest.raises(Forbidden, match="belong to an account"):
            await guest.read(INBOX, None)
        with pytest.raises(NotPosted):
            await guest.message(AYSE, "Re: Kargo", Draft("Merhaba"))
