"""The preset `vbulletin4` against a stand-in that behaves, through real HTTP: once in style 4 with friendly addresses,
once in style 3 with windows-1254."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.vbulletin import VbulletinForum, seeded

from forum_bridge.errors import Gone, NotPosted, Retry, SignInNeeded, Unclear, Unreadable
from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlQuoter
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import (
    Author,
    Draft,
    PostId,
    Quote,
    ReceiptState,
    SignInState,
    ThreadId,
    ThreadRef,
    Watch,
    WatchKind,
)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture(params=[4, 3], ids=["style4", "style3"])
def forum(request: pytest.FixtureRequest, clock: Time) -> VbulletinForum:
    style: int = request.param
    return seeded(clock, style)


@pytest.fixture
async def url(forum: VbulletinForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def vbulletin(url: str, forum: VbulletinForum, clock: Time) -> AsyncIterator[HtmlQuoter]:
    """The adapter, signed in."""
    async with adapter_to(url, "vbulletin4", user=forum.name, password=forum.password, clock=clock) as adapter:
        assert isinstance(adapter, HtmlQuoter)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("70"), f"{url}/showthread.php?t=70", "Kargo takibi: İğne & ölçü")


async def test_a_guest_reads_a_whole_thread_once(forum: VbulletinForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/showthread.php?t=70&page=2")
    async with adapter_to(url, "vbulletin4", clock=clock) as guest:
        reading = await guest.read(watch, None)
        posts = forum.threads[70].posts
        assert [int(post.id) for post in reading.posts] == [post.id for post in posts]
        assert [post.opening for post in reading.posts] == [True, *[False] * 11]
        assert reading.threads[0].ref == thread(url)
        assert (reading.posts[0].author.name, reading.posts[0].author.id) == ("Ayşe Öz", "41")
        assert reading.posts[2].author == Author("Kaan")
        assert [post.time for post in reading.posts] == [post.time for post in posts]  # "Bugün", "Dün", and dates
        assert [file.name for file in reading.posts[0].attachments] == ["fatura.pdf"]
        assert clean_post(reading.posts[11].html, url).text == "Gönderi (12) ğüşıİ"
        assert (await guest.read(watch, reading.cursor)).posts == ()
        forum.write(forum.threads[70], "Ayşe Öz", "Yeni ğüş 😀")
        later = await guest.read(watch, reading.cursor)
    assert clean_post(later.posts[-1].html, url).text == "Yeni ğüş 😀"


async def test_the_address_of_a_post_leads_to_its_thread(forum: VbulletinForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "vbulletin4", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/showthread.php?p=514#post514"), None)
        assert len(reading.posts) == 12 and reading.threads[0].ref == thread(url)
        assert "p=514" in reading.posts[6].url and reading.posts[6].url.endswith("#post514")
        other = forum.begin("Kargo", "Kaan", "Bende de")
        other.posts += forum.threads[70].posts
        forum.threads[70].posts = []
        later = await guest.read(Watch(WatchKind.THREAD, thread(url).url), reading.cursor)
        assert {old: new.id for old, new in later.moved.items()} == {"70": "71"}
        with pytest.raises(Gone):
            await guest.read(Watch(WatchKind.THREAD, f"{url}/showthread.php?t=9"), None)


async def test_a_page_that_does_not_tell_its_thread_is_not_taken_for_one(url: str, clock: Time) -> None:
    options = {"thread": {"id": ".nowhere"}}
    async with adapter_to(url, "vbulletin4", clock=clock, options=options) as guest:
        with pytest.raises(Unreadable, match="which thread"):
            await guest.read(Watch(WatchKind.THREAD, f"{url}/showthread.php?p=514"), None)


async def test_a_board_tells_which_threads_moved(forum: VbulletinForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.BOARD, f"{url}/forumdisplay.php?f=2", since=START + timedelta(minutes=5))
    async with adapter_to(url, "vbulletin4", clock=clock) as guest:
        first = await guest.read(watch, None)
        assert first.posts == ()
        clock.pass_by(minutes=10)
        forum.begin("İade", "Ayşe Öz", "İade istiyorum.")
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
    assert [seen.ref.title for seen in second.threads] == ["İade"]
    assert not any("70" in asked for asked in forum.asked)


async def test_signing_in_keeps_the_session_and_fails_once(forum: VbulletinForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "vbulletin4", user=forum.name, password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, HtmlQuoter)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED and "Geçersiz kullanıcı adı" in refused.detail
        assert forum.failures == 1
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))
    async with adapter_to(url, "vbulletin4", user=forum.name, password=forum.password, clock=clock) as adapter:
        assert isinstance(adapter, HtmlQuoter)
        assert (await adapter.sign_in()).account == Author("kopru", "9")


@pytest.mark.parametrize("redirects", [False, True])
async def test_the_round_trip(
    forum: VbulletinForum, vbulletin: HtmlQuoter, url: str, clock: Time, redirects: bool
) -> None:
    forum.redirects = redirects
    newest = PostId(str(forum.threads[70].posts[-1].id))
    receipt = await vbulletin.reply(thread(url), Draft("[B]Yarın[/B] teslim ğüşıİ 😀\nİyi günler"))
    written = forum.threads[70].posts[-1]
    assert clean_post(written.html, url).text == "[B]Yarın[/B] teslim ğüşıİ 😀\nİyi günler"
    assert (receipt.post_id, receipt.state) == (str(written.id), ReceiptState.POSTED)
    own = await vbulletin.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete

    clock.pass_by(seconds=10)
    with pytest.raises(Retry) as flood:
        await vbulletin.reply(thread(url), Draft("Bir de bu."))
    assert flood.value.after == timedelta(seconds=20)
    clock.pass_by(seconds=20)
    await vbulletin.reply(thread(url), Draft("Bir de bu."))
    assert forum.threads[70].posts[-1].html == "Bir de bu."


async def test_a_token_that_has_aged_is_fetched_anew(forum: VbulletinForum, vbulletin: HtmlQuoter, url: str) -> None:
    forum.next_token = "1795373999-ffff"
    await vbulletin.reply(thread(url), Draft("Yarın teslim edilecek."))
    assert [post.html for post in forum.threads[70].posts].count("Yarın teslim edilecek.") == 1


async def test_what_a_moderator_has_to_approve_is_queued(
    forum: VbulletinForum, vbulletin: HtmlQuoter, url: str
) -> None:
    forum.moderated = True
    assert (await vbulletin.reply(thread(url), Draft("Merhaba."))).state is ReceiptState.QUEUED
    assert forum.queue == ["Merhaba."]


@pytest.mark.parametrize(("why", "words"), [("closed", "kapalı"), ("missing", "Geçersiz Konu"), ("short", "çok kısa")])
async def test_a_refusal_says_why(forum: VbulletinForum, vbulletin: HtmlQuoter, url: str, why: str, words: str) -> None:
    forum.threads[70].closed = why == "closed"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/showthread.php?t=9")
    with pytest.raises(NotPosted, match=words):
        await vbulletin.reply(where, Draft("a" if why == "short" else "Merhaba."))
    if why == "closed":
        assert (await vbulletin.page(thread(url).url)).locked


async def test_a_session_that_ended_asks_to_sign_in(forum: VbulletinForum, vbulletin: HtmlQuoter, url: str) -> None:
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await vbulletin.reply(thread(url), Draft("Merhaba."))
    assert (await vbulletin.sign_in()).state is SignInState.OK
    await vbulletin.reply(thread(url), Draft("Merhaba."))
    assert len(forum.threads[70].posts) == 13


async def test_an_answer_that_got_lost_is_found(forum: VbulletinForum, vbulletin: HtmlQuoter, url: str) -> None:
    newest = PostId(str(forum.threads[70].posts[-1].id))
    forum.cut = True
    with pytest.raises(Unclear):
        await vbulletin.reply(thread(url), Draft("Yarın ğüş teslim."))
    own = await vbulletin.own_posts(thread(url), newest)
    assert [clean_post(post.html, url).text for post in own.posts] == ["Yarın ğüş teslim."] and own.complete


async def test_quotes_name_the_post(vbulletin: HtmlQuoter) -> None:
    assert isinstance(vbulletin, CanQuote)
    quote = Quote(PostId("503"), Author("Ayşe; [Öz]", "41"), "https://forum.example/", "Nerede?")
    assert vbulletin.quote(quote) == "[QUOTE=Ayşe  (Öz);503]Nerede?[/QUOTE]"
