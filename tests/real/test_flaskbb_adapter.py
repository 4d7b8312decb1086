"""The flaskbb preset against a FlaskBB that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.real.conftest import OpenSession
from tests.real.flaskbb import PASSWORDS, FlaskBB

from forum_bridge.errors import Gone, NotPosted, SignInNeeded
from forum_bridge.forums.contract import CanReply, CanSignIn
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Draft, PostId, SignInState, ThreadId, ThreadRef, Watch, WatchKind

pytestmark = pytest.mark.engine


@pytest.fixture
async def adapter(flaskbb_url: str, signing_in_at: OpenSession) -> HtmlWriter:
    session = await signing_in_at(flaskbb_url, "kopru", PASSWORDS["kopru"])
    adapter = Registry.load().get("flaskbb").build({}, session)
    assert isinstance(adapter, HtmlWriter)
    return adapter


@pytest.fixture
async def signed_in(adapter: HtmlWriter) -> HtmlWriter:
    assert (await adapter.sign_in()).state is SignInState.OK
    return adapter


def thread_of(topic: str) -> ThreadRef:
    return ThreadRef(ThreadId(topic.split("/topic/")[1].split("-", maxsplit=1)[0]), topic)


async def test_it_says_what_it_can_do(adapter: HtmlWriter) -> None:
    assert isinstance(adapter, CanSignIn)
    assert isinstance(adapter, CanReply)
    assert Registry.load().get("flaskbb").capabilities == {"read", "sign_in", "reply", "own_posts"}


async def test_signing_in_tells_the_account(adapter: HtmlWriter) -> None:
    outcome = await adapter.sign_in()
    assert (outcome.state, outcome.account and outcome.account.id) == (SignInState.OK, "kopru")
    assert (await adapter.sign_in()).state is SignInState.OK  # once more, while signed in


async def test_a_wrong_password_is_refused(flaskbb_url: str, signing_in_at: OpenSession) -> None:
    adapter = Registry.load().get("flaskbb").build({}, await signing_in_at(flaskbb_url, "kopru", "yanlış parola"))
    assert isinstance(adapter, HtmlWriter)
    outcome = await adapter.sign_in()
    assert outcome.state is SignInState.REFUSED
    assert "Wrong username or password" in outcome.detail


async def test_nothing_is_done_as_a_guest_where_there_is_an_account(flaskbb: FlaskBB, adapter: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "Misafir", "Merhaba")
    with pytest.raises(SignInNeeded):
        await adapter.read(Watch(WatchKind.THREAD, topic), None)
    with pytest.raises(SignInNeeded):
        await adapter.reply(thread_of(topic), Draft("Merhaba"))


async def test_a_thread_is_read_over_its_pages_and_then_onwards(flaskbb: FlaskBB, signed_in: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "Köprü denemesi: ölçüler ğüşİ 😀", "İlk gönderi **kalın**")
    for number in range(24):
        await flaskbb.reply(("mehmet", "elif", "ayse")[number % 3], topic, f"Cevap {number} çğıöşü 🚂")
    watch = Watch(WatchKind.THREAD, topic)
    first = await signed_in.read(watch, None)
    expected = await flaskbb.posts(topic)
    assert len(expected) == 25
    assert [(post.id, post.author.id) for post in first.posts] == [(post_id, author) for post_id, author, _ in expected]
    assert [post.opening for post in first.posts] == [True] + [False] * 24
    assert all(post.time is not None and post.time.tzinfo is not None for post in first.posts)
    assert first.threads[0].ref.title == "Köprü denemesi: ölçüler ğüşİ 😀"
    assert first.threads[0].opening == first.posts[0]
    assert "<strong>kalın</strong>" in first.posts[0].html
    assert not first.gap

    quiet = await signed_in.read(watch, first.cursor)
    assert quiet.posts == ()

    new = [await flaskbb.reply("elif", topic, f"Yeni {number}") for number in range(8)]  # over the end of page three
    onwards = await signed_in.read(watch, quiet.cursor)
    assert [post.id for post in onwards.posts][-8:] == new
    assert len(onwards.posts) == 13  # page three again, then page four

    await flaskbb.edit("elif", new[-1], "Değişti")
    edited = await signed_in.read(watch, onwards.cursor)
    assert "Değişti" in edited.posts[-1].html
    assert edited.posts[-1].edited is not None


async def test_deleted_posts_that_shift_the_pages_lose_nothing(flaskbb: FlaskBB, signed_in: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "Silinenler", "Baş")
    ids = [await flaskbb.reply("mehmet", topic, f"Cevap {number}") for number in range(11)]
    watch = Watch(WatchKind.THREAD, topic)
    first = await signed_in.read(watch, None)
    for post_id in ids[:3]:  # page two is gone with them
        await flaskbb.delete(post_id)
    new = await flaskbb.reply("elif", topic, "Silindikten sonra")
    again = await signed_in.read(watch, first.cursor)
    assert again.posts[-1].id == new


async def test_reading_since_a_moment_leaves_the_old_pages_alone(flaskbb: FlaskBB, signed_in: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "Eski konu", "Baş")
    for number in range(22):
        await flaskbb.reply("mehmet", topic, f"Eski {number}")
    later = datetime.now(UTC) + timedelta(minutes=10)
    reading = await signed_in.read(Watch(WatchKind.THREAD, topic, later), None)
    assert len(reading.posts) == 3  # the last page alone
    assert reading.threads[0].opening is not None
    assert "Baş" in reading.threads[0].opening.html


async def test_the_same_answer_twice_is_two_posts_and_both_are_found(flaskbb: FlaskBB, signed_in: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "İki kez", "Soru?")
    last = await flaskbb.reply("mehmet", topic, "Ben de merak ediyorum")
    thread = thread_of(topic)
    receipts = [await signed_in.reply(thread, Draft("**Teşekkürler!** 😀")) for _ in range(2)]
    ours = await signed_in.own_posts(thread, PostId(last))
    assert ours.complete
    assert [post.id for post in ours.posts] == [receipt.post_id for receipt in receipts]
    assert [entry[1:] for entry in await flaskbb.posts(topic)][-2:] == [("kopru", "Teşekkürler! 😀")] * 2
    only_second = await signed_in.own_posts(thread, receipts[0].post_id)
    assert [post.id for post in only_second.posts] == [receipts[1].post_id]


async def test_a_closed_thread_refuses_for_good(flaskbb: FlaskBB, signed_in: HtmlWriter) -> None:
    topic = await flaskbb.new_topic("ayse", "Kapalı", "Soru?")
    await flaskbb.lock(topic)
    with pytest.raises(NotPosted, match="not allowed to post a reply"):
        await signed_in.reply(thread_of(topic), Draft("Geç kaldım"))
    assert len(await flaskbb.posts(topic)) == 1


async def test_a_thread_that_does_not_exist_is_gone(flaskbb_url: str, signed_in: HtmlWriter) -> None:
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, f"{flaskbb_url}/topic/99999"), None)
    with pytest.raises(NotPosted):
        await signed_in.reply(thread_of(f"{flaskbb_url}/topic/99999"), Draft("Kimse yok mu?"))


async def test_a_board_brings_what_moved(flaskbb: FlaskBB, flaskbb_url: str, signed_in: HtmlWriter) -> None:
    old = await flaskbb.new_topic("ayse", "Panodan", "Baş")
    watch = Watch(WatchKind.BOARD, f"{flaskbb_url}/forum/1-welcome", datetime.now(UTC))
    first = await signed_in.read(watch, None)
    while first.gap:
        first = await signed_in.read(watch, first.cursor)
    reply = await flaskbb.reply("mehmet", old, "Yeni cevap")
    new = await flaskbb.new_topic("elif", "Yepyeni", "Yeni konu")
    moved = await signed_in.read(watch, first.cursor)
    assert {seen.ref.title for seen in moved.threads} == {"Panodan", "Yepyeni"}
    assert reply in [post.id for post in moved.posts]
    assert thread_of(new).id in [seen.ref.id for seen in moved.threads]
    assert (await signed_in.read(watch, moved.cursor)).threads == ()
