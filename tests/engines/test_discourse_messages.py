"""Personal messages by the adapter `discourse`, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.engines.discourse import DiscourseForum, Member, seeded
from tests.engines.discourse_messages import DiscourseMessages
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import Forbidden, NotPosted, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.contract import CanMessage
from forum_bridge.forums.engines.discourse.adapter import Discourse
from forum_bridge.model import Author, Draft, PostId, ThreadId, ThreadRef, Watch, WatchKind

INBOX = Watch(WatchKind.INBOX)
AYSE = Author("ayse", "2")


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> DiscourseForum:
    return seeded(clock, 3)


@pytest.fixture
def messages(forum: DiscourseForum) -> DiscourseMessages:
    return DiscourseMessages(forum)


@pytest.fixture
async def url(forum: DiscourseForum, messages: DiscourseMessages) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def discourse(forum: DiscourseForum, url: str, clock: Time) -> AsyncIterator[Discourse]:
    async with adapter_to(url, "discourse", user="kopru", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Discourse) and isinstance(adapter, CanMessage)
        await adapter.sign_in()
        yield adapter


def private(url: str, topic_id: int) -> ThreadRef:
    return ThreadRef(ThreadId(f"pm-{topic_id}"), f"{url}/t/{topic_id}", private=True)


async def test_the_inbox_is_read_and_all_of_it_is_private(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, url: str, clock: Time
) -> None:
    told = messages.tell(forum.ayse, "Şifre", "Şifremi unuttum")
    first = await discourse.read(INBOX, None)
    (post,) = first.posts
    assert (post.id, post.thread) == (f"pm-{told.entries[0].id}", replace(private(url, told.id), title="Şifre"))
    assert post.author == Author("ayse", "2", f"{url}/u/ayse") and first.threads[0].ref.private
    clock.pass_by(minutes=1)
    answered = forum.write(told, forum.ayse, "Hâlâ")
    again = await discourse.read(INBOX, first.cursor)
    assert [each.id for each in again.posts if each.id != post.id] == [f"pm-{answered.id}"]


async def test_what_is_private_and_what_is_public_are_kept_apart(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, url: str
) -> None:
    told = messages.tell(forum.ayse, "Şifre", "Şifremi unuttum")
    with pytest.raises(WatchTrouble, match="personal message"):
        await discourse.page(f"{url}/t/sifre/{told.id}")
    told.members = frozenset()  # as a moderator does who makes a public topic of it
    with pytest.raises(NotPosted, match="public topic"):
        await discourse.reply(private(url, told.id), Draft("Şifreniz 1234"))
    assert len(told.entries) == 1


async def test_what_the_forum_itself_sends_is_nobodys_question(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse
) -> None:
    messages.tell(forum.members[2], "Hoş geldiniz", "Foruma hoş geldiniz")
    reading = await discourse.read(INBOX, None)
    assert (reading.posts, reading.gap) == ((), False)
    messages.tell(forum.members[2], "Bildirim", "Bir gönderi bildirildi", forum.ayse)
    assert len((await discourse.read(INBOX, reading.cursor)).posts) == 1


async def test_a_page_of_what_the_forum_sends_hides_no_question(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, clock: Time
) -> None:
    messages.tell(forum.ayse, "Şifre", "Şifremi unuttum")
    for count in range(31):
        clock.pass_by(minutes=1)
        messages.tell(forum.members[2], f"Rapor {count}", "Yedeklendi")
    assert [post.html for post in (await discourse.read(INBOX, None)).posts] == ["<p>Şifremi unuttum</p>"]


async def test_an_answer_stands_in_the_conversation(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, url: str
) -> None:
    told = messages.tell(forum.ayse, "Şifre", "Şifremi unuttum")
    receipt = await discourse.reply(private(url, told.id), Draft("Sıfırladık."))
    assert receipt.post_id == f"pm-{told.entries[-1].id}" and told.entries[-1].raw == "Sıfırladık."
    own = await discourse.own_posts(private(url, told.id), PostId(f"pm-{told.entries[0].id}"))
    assert [each.id for each in own.posts] == [receipt.post_id] and own.complete
    told.closed = True
    with pytest.raises(NotPosted, match="kapalı"):
        await discourse.reply(private(url, told.id), Draft("Bir şey daha"))
    with pytest.raises(NotPosted):
        await discourse.reply(private(url, 99), Draft("Var mı?"))


async def test_a_message_is_opened_and_found_again(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, url: str, clock: Time
) -> None:
    messages.tell(forum.ayse, "Eski", "Eski söz")
    clock.pass_by(minutes=10)
    since = clock.now
    forum.cut = True
    draft = Draft("Faturanız ektedir.", key="destek:7:1")
    with pytest.raises(Unclear):
        await discourse.message(AYSE, "Fatura", draft)
    opened = forum.topics[max(forum.topics)]
    assert (opened.title, set(opened.members)) == ("Fatura", {1, 2})
    found = await discourse.own_messages(AYSE, since)
    assert [(each.id, each.thread.id) for each in found.posts] == [(f"pm-{opened.entries[0].id}", f"pm-{opened.id}")]
    assert found.complete and found.posts[0].thread.private
    assert not (await discourse.own_messages(Author("veli", "8"), since)).posts
    clock.pass_by(minutes=5)
    with pytest.raises(NotPosted, match="zaten alınmış"):  # the forum knows the draft, however late it comes again
        await discourse.message(AYSE, "Fatura", draft)
    receipt = await discourse.message(AYSE, "Kargo", Draft("Yolda.", key="destek:8:1"))
    topic = forum.topics[max(forum.topics)]
    assert (receipt.post_id, receipt.url) == (
        f"pm-{topic.entries[0].id}",
        f"{url}/t/{topic.id}/1#p{topic.entries[0].id}",
    )


async def test_many_who_talk_are_nobody_for_sure(
    forum: DiscourseForum, messages: DiscourseMessages, discourse: Discourse, clock: Time
) -> None:
    forum.members.append(Member(9, "veli"))
    told = messages.tell(forum.ayse, "Üçümüz", "Merhaba", forum.members[-1])
    forum.write(told, forum.kopru, "Buyurun")
    found = await discourse.own_messages(AYSE, START - timedelta(hours=1))
    assert [each.id for each in found.posts] == [f"pm-{told.entries[-1].id}"] and not found.complete


@pytest.mark.parametrize("to", [Author("Misafir"), Author("yok", "7"), Author("ayse", "55")])
async def test_nobody_else_gets_what_was_meant_for_somebody(
    forum: DiscourseForum, discourse: Discourse, to: Author
) -> None:
    with pytest.raises(NotPosted):
        await discourse.message(to, "Fatura", Draft("Ektedir."))
    assert len(forum.topics) == 1


async def test_an_inbox_belongs_to_somebody(forum: DiscourseForum, url: str) -> None:
    async with adapter_to(url, "discourse") as guest:
        with pytest.raises(Forbidden):
            await guest.read(INBOX, None)
    async with adapter_to(url, "discourse", user="kopru", api_key=forum.key) as member:
        with pytest.raises(SignInNeeded):
            await member.read(INBOX, None)
