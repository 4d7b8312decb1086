"""The adapter `misago` against a Misago that runs."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from tests.real.conftest import OpenSession
from tests.real.misago import Misago as RealMisago
from tests.real.misago_install import PASSWORDS

from forum_bridge.errors import FilesRefused, Gone, NotPosted, Retry, RobotsForbid, SignInNeeded, WatchTrouble
from forum_bridge.forums.engines.misago.adapter import Misago
from forum_bridge.forums.registry import Registry
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import is_answer
from forum_bridge.model import (
    Author,
    Draft,
    PostId,
    Quote,
    Receipt,
    ReceiptState,
    SignInState,
    ThreadId,
    ThreadRef,
    Upload,
    Watch,
    WatchKind,
)

pytestmark = pytest.mark.engine


async def adapter_for(url: str, signing_in_at: OpenSession, user: str, password: str | None = None) -> Misago:
    session = await signing_in_at(url, user, password or PASSWORDS[user])
    adapter = Registry.load().get("misago").build({}, session)
    assert isinstance(adapter, Misago)
    return adapter


@pytest.fixture
async def signed_in(misago_url: str, signing_in_at: OpenSession) -> Misago:
    adapter = await adapter_for(misago_url, signing_in_at, "ayse")  # she may post without a pause
    assert (await adapter.sign_in()).state is SignInState.OK
    return adapter


def thread_of(topic: str) -> ThreadRef:
    return ThreadRef(ThreadId(topic.rstrip("/").rpartition("/")[2]), topic)


async def test_signing_in_tells_the_account(misago_url: str, signing_in_at: OpenSession) -> None:
    adapter = await adapter_for(misago_url, signing_in_at, "kopru")
    outcome = await adapter.sign_in()
    assert outcome.state is SignInState.OK
    assert outcome.account is not None
    assert outcome.account.name == "kopru"
    assert (await adapter.sign_in()).account == outcome.account  # once more, while signed in
    refused = await (await adapter_for(misago_url, signing_in_at, "kopru", "yanlış parola")).sign_in()
    assert refused.state is SignInState.REFUSED
    assert "incorrect" in refused.detail


async def test_a_thread_is_read_over_its_pages_and_then_onwards(misago: RealMisago, signed_in: Misago) -> None:
    title = "Köprü denemesi: ölçüler ğüşİ 😀 <b>"
    topic = await misago.new_topic("ayse", title, "İlk gönderi **kalın**")
    for number in range(20):
        await misago.reply(("mehmet", "elif", "ayse")[number % 3], topic, f"Cevap {number} çğıöşü 🚂")
    watch = Watch(WatchKind.THREAD, topic)
    first = await signed_in.read(watch, None)
    expected = await misago.posts(topic)
    assert len(expected) == 21
    assert [(post.id, post.author.name) for post in first.posts] == [(post, author) for post, author, _ in expected]
    assert [post.opening for post in first.posts] == [True] + [False] * 20
    assert all(post.time is not None and post.time.tzinfo is not None for post in first.posts)
    assert first.threads[0].ref == ThreadRef(thread_of(topic).id, topic, title)
    assert "<strong>kalın</strong>" in first.posts[0].html
    assert not first.gap
    assert not (await signed_in.read(watch, first.cursor)).threads
    late = await misago.reply("elif", topic, "Sonradan")
    await misago.edit("ayse", topic, first.posts[18].id, "Düzeltilmiş gönderi")
    second = await signed_in.read(watch, first.cursor)
    assert second.posts[-1].id == late
    edited = next(post for post in second.posts if post.id == first.posts[18].id)
    assert (edited.html, edited.edited is not None) == ("<p>Düzeltilmiş gönderi</p>", True)


async def test_a_permalink_leads_to_its_page(misago: RealMisago, signed_in: Misago) -> None:
    topic = await misago.new_topic("ayse", "Kalıcı bağlantılar", "Baş gönderi")
    ids = [await misago.reply("elif", topic, f"Cevap numara {number}") for number in range(12)]
    for post_id in (ids[0], ids[4], ids[5], ids[-1]):
        page = await signed_in.page(f"{topic}post/{post_id}/")
        assert post_id in [post.id for post in page.posts]
        assert page.ref.id == thread_of(topic).id


async def test_hidden_posts_and_events_are_no_posts(misago: RealMisago, signed_in: Misago) -> None:
    topic = await misago.new_topic("ayse", "Gizlenenler", "Baş gönderi")
    hidden = await misago.reply("elif", topic, "Reklamdır bu")
    stays = await misago.reply("elif", topic, "Kalacak olan")
    await misago.hide(topic, hidden)
    await misago.lock(topic)
    reading = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    assert [post.id for post in reading.posts][1:] == [stays]
    assert reading.threads[0].locked
    with pytest.raises(NotPosted, match="closed"):
        await signed_in.reply(thread_of(topic), Draft("Kapalı konuya"))


async def test_the_round_trip_with_quote_and_file(misago: RealMisago, signed_in: Misago) -> None:
    topic = await misago.new_topic("mehmet", "Alıntılanacak", "Siparişim nerede?")
    first = (await signed_in.read(Watch(WatchKind.THREAD, topic), None)).posts[0]
    quote = Quote(first.id, first.author, first.url, "Siparişim nerede?")
    text = f"{signed_in.quote(quote)}\n\n{signed_in.mention(quote)} **Yarın** teslim, 2\\*3 = 6."
    file = Upload("ölçü.txt", "text/plain", 7, io.BytesIO(b"merhaba"))
    receipt = await signed_in.reply(thread_of(topic), Draft(text, (file,)))
    assert (receipt.state, receipt.without) == (ReceiptState.POSTED, ())
    own = await signed_in.own_posts(thread_of(topic), first.id)
    assert [post.id for post in own.posts] == [receipt.post_id]
    assert own.complete
    assert (own.posts[0].url, own.posts[0].attachments[0].size) == (receipt.url, 7)
    clean = clean_post(own.posts[0].html, own.posts[0].url)
    assert clean.text == "> mehmet:\n>\n> Siparişim nerede?\n\n@mehmet Yarın teslim, 2*3 = 6."
    assert is_answer(clean.text, "Yarın teslim, 2*3 = 6.")  # so it is found, were it lost
    assert f'href="{misago.url}/u/mehmet/' in clean.html  # they are told


async def test_haste_is_no_refusal(misago: RealMisago, misago_url: str, signing_in_at: OpenSession) -> None:
    adapter = await adapter_for(misago_url, signing_in_at, "kopru")
    assert (await adapter.sign_in()).state is SignInState.OK
    topic = await misago.new_topic("ayse", "Acele işler", "Baş gönderi")
    await adapter.reply(thread_of(topic), Draft("Bir numara"))
    with pytest.raises(Retry, match="quickly"):
        await adapter.reply(thread_of(topic), Draft("İki numara"))


async def test_what_a_moderator_has_to_approve_is_queued_and_read_once_it_was(
    misago: RealMisago, misago_url: str, signing_in_at: OpenSession, signed_in: Misago
) -> None:
    newcomer = await adapter_for(misago_url, signing_in_at, "yeni")
    assert (await newcomer.sign_in()).state is SignInState.OK
    topic = await misago.new_topic("ayse", "Moderatör bekler", "Baş gönderi")
    opening = PostId((await misago.posts(topic))[0][0])
    receipt = await newcomer.reply(thread_of(topic), Draft("Beklemedeyim"))
    assert receipt.state is ReceiptState.QUEUED
    assert receipt.post_id is not None
    later = await misago.reply("mehmet", topic, "Sonra yazıldı")
    watch = Watch(WatchKind.THREAD, topic)
    before = await signed_in.read(watch, None)
    assert [post.id for post in before.posts] == [opening, later]
    assert [post.id for post in (await newcomer.own_posts(thread_of(topic), opening)).posts] == [receipt.post_id]
    await misago.approve(topic, receipt.post_id)
    after = await signed_in.read(watch, before.cursor)
    assert [post.id for post in after.posts] == [opening, receipt.post_id, later]


async def test_refusals_say_why(misago: RealMisago, signed_in: Misago, misago_url: str) -> None:
    topic = await misago.new_topic("ayse", "Reddedilenler", "Baş gönderi")
    with pytest.raises(NotPosted, match="at least 5 characters"):
        await signed_in.reply(thread_of(topic), Draft("Ok"))
    with pytest.raises(NotPosted):
        await signed_in.reply(ThreadRef(ThreadId("99999"), f"{misago_url}/t/yok/99999/"), Draft("Merhaba"))
    with pytest.raises(FilesRefused, match=r"virus\.exe"):
        file = Upload("virus.exe", "application/x-msdownload", 3, io.BytesIO(b"MZ!"))
        await signed_in.reply(thread_of(topic), Draft("Dosyalı gönderi", (file,)))
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, f"{misago_url}/t/yok/99999/"), None)
    assert len(await misago.posts(topic)) == 1


async def test_a_session_that_has_ended_asks_to_sign_in(
    misago: RealMisago, misago_url: str, signing_in_at: OpenSession
) -> None:
    topic = await misago.new_topic("ayse", "Oturum biter", "Baş gönderi")
    session = await signing_in_at(misago_url, "elif", PASSWORDS["elif"])
    adapter = Registry.load().get("misago").build({}, session)
    assert isinstance(adapter, Misago)
    assert (await adapter.sign_in()).state is SignInState.OK
    with pytest.raises(WatchTrouble, match="leads to"):
        await session.call(f"{misago_url}/logout/", headers={"X-CSRFToken": session.cookie("csrftoken") or ""})
    with pytest.raises(SignInNeeded):
        await adapter.reply(thread_of(topic), Draft("Merhaba"))
    assert (await adapter.sign_in()).state is SignInState.OK
    await adapter.reply(thread_of(topic), Draft("Merhaba"))
    assert [author for _, author, _ in await misago.posts(topic)] == ["ayse", "elif"]


async def test_a_board_brings_what_moved(misago: RealMisago, misago_url: str, signed_in: Misago) -> None:
    old = await misago.new_topic("ayse", "Panodan", "Baş gönderi")
    watch = Watch(WatchKind.BOARD, f"{misago_url}/c/first-category/3/", datetime.now(UTC))
    first = await signed_in.read(watch, None)
    while first.gap:
        first = await signed_in.read(watch, first.cursor)
    reply = await misago.reply("mehmet", old, "Yeni cevap")
    new = await misago.new_topic("elif", "Yepyeni", "Yeni konu")
    moved = await signed_in.read(watch, first.cursor)
    assert {seen.ref.title for seen in moved.threads} == {"Panodan", "Yepyeni"}
    assert reply in [post.id for post in moved.posts]
    assert {seen.ref.id for seen in moved.threads} == {thread_of(old).id, thread_of(new).id}
    assert (await signed_in.read(watch, moved.cursor)).threads == ()


async def test_posts_of_a_merged_thread_are_met_again_on_the_board(
    misago: RealMisago, misago_url: str, signed_in: Misago
) -> None:
    into = await misago.new_topic("ayse", "Birleşilen konu", "Baş gönderi")
    topic = await misago.new_topic("mehmet", "Birleşen konu", "Ben de aynısını")
    alone = await signed_in.read(Watch(WatchKind.THREAD, topic), None)
    board = Watch(WatchKind.BOARD, f"{misago_url}/c/first-category/3/", datetime.now(UTC))
    first = await signed_in.read(board, None)
    while first.gap:
        first = await signed_in.read(board, first.cursor)
    await misago.merge(topic, into)
    moved = await signed_in.read(board, first.cursor)
    assert {post.id: post.thread.id for post in moved.posts}[alone.posts[0].id] == thread_of(into).id
    with pytest.raises(Gone):
        await signed_in.read(Watch(WatchKind.THREAD, topic), alone.cursor)


async def test_a_guest_is_kept_off_the_api_by_robots_txt(
    misago: RealMisago, misago_url: str, signing_in_at: OpenSession
) -> None:
    topic = await misago.new_topic("ayse", "Misafir okur", "Baş gönderi")
    session = await signing_in_at(misago_url, "kopru", "-")
    session.credentials = None
    adapter = Registry.load().get("misago").build({}, session)
    with pytest.raises(RobotsForbid):
        await adapter.read(Watch(WatchKind.THREAD, topic), None)


async def test_private_threads_are_read_answered_started_and_found_again(misago: RealMisago, signed_in: Misago) -> None:
    inbox = Watch(WatchKind.INBOX)
    empty = await signed_in.read(inbox, None)
    title = "Şifremi unuttum ğüşİ 😀"
    await misago.new_private("mehmet", "ayse", title, "Giremiyorum **hiç**")
    reading = await signed_in.read(inbox, empty.cursor)
    (asked,) = reading.posts
    assert (asked.author.name, asked.thread.title, asked.thread.private) == ("mehmet", title, True)
    assert "<strong>hiç</strong>" in asked.html
    assert asked.id.startswith("pm-")
    assert "ifremi" not in asked.url + asked.thread.url
    receipt = await signed_in.reply(asked.thread, Draft("Sıfırladık 🚂"))
    own = await signed_in.own_posts(asked.thread, asked.id)
    assert (own.complete, [post.id for post in own.posts]) == (True, [receipt.post_id])
    before = datetime.now(UTC)
    assert await signed_in.message(asked.author, "Re: Kargo", Draft("Kargonuz yolda")) == Receipt()
    found = await signed_in.own_messages(asked.author, before)
    assert found.complete
    assert "Kargonuz yolda" in [clean_post(post.html, post.url).text for post in found.posts]
    elif_ = Author("elif", str(int(asked.author.id or 0) + 1))
    other = await signed_in.own_messages(elif_, before)
    assert (other.complete, other.posts) == (True, ())
    with pytest.raises(NotPosted):
        await signed_in.message(Author("kimse", "9999"), "Re: Kargo", Draft("Kargonuz yolda"))
