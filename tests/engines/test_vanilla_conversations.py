"""Conversations through the adapter `vanilla`: read, answered where they stand, opened and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.vanilla import User, VanillaForum, seeded
from tests.engines.vanilla_conversations import VanillaConversations

from forum_bridge.errors import Forbidden, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.vanilla.adapter import Vanilla
from forum_bridge.model import Author, Cursor, Draft, SignInState, ThreadId, ThreadRef, Watch, WatchKind

INBOX = Watch(WatchKind.INBOX)
AYSE, ELIF = Author("Ayşe Öz", "2"), Author("elif", "3")


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> VanillaForum:
    forum = seeded(clock, 3)
    forum.users += [User(number, name) for number, name in enumerate(["elif", "can", "ece", "deniz", "umut"], 3)]
    return forum


@pytest.fixture
def talks(forum: VanillaForum) -> VanillaConversations:
    return VanillaConversations(forum)


@pytest.fixture
async def url(forum: VanillaForum, talks: VanillaConversations) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def vanilla(url: str, forum: VanillaForum, clock: Time) -> AsyncIterator[Vanilla]:
    async with adapter_to(url, "vanilla", user="kopru", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Vanilla)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


async def test_a_conversation_is_a_private_thread(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, url: str, clock: Time
) -> None:
    kopru, ayse, elif_ = forum.users[:3]
    ours = talks.open(ayse, kopru)
    talks.write(ours, ayse, "<p>Giremiyorum</p>")
    talks.open(kopru, elif_)  # nothing stands there yet
    talks.write(talks.open(ayse, elif_), ayse, "<p>Bize değil</p>")
    reading = await vanilla.read(INBOX, None)
    (post,) = reading.posts
    assert (post.id, post.html, post.time, post.opening) == ("pm-501", "<p>Giremiyorum</p>", START, True)
    assert (post.author.key, post.url) == ("2", f"{url}/messages/1#Message_501")
    assert post.thread == ThreadRef(ThreadId("pm-1"), f"{url}/messages/1", "Ayşe Öz", private=True)
    assert (await vanilla.read(INBOX, reading.cursor)).posts == ()
    clock.pass_by(minutes=1)
    talks.write(ours, ayse, "<p>Ek</p>")
    later = await vanilla.read(INBOX, reading.cursor)
    assert [(each.id, each.opening) for each in later.posts][-1] == ("pm-503", False)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
async def test_a_long_conversation_is_read_whole_once_and_onwards(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time, count: int
) -> None:
    kopru, ayse = forum.users[:2]
    ours = talks.open(ayse, kopru)
    for number in range(count):
        clock.pass_by(seconds=1)
        talks.write(ours, ayse, f"<p>{number}</p>")
    found, cursor = list[str](), Cursor()
    for more in (0, 1, 120, 1):
        for number in range(more):
            clock.pass_by(seconds=1)
            talks.write(ours, ayse, f"<p>Yeni {number}</p>")
        reading = await vanilla.read(INBOX, cursor if found else None)
        found += [post.id for post in reading.posts if post.id not in found]
        cursor = reading.cursor or cursor
    assert found == [f"pm-{each.id}" for each in ours.messages]


async def test_what_is_written_while_it_is_read_hides_nothing(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations
) -> None:
    kopru, ayse = forum.users[:2]
    ours = talks.open(ayse, kopru)
    for number in range(250):
        talks.write(ours, ayse, f"<p>{number}</p>")
    talks.meanwhile = 3
    reading = await vanilla.read(INBOX, None)
    assert [post.id for post in reading.posts] == [f"pm-{each.id}" for each in ours.messages[:250]]
    later = await vanilla.read(INBOX, reading.cursor)
    assert [post.id for post in later.posts][-3:] == [f"pm-{each.id}" for each in ours.messages[250:]]


async def test_of_a_conversation_without_end_the_newest_messages_are_read(
    forum: VanillaForum, talks: VanillaConversations, url: str, clock: Time
) -> None:
    kopru, ayse = forum.users[:2]
    ours = talks.open(ayse, kopru)
    for number in range(250):
        talks.write(ours, ayse, f"<p>{number}</p>")
    login = {"user": "kopru", "api_key": forum.key}
    async with adapter_to(url, "vanilla", **login, clock=clock, options={"pages_a_poll": 2}) as adapter:
        assert isinstance(adapter, Vanilla)
        await adapter.sign_in()
        reading = await adapter.read(INBOX, None)
        assert [post.id for post in reading.posts] == [f"pm-{each.id}" for each in ours.messages[-200:]]
        talks.write(ours, ayse, "<p>Son</p>")
        assert (await adapter.read(INBOX, reading.cursor)).posts[-1].html == "<p>Son</p>"


async def test_an_old_unread_message_hides_no_new_one_from_a_watch_that_begins_now(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time
) -> None:
    """The list tells of the first unread message, however old."""
    kopru, ayse, elif_ = forum.users[:3]
    clock.now = START - timedelta(days=3)
    old, rests = talks.open(ayse, kopru), talks.open(elif_, kopru)
    talks.write(old, ayse, "<p>Eski</p>")
    talks.write(rests, elif_, "<p>Eski</p>")
    clock.now = START + timedelta(minutes=5)
    talks.write(old, ayse, "<p>Yeni</p>")
    reading = await vanilla.read(Watch(WatchKind.INBOX, since=START), None)
    assert [post.html for post in reading.posts][-1] == "<p>Yeni</p>"
    assert {post.thread.id for post in reading.posts} == {"pm-1"}


async def test_an_answer_goes_into_the_conversation_and_is_found_there(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, url: str
) -> None:
    kopru, ayse = forum.users[:2]
    ours = talks.open(ayse, kopru)
    talks.write(ours, ayse, "<p>Soru</p>")
    (asked,) = (await vanilla.read(INBOX, None)).posts
    receipt = await vanilla.reply(asked.thread, Draft("Gizli cevap"))
    assert (receipt.post_id, receipt.url) == ("pm-502", f"{url}/messages/1#Message_502")
    assert (ours.messages[-1].author, ours.messages[-1].body) == (kopru, "<p>Gizli cevap</p>")
    forum.cut = True
    with pytest.raises(Unclear):
        await vanilla.reply(asked.thread, Draft("Bir daha"))
    own = await vanilla.own_posts(asked.thread, receipt.post_id)
    assert (own.complete, [post.html for post in own.posts]) == (True, ["<p>Bir daha</p>"])
    assert len(forum.talks[1].comments) == 3


async def test_a_private_answer_has_no_way_into_a_discussion(vanilla: Vanilla, forum: VanillaForum, url: str) -> None:
    for address in (f"{url}/discussion/1", f"{url}/discussion/comment/1", f"{url}/api/v2/comments?discussionID=1"):
        with pytest.raises(WatchTrouble, match="not the address of a conversation"):
            await vanilla.reply(ThreadRef(ThreadId("pm-1"), address, private=True), Draft("Gizli"))
    with pytest.raises(NotPosted, match="does not exist"):
        await vanilla.reply(ThreadRef(ThreadId("pm-1"), f"{url}/messages/1", private=True), Draft("Gizli"))
    assert len(forum.talks[1].comments) == 3


async def test_what_is_private_is_no_thread_to_watch(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, url: str
) -> None:
    talks.write(talks.open(forum.users[1], forum.users[0]), forum.users[1], "<p>Gizli</p>")
    with pytest.raises(WatchTrouble, match="not the address of a discussion"):
        await vanilla.read(Watch(WatchKind.THREAD, f"{url}/messages/1"), None)
    board = await vanilla.read(Watch(WatchKind.BOARD, url), None)
    assert not any("Gizli" in post.html for post in board.posts)


async def test_whom_everybody_left_no_answer_is_written_to(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations
) -> None:
    ours = talks.open(forum.users[1], forum.users[0])
    talks.write(ours, forum.users[1], "<p>Soru</p>")
    (asked,) = (await vanilla.read(INBOX, None)).posts
    ours.left.add(2)
    with pytest.raises(NotPosted, match="has left"):
        await vanilla.reply(asked.thread, Draft("Duyan yok"))
    ours.left = {1}
    with pytest.raises(NotPosted, match="moderating"):
        await vanilla.reply(asked.thread, Draft("Duyan yok"))
    assert len(ours.messages) == 1


async def test_a_message_is_a_conversation_of_its_own_and_found(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, url: str, clock: Time
) -> None:
    kopru, ayse = forum.users[:2]
    talks.write(talks.open(ayse, kopru), ayse, "<p>Başka bir konu</p>")
    before, talks.subjects = clock(), True
    receipt = await vanilla.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    new = talks.talks[1]
    assert (new.by, new.people, new.name) == (kopru, [1, 2], "Re: Kargo")
    assert [each.body for each in new.messages] == ["<p>Merhaba</p>"]
    assert (receipt.post_id, receipt.url) == ("pm-502", f"{url}/messages/2#Message_502")
    assert len(talks.talks[0].messages) == 1
    own = await vanilla.own_messages(AYSE, before)
    assert (own.complete, [post.id for post in own.posts]) == (True, [receipt.post_id])
    other = await vanilla.own_messages(ELIF, before)
    assert (other.complete, other.posts) == (True, ())
    clock.pass_by(hours=1)
    assert (await vanilla.own_messages(AYSE, clock())).posts == ()


async def test_a_message_whose_answer_was_lost_is_found_and_so_not_sent_twice(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time
) -> None:
    before, forum.cut = clock(), True
    with pytest.raises(Unclear):
        await vanilla.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    clock.pass_by(hours=3)
    for number in range(3):  # the customer has written since, and the list tells of the first of these
        talks.write(talks.talks[0], forum.users[1], f"<p>Ek {number}</p>")
    for number in range(120):  # and so have others
        talks.write(talks.open(forum.users[2], forum.users[0]), forum.users[2], f"<p>{number}</p>")
    own = await vanilla.own_messages(AYSE, before)
    assert (own.complete, [post.html for post in own.posts]) == (True, ["<p>Bir kez</p>"])


async def test_a_lost_message_is_found_behind_what_waited_unread_for_days(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time
) -> None:
    """A whole page of the list tells of old messages, though newer ones stand in those conversations."""
    kopru, elif_ = forum.users[0], forum.users[2]
    many = [talks.open(elif_, kopru) for _ in range(105)]
    for each in many:
        talks.write(each, elif_, "<p>Eski</p>")
    clock.pass_by(days=5)
    before, forum.cut = clock(), True
    with pytest.raises(Unclear):
        await vanilla.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    clock.pass_by(minutes=5)
    for each in many:
        talks.write(each, elif_, "<p>Yeni</p>")
    own = await vanilla.own_messages(AYSE, before)
    assert (own.complete, [post.html for post in own.posts]) == (True, ["<p>Bir kez</p>"])


async def test_a_conversation_that_was_opened_and_not_named_gets_the_message_at_the_second_try(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations
) -> None:
    talks.open(forum.users[1], forum.users[0])  # hers
    talks.open(forum.users[0], forum.users[1], forum.users[2])  # of three
    talks.open(forum.users[0], forum.users[1]).left.add(2)  # she is gone
    talks.lose_opened = True
    with pytest.raises(Retry):
        await vanilla.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    talks.hasty = True
    with pytest.raises(Retry) as flood:
        await vanilla.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    assert flood.value.after == timedelta(seconds=120)
    talks.hasty = False
    await vanilla.message(AYSE, "Re: Kargo", Draft("Bir kez"))
    assert [[each.body for each in talk.messages] for talk in talks.talks] == [[], [], [], ["<p>Bir kez</p>"]]


async def test_in_a_group_only_a_document_of_its_own_tells_who_is_there(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time
) -> None:
    kopru, before = forum.users[0], clock()
    group = talks.open(kopru, *forum.users[2:])
    talks.write(group, kopru, "<p>Duyuru</p>")
    for reader, found in ((ELIF, ["<p>Duyuru</p>"]), (AYSE, [])):
        own = await vanilla.own_messages(reader, before)
        assert (own.complete, [post.html for post in own.posts]) == (True, found)
    group.left.add(3)
    assert [post.html for post in (await vanilla.own_messages(ELIF, before)).posts] == ["<p>Duyuru</p>"]
    group.people = list(range(1, 140))  # more than one answer names
    assert not (await vanilla.own_messages(Author("yüz otuz", "130"), before)).complete


@pytest.mark.parametrize("old", [False, True])
async def test_what_the_forum_refuses_is_told(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, old: bool
) -> None:
    talks.old = old
    if not old:
        with pytest.raises(NotPosted, match="Kimse has no account"):
            await vanilla.message(Author("Kimse", "77"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="guest"):
        await vanilla.message(Author("Misafir"), "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(NotPosted, match="1 characters too long"):
        await vanilla.message(AYSE, "Re: Kargo", Draft("a" * 2001))
    talks.may_start = False
    with pytest.raises(NotPosted, match="Permission Problem") as refused:
        await vanilla.message(ELIF, "Re: Kargo", Draft("Merhaba"))
    assert "start conversations" in refused.value.explanation
    assert [talk.messages for talk in talks.talks] == [[]]


async def test_without_an_account_or_a_token_there_is_no_inbox(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, url: str, clock: Time
) -> None:
    async with adapter_to(url, "vanilla", clock=clock) as guest:
        assert isinstance(guest, Vanilla)
        with pytest.raises(Forbidden, match="belong to an account"):
            await guest.read(INBOX, None)
        with pytest.raises(NotPosted):
            await guest.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    forum.users[0].token = "başka"
    with pytest.raises(SignInNeeded):
        await vanilla.message(AYSE, "Re: Kargo", Draft("Merhaba"))
    with pytest.raises(SignInNeeded):
        await vanilla.read(INBOX, None)
    assert talks.talks == []


async def test_a_message_that_went_with_its_author_s_account_stops_nothing(
    vanilla: Vanilla, forum: VanillaForum, talks: VanillaConversations, clock: Time
) -> None:
    kopru, ayse, elif_ = forum.users[:3]
    ours = talks.open(ayse, kopru, elif_)
    for author in (ayse, elif_, ayse, elif_):
        talks.write(ours, author, "<p>Soru</p>")
    first = await vanilla.read(INBOX, None)
    ours.messages = [each for each in ours.messages if each.author is not elif_]
    clock.pass_by(minutes=1)
    new = [talks.write(ours, ayse, f"<p>{number}</p>") for number in range(3)]
    later = await vanilla.read(INBOX, first.cursor)
    assert [post.id for post in later.posts][-3:] == [f"pm-{each.id}" for each in new]
    assert later.moved == {} and not later.unreadable
    ours.left.add(kopru.id)
    assert (await vanilla.read(INBOX, later.cursor)).posts == ()
