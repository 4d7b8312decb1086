"""The fossil preset against a Fossil that runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from tests.real.conftest import OpenSession
from tests.real.fossil import PASSWORDS, Fossil

from forum_bridge.errors import Gone, SignInNeeded
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Draft, PostId, ReceiptState, SignInState, ThreadId, ThreadRef, Watch, WatchKind

pytestmark = pytest.mark.engine


async def adapter_for(url: str, signing_in_at: OpenSession, user: str, password: str | None = None) -> HtmlWriter:
    session = await signing_in_at(url, user, PASSWORDS[user] if password is None else password)
    adapter = Registry.load().get("fossil").build({}, session, timezone="Europe/Istanbul")
    assert isinstance(adapter, HtmlWriter)
    return adapter


@pytest.fixture
async def adapter(fossil_url: str, signing_in_at: OpenSession) -> HtmlWriter:
    return await adapter_for(fossil_url, signing_in_at, "kopru")


@pytest.fixture
async def signed_in(adapter: HtmlWriter) -> HtmlWriter:
    assert (await adapter.sign_in()).state is SignInState.OK
    return adapter


def thread_of(topic: str) -> ThreadRef:
    found = re.search(r"/forumpost/([0-9a-f]{10})", topic)
    assert found is not None
    return ThreadRef(ThreadId(found[1]), topic.replace("/forumpost/", "/forumthread/") + "?t=c&hist")


async def test_signing_in_tells_the_account(adapter: HtmlWriter) -> None:
    outcome = await adapter.sign_in()
    assert (outcome.state, outcome.account and outcome.account.id) == (SignInState.OK, "kopru")
    assert (await adapter.sign_in()).state is SignInState.OK  # once more, while signed in


async def test_a_wrong_password_is_refused(fossil_url: str, signing_in_at: OpenSession) -> None:
    outcome = await (await adapter_for(fossil_url, signing_in_at, "kopru", "yanlış parola")).sign_in()
    assert outcome.state is SignInState.REFUSED
    assert "incorrect password" in outcome.detail


async def test_nothing_is_done_as_a_guest_where_there_is_an_account(fossil: Fossil, adapter: HtmlWriter) -> None:
    topic = await fossil.new_topic("ayse", "Misafir", "Merhaba")
    with pytest.raises(SignInNeeded):
        await adapter.read(Watch(WatchKind.THREAD, topic), None)
    with pytest.raises(SignInNeeded):
        await adapter.reply(thread_of(topic), Draft("Merhaba"))


async def test_a_thread_is_read_whole_and_then_only_when_it_changed(fossil: Fossil, signed_in: HtmlWriter) -> None:
    topic = await fossil.new_topic("ayse", "Köprü denemesi: ölçüler ğüşİ 😀", "Merhaba, **kalın** yazı")
    people = ("mehmet", "elif", "ayse")
    ids = [await fossil.reply(people[number % 3], topic, f"Cevap {number} çğıöşü 🚂") for number in range(24)]
    before = datetime.now(UTC)
    watch = Watch(WatchKind.THREAD, f"{fossil.url}/forumpost/{ids[3]}")  # any post's address will do
    first = await signed_in.read(watch, None)
    assert [(post.id, post.author.id) for post in first.posts] == [
        (post_id, author) for post_id, author, _ in await fossil.posts(topic)
    ]
    assert (first.posts[0].opening, first.threads[0].opening) == (True, first.posts[0])
    assert first.threads[0].ref == ThreadRef(
        thread_of(topic).id, thread_of(topic).url, "Köprü denemesi: ölçüler ğüşİ 😀"
    )
    assert "<strong>kalın</strong>" in first.posts[0].html
    moments = [post.time for post in first.posts if post.time is not None]
    assert len(moments) == 25
    assert all(abs((moment - before).total_seconds()) < 60 for moment in moments)  # UTC, whatever the forum's zone
    assert (await signed_in.read(watch, first.cursor)).posts == ()

    new = await fossil.reply("elif", topic, "Yeni")
    assert (await signed_in.read(watch, first.cursor)).posts[-1].id == new


async def test_an_edited_post_keeps_its_id_and_a_deleted_one_goes(fossil: Fossil, signed_in: HtmlWriter) -> None:
    topic = await fossil.new_topic("ayse", "Düzeltmeler", "Baş")
    post_id = await fossil.reply("mehmet", topic, "Bir")
    last = await fossil.reply("elif", topic, "Son")
    second = await fossil.edit("mehmet", post_id, "İki")
    await fossil.edit("mehmet", second, "Üç")
    reading = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    assert [post.id for post in reading.posts] == [thread_of(topic).id, post_id, last]
    assert "Üç" in reading.posts[1].html
    assert reading.posts[1].edited is not None
    await fossil.delete("elif", last)
    reading = await signed_in.read(Watch(WatchKind.THREAD, topic), reading.cursor)
    assert [post.id for post in reading.posts] == [thread_of(topic).id, post_id]


async def test_the_same_answer_twice_is_two_posts_and_both_are_found(fossil: Fossil, signed_in: HtmlWriter) -> None:
    topic = await fossil.new_topic("ayse", "İki kez", "Soru?")
    last = await fossil.reply("mehmet", topic, "Ben de merak ediyorum")
    thread = thread_of(topic)
    text = "\n**Teşekkürler!** 😀 <b> & `kod`\n\n    girintili\n\n- bir\n- iki"
    receipts = [await signed_in.reply(thread, Draft(text)) for _ in range(2)]
    assert all(receipt.state is ReceiptState.POSTED for receipt in receipts)
    ours = await signed_in.own_posts(thread, PostId(last))
    assert ours.complete
    assert [post.id for post in ours.posts] == [receipt.post_id for receipt in receipts]
    assert [author for _, author, _ in await fossil.posts(topic)][-2:] == ["kopru"] * 2
    assert "Teşekkürler! 😀" in (await fossil.posts(topic))[-1][2]
    only_second = await signed_in.own_posts(thread, receipts[0].post_id)
    assert [post.id for post in only_second.posts] == [receipts[1].post_id]


async def test_an_answer_that_waits_for_a_moderator_says_so(
    fossil: Fossil, fossil_url: str, signing_in_at: OpenSession, signed_in: HtmlWriter
) -> None:
    topic = await fossil.new_topic("ayse", "Onay", "Soru?")
    newcomer = await adapter_for(fossil_url, signing_in_at, "yeni")
    await newcomer.sign_in()
    receipt = await newcomer.reply(thread_of(topic), Draft("Bekliyor"))
    assert receipt.state is ReceiptState.QUEUED
    assert receipt.post_id is not None
    later = await fossil.reply("mehmet", topic, "Sonra yazıldı")
    watch = Watch(WatchKind.THREAD, topic)
    before = await signed_in.read(watch, None)
    assert [post.id for post in before.posts] == [thread_of(topic).id, later]
    await fossil.approve(receipt.post_id)
    after = await signed_in.read(watch, before.cursor)
    assert [post.id for post in after.posts] == [thread_of(topic).id, receipt.post_id, later]


async def test_a_thread_that_does_not_exist_is_gone(fossil_url: str, signed_in: HtmlWriter) -> None:
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, f"{fossil_url}/forumpost/ffffffffff"), None)


async def test_a_board_brings_what_moved(fossil: Fossil, fossil_url: str, signed_in: HtmlWriter) -> None:
    old = await fossil.new_topic("ayse", "Panodan", "Baş")
    watch = Watch(WatchKind.BOARD, f"{fossil_url}/forum", datetime.now(UTC))
    first = await signed_in.read(watch, None)
    while first.gap:
        first = await signed_in.read(watch, first.cursor)
    reply = await fossil.reply("mehmet", old, "Yeni cevap")
    new = await fossil.new_topic("elif", "Yepyeni", "Yeni konu")
    moved = await signed_in.read(watch, first.cursor)
    assert {seen.ref.title for seen in moved.threads} == {"Panodan", "Yepyeni"}
    assert reply in [post.id for post in moved.posts]
    assert {seen.ref.id for seen in moved.threads} == {thread_of(old).id, thread_of(new).id}
    assert (await signed_in.read(watch, moved.cursor)).threads == ()
