"""The machina preset against a django-machina that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.real.conftest import OpenSession
from tests.real.machina import FORUM, Machina
from tests.real.machina_install import PASSWORDS, WAITS

from forum_bridge.errors import Gone, NotPosted, SignInNeeded
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import (
    Draft,
    PostId,
    ReceiptState,
    SignInState,
    ThreadId,
    ThreadRef,
    Upload,
    Watch,
    WatchKind,
)  # fmt: skip

pytestmark = pytest.mark.engine

TITLE = "Köprü denemesi: ölçüler ğüşİ & <b> 😀"


async def adapter_for(url: str, signing_in_at: OpenSession, user: str, password: str | None = None) -> HtmlWriter:
    session = await signing_in_at(url, user, PASSWORDS[user] if password is None else password)
    adapter = Registry.load().get("machina").build({}, session, timezone="Europe/Istanbul")
    assert isinstance(adapter, HtmlWriter)
    return adapter


@pytest.fixture
async def adapter(machina_url: str, signing_in_at: OpenSession) -> HtmlWriter:
    return await adapter_for(machina_url, signing_in_at, "kopru")


@pytest.fixture
async def signed_in(adapter: HtmlWriter) -> HtmlWriter:
    assert (await adapter.sign_in()).state is SignInState.OK
    return adapter


def thread_of(topic: str) -> ThreadRef:
    return ThreadRef(ThreadId(topic.rstrip("/").rpartition("-")[2]), topic)


async def test_signing_in_tells_the_account(adapter: HtmlWriter) -> None:
    outcome = await adapter.sign_in()
    assert outcome.state is SignInState.OK
    assert outcome.account is not None and outcome.account.id is not None
    assert (await adapter.sign_in()).state is SignInState.OK  # once more, while signed in


async def test_a_wrong_password_is_refused(machina_url: str, signing_in_at: OpenSession) -> None:
    outcome = await (await adapter_for(machina_url, signing_in_at, "kopru", "yanlış parola")).sign_in()
    assert outcome.state is SignInState.REFUSED
    assert "correct username and password" in outcome.detail


async def test_a_topic_is_read_whole_and_then_only_when_it_changed(machina: Machina, signed_in: HtmlWriter) -> None:
    topic = await machina.new_topic("ayse", TITLE, "Merhaba, **kalın** yazı")
    people = ("mehmet", "elif", "ayse")
    ids = [await machina.reply(people[number % 3], topic, f"Cevap {number} çğıöşü 🚂") for number in range(14)]
    before = datetime.now(UTC)
    first = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    assert [(post.id, post.author.name) for post in first.posts] == [
        (post_id, author) for post_id, author, _ in await machina.posts(topic)
    ]
    assert [post.id for post in first.posts][1:] == ids
    assert (first.posts[0].opening, first.threads[0].opening) == (True, first.posts[0])
    assert (first.threads[0].ref.url, first.threads[0].ref.title) == (topic, TITLE)
    assert first.posts[0].html == "<p>Merhaba, <strong>kalın</strong> yazı</p>"
    moments = [post.time for post in first.posts if post.time is not None]
    assert len(moments) == 15
    assert all(abs(before - moment) < timedelta(minutes=2) for moment in moments)
    assert (await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)).posts == ()
    new = await machina.reply("elif", topic, "Yeni")
    assert (await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)).posts[-1].id == new
    by_post = await signed_in.read(Watch(WatchKind.THREAD, f"{topic}?post={ids[7]}#{ids[7]}"), None)
    assert [post.id for post in by_post.posts] == [post.id for post in first.posts] + [new]


async def test_what_is_edited_deleted_or_done_to_the_topic(machina: Machina, signed_in: HtmlWriter) -> None:
    topic = await machina.new_topic("ayse", "Düzeltmeler", "Baş")
    ids = [await machina.reply("mehmet", topic, f"Cevap {number}") for number in range(8)]
    first = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    await machina.edit("mehmet", topic, ids[-1], "Düzeltildi")
    await machina.delete(topic, ids[-2])
    later = await signed_in.read(Watch(WatchKind.THREAD, topic), first.cursor)
    assert ids[-2] not in [post.id for post in later.posts]
    edited = next(post for post in later.posts if post.id == ids[-1])
    assert edited.html == "<p>Düzeltildi</p>" and edited.edited is not None
    await machina.lock(topic)
    with pytest.raises(NotPosted):
        await signed_in.reply(thread_of(topic), Draft("Merhaba"))


async def test_the_same_answer_twice_is_two_posts_and_both_are_found(machina: Machina, signed_in: HtmlWriter) -> None:
    topic = await machina.new_topic("ayse", "İki kez", "Soru?")
    last = await machina.reply("mehmet", topic, "Ben de merak ediyorum")
    text = "> mehmet:\n>\n> Ben de\n\n**Teşekkürler!** 😀 & `kod <b>`\n\n- bir\n- iki"
    receipts = [await signed_in.reply(thread_of(topic), Draft(text)) for _ in range(2)]
    assert all(receipt.state is ReceiptState.POSTED for receipt in receipts)
    ours = await signed_in.own_posts(thread_of(topic), PostId(last))
    assert ours.complete
    assert [(post.id, post.url) for post in ours.posts] == [(receipt.post_id, receipt.url) for receipt in receipts]
    assert ours.posts[0].html.startswith("<blockquote>\n  <p>mehmet:</p>\n  \n  <p>Ben de</p>\n</blockquote>")
    posts = await machina.posts(topic)
    assert [author for _, author, _ in posts][-2:] == ["kopru"] * 2
    assert "Teşekkürler! 😀 & kod <b>" in posts[-1][2]


async def test_a_file_hangs_on_an_answer_and_on_a_post(machina: Machina, signed_in: HtmlWriter, tmp_path: Path) -> None:
    topic = await machina.new_topic("ayse", "Dosyalar", "Soru?")
    await machina.reply("mehmet", topic, "Ekte", ("fatura.pdf", b"%PDF-1.4"))
    (tmp_path / "kargo.txt").write_text("Yolda ğ", encoding="utf-8")
    with (tmp_path / "kargo.txt").open("rb") as content:
        answer = Draft("Buyurun", files=(Upload("kargo.txt", "text/plain", 8, content),))
        receipt = await signed_in.reply(thread_of(topic), answer)
    assert receipt.without == ()
    reading = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    assert [[file.name for file in post.attachments] for post in reading.posts] == [
        [],
        ["fatura.pdf"],
        ["kargo.txt"],
    ]
    session = await machina.person("elif")
    async with session.get(reading.posts[2].attachments[0].url) as file:
        assert await file.text() == "Yolda ğ"


async def test_what_waits_for_a_moderator_is_queued(
    machina: Machina, machina_url: str, signing_in_at: OpenSession
) -> None:
    topic = await machina.new_topic("ayse", "Onay", "Soru?")
    newcomer = await adapter_for(machina_url, signing_in_at, WAITS)
    await newcomer.sign_in()
    receipt = await newcomer.reply(thread_of(topic), Draft("Bir"))
    assert receipt.state is ReceiptState.QUEUED
    assert len(await machina.posts(topic)) == 1


async def test_nothing_is_done_as_a_guest_where_there_is_an_account(machina: Machina, adapter: HtmlWriter) -> None:
    topic = await machina.new_topic("ayse", "Misafir", "Merhaba")
    with pytest.raises(SignInNeeded):
        await adapter.read(Watch(WatchKind.THREAD, topic), None)
    with pytest.raises(SignInNeeded):
        await adapter.reply(thread_of(topic), Draft("Merhaba"))


async def test_what_the_forum_refuses_is_said(machina: Machina, signed_in: HtmlWriter) -> None:
    topic = await machina.new_topic("ayse", "Boş", "Soru?")
    with pytest.raises(NotPosted, match="required"):
        await signed_in.reply(thread_of(topic), Draft(""))
    assert len(await machina.posts(topic)) == 1


async def test_a_topic_that_does_not_exist_is_gone(machina_url: str, signed_in: HtmlWriter) -> None:
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, f"{machina_url}{FORUM}topic/yok-9999/"), None)


async def test_a_board_brings_what_moved(machina: Machina, signed_in: HtmlWriter) -> None:
    old = await machina.new_topic("ayse", "Panodan", "Baş")
    watch = Watch(WatchKind.BOARD, machina.url + FORUM, datetime.now(UTC))
    first = await signed_in.read(watch, None)
    while first.gap:
        first = await signed_in.read(watch, first.cursor)
    reply = await machina.reply("mehmet", old, "Yeni cevap")
    new = await machina.new_topic("elif", "Yepyeni", "Yeni konu")
    moved = await signed_in.read(watch, first.cursor)
    assert {seen.ref.id for seen in moved.threads} == {thread_of(old).id, thread_of(new).id}
    assert reply in [post.id for post in moved.posts]
    assert (await signed_in.read(watch, moved.cursor)).threads == ()
