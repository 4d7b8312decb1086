"""The spirit preset against a Spirit that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.real.conftest import OpenSession
from tests.real.spirit import Spirit
from tests.real.spirit_install import PASSWORDS, WAITS

from forum_bridge.errors import Gone, NotPosted, Retry, SignInNeeded
from forum_bridge.forums.html.adapter import HtmlMessenger
from forum_bridge.forums.registry import Registry
from forum_bridge.model import (
    Author,
    Draft,
    PostId,
    ReceiptState,
    SignInState,
    ThreadId,
    ThreadRef,
    Watch,
    WatchKind,
)  # fmt: skip

pytestmark = pytest.mark.engine

TITLE = "Köprü denemesi: ölçüler ğüşİ & <b> 😀"


async def adapter_for(url: str, signing_in_at: OpenSession, user: str, password: str | None = None) -> HtmlMessenger:
    session = await signing_in_at(url, user, PASSWORDS[user] if password is None else password)
    adapter = Registry.load().get("spirit").build({}, session, timezone="UTC")
    assert isinstance(adapter, HtmlMessenger)
    return adapter


@pytest.fixture
async def adapter(spirit_url: str, signing_in_at: OpenSession) -> HtmlMessenger:
    return await adapter_for(spirit_url, signing_in_at, "kopru")


@pytest.fixture
async def signed_in(adapter: HtmlMessenger) -> HtmlMessenger:
    assert (await adapter.sign_in()).state is SignInState.OK
    return adapter


def thread_of(topic: str) -> ThreadRef:
    return ThreadRef(ThreadId(topic.split("/")[4]), topic)


async def test_signing_in_tells_the_account(adapter: HtmlMessenger) -> None:
    outcome = await adapter.sign_in()
    assert outcome.state is SignInState.OK
    assert outcome.account is not None and outcome.account.id is not None
    assert (await adapter.sign_in()).state is SignInState.OK  # once more, while signed in


async def test_a_wrong_password_is_refused(spirit_url: str, signing_in_at: OpenSession) -> None:
    outcome = await (await adapter_for(spirit_url, signing_in_at, "kopru", "yanlış parola")).sign_in()
    assert outcome.state is SignInState.REFUSED
    assert "correct username and password" in outcome.detail


async def test_a_topic_is_read_whole_and_then_only_when_it_changed(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    topic = await spirit.new_topic("ayse", TITLE, "Merhaba, **kalın** yazı")
    people = ("mehmet", "elif", "ayse")
    ids = [await spirit.reply(people[number % 3], topic, f"Cevap {number} çğıöşü 🚂") for number in range(14)]
    before = datetime.now(UTC)
    first = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    assert [(post.id, post.author.name) for post in first.posts] == [
        (post_id, author) for post_id, author, _ in await spirit.posts(topic)
    ]
    assert [post.id for post in first.posts][1:] == ids
    assert (first.posts[0].opening, first.threads[0].opening) == (True, first.posts[0])
    assert (first.threads[0].ref.url, first.threads[0].ref.title) == (topic, TITLE)
    assert first.posts[0].html.startswith("<p>Merhaba, <strong>kalın</strong> yazı</p>")
    moments = [post.time for post in first.posts if post.time is not None]
    assert len(moments) == 15
    assert all(abs(before - moment) < timedelta(minutes=2) for moment in moments)
    assert (await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)).posts == ()
    new = await spirit.reply("elif", topic, "Yeni")
    assert (await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)).posts[-1].id == new
    by_post = await signed_in.read(Watch(WatchKind.THREAD, f"{spirit.url}/comment/{ids[7]}/find/"), None)
    assert [post.id for post in by_post.posts] == [post.id for post in first.posts] + [new]


async def test_what_is_edited_deleted_or_done_to_the_topic(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    topic = await spirit.new_topic("ayse", "Düzeltmeler", "Baş")
    ids = [await spirit.reply("mehmet", topic, f"Cevap {number}") for number in range(8)]
    first = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    await spirit.edit("mehmet", ids[-1], "Düzeltildi")
    await spirit.delete(ids[-2])
    for post_id in ids[-2:]:
        assert post_id in [post.id for post in first.posts]
    later = await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)
    assert ids[-2] not in [post.id for post in later.posts]
    assert next(post for post in later.posts if post.id == ids[-1]).html == "<p>Düzeltildi</p>"
    await spirit.lock(topic)  # leaves a line among the comments
    last = await signed_in.read(Watch(WatchKind.THREAD, topic), later.cursor)
    assert last.posts == () or last.posts[-1].id == ids[-1]
    assert (await signed_in.page(topic)).locked
    with pytest.raises(NotPosted, match="closed"):
        await signed_in.reply(thread_of(topic), Draft("Merhaba"))


async def test_a_comment_that_was_moved_is_followed(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    topic, other = [await spirit.new_topic("ayse", title, "Baş") for title in ("Buradan", "Oraya")]
    post_id = await spirit.reply("mehmet", topic, "Yanlış yere yazdım")
    first = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    await spirit.move(topic, other, post_id)
    later = await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)
    assert {post.thread.id for post in later.posts if post.id == post_id} == {thread_of(other).id}


async def test_the_same_answer_twice_is_two_posts_and_both_are_found(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    topic = await spirit.new_topic("ayse", "İki kez", "Soru?")
    last = await spirit.reply("mehmet", topic, "Ben de merak ediyorum")
    text = "**Teşekkürler!** 😀 <b> & `kod`\n\n- bir\n- iki"
    receipts = [await signed_in.reply(thread_of(topic), Draft(text)) for _ in range(2)]
    assert all(receipt.state is ReceiptState.POSTED for receipt in receipts)
    ours = await signed_in.own_posts(thread_of(topic), PostId(last))
    assert ours.complete
    assert [post.id for post in ours.posts] == [receipt.post_id for receipt in receipts]
    posts = await spirit.posts(topic)
    assert [author for _, author, _ in posts][-2:] == ["kopru"] * 2
    assert "Teşekkürler! 😀" in posts[-1][2]
    assert receipts[0].url == f"{spirit.url}/comment/{receipts[0].post_id}/find/"


async def test_haste_is_told_and_posts_nothing(spirit: Spirit, spirit_url: str, signing_in_at: OpenSession) -> None:
    topic = await spirit.new_topic("ayse", "Acele", "Soru?")
    newcomer = await adapter_for(spirit_url, signing_in_at, WAITS)
    await newcomer.sign_in()
    with pytest.raises(Retry) as haste:
        for _ in range(3):  # two may fall into two of the forum's windows
            await newcomer.reply(thread_of(topic), Draft("Bir"))
    assert haste.value.after == timedelta(seconds=10)
    assert len(await spirit.posts(topic)) in {2, 3}


async def test_nothing_is_done_as_a_guest_where_there_is_an_account(spirit: Spirit, adapter: HtmlMessenger) -> None:
    topic = await spirit.new_topic("ayse", "Misafir", "Merhaba")
    with pytest.raises(SignInNeeded):
        await adapter.read(Watch(WatchKind.THREAD, topic), None)
    with pytest.raises(SignInNeeded):
        await adapter.reply(thread_of(topic), Draft("Merhaba"))


@pytest.mark.parametrize("text", ["", "x" * 3001])
async def test_what_the_forum_refuses_is_said(spirit: Spirit, signed_in: HtmlMessenger, text: str) -> None:
    topic = await spirit.new_topic("ayse", f"Boş {len(text)}", "Soru?")
    with pytest.raises(NotPosted, match=r"required|at most 3000"):
        await signed_in.reply(thread_of(topic), Draft(text))
    assert len(await spirit.posts(topic)) == 1


async def test_a_topic_that_does_not_exist_is_gone(spirit_url: str, signed_in: HtmlMessenger) -> None:
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, f"{spirit_url}/topic/9999/yok/"), None)


async def test_a_board_brings_what_moved(spirit: Spirit, spirit_url: str, signed_in: HtmlMessenger) -> None:
    old = await spirit.new_topic("ayse", "Panodan", "Baş")
    watch = Watch(WatchKind.BOARD, f"{spirit_url}/category/3/", datetime.now(UTC))
    first = await signed_in.read(watch, None)
    while first.gap:
        first = await signed_in.read(watch, first.cursor)
    reply = await spirit.reply("mehmet", old, "Yeni cevap")
    new = await spirit.new_topic("elif", "Yepyeni", "Yeni konu")
    moved = await signed_in.read(watch, first.cursor)
    assert {seen.ref.id for seen in moved.threads} == {thread_of(old).id, thread_of(new).id}
    assert reply in [post.id for post in moved.posts]
    assert (await signed_in.read(watch, moved.cursor)).threads == ()


async def test_private_topics_are_read_and_answered_there(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    private = await spirit.whisper("elif", "kopru", "Şifremi unuttum", "Gizli *soru*")
    reading = await signed_in.read(Watch(WatchKind.INBOX), None)
    asked = next(post for post in reading.posts if "Gizli" in post.html)
    assert asked.thread.private and asked.id.startswith("pm-") and asked.author.name == "elif"
    assert "Şifremi" in asked.thread.title
    receipt = await signed_in.reply(asked.thread, Draft("Gizli cevap"))
    found = await signed_in.own_posts(asked.thread, asked.id)
    assert [post.id for post in found.posts] == [receipt.post_id] and found.complete
    session = await spirit.person("elif")  # the administrator sees no private topics
    async with session.get(private) as answer:
        assert "Gizli cevap" in await answer.text()


async def test_a_private_topic_is_opened_twice_under_one_subject(spirit: Spirit, signed_in: HtmlMessenger) -> None:
    since = datetime.now(UTC)
    elif_id = (await signed_in.read(Watch(WatchKind.INBOX), None)).posts
    topic = await spirit.new_topic("elif", "Kim?", "Ben")
    author = (await signed_in.read(Watch(WatchKind.THREAD, topic), None)).posts[0].author
    assert author.id is not None and elif_id is not None
    receipts = [await signed_in.message(author, "Siparişiniz", Draft("Yola çıktı")) for _ in range(2)]
    assert all(receipt.post_id is not None and receipt.post_id.startswith("pm-") for receipt in receipts)
    assert len({receipt.post_id for receipt in receipts}) == 2
    found = await signed_in.own_messages(author, since)
    assert {receipt.post_id for receipt in receipts} <= {post.id for post in found.posts}
    with pytest.raises(NotPosted):
        await signed_in.message(Author("yok", "9999"), "Konu", Draft("Metin"))
