"""The preset `phpbb` against a stand-in that behaves, through real HTTP, and its reading of pages that a real one
served."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.engines.phpbb import PhpbbForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import FilesRefused, Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlUploader
from forum_bridge.forums.html.judge import said
from forum_bridge.forums.html.parse import parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.registry import Registry
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
    Upload,
    Watch,
    WatchKind,
)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> PhpbbForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: PhpbbForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def phpbb(url: str, clock: Time) -> AsyncIterator[HtmlUploader]:
    """The adapter, signed in."""
    async with adapter_to(url, "phpbb", user="Destek Köprüsü", password="Köprü-Parola-1", clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("31"), f"{url}/viewtopic.php?t=31", "Kargo takibi")


async def test_a_guest_reads_a_topic_once_and_then_asks_its_feed(forum: PhpbbForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/viewtopic.php?f=2&t=31&start=3")  # no page's offset
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [int(post.id) for post in reading.posts] == [post.id for post in forum.topics[31].posts]
        assert [post.opening for post in reading.posts] == [True, *[False] * 11]
        assert reading.threads[0].ref == thread(url)
        assert reading.posts[0].author == Author("Ayşe Öz", "41", f"{url}/memberlist.php?mode=viewprofile&u=41")
        assert reading.posts[2].author == Author("Misafir")
        assert reading.posts[0].url == f"{url}/viewtopic.php?p=203#p203"
        assert reading.posts[0].time == START - timedelta(days=1)
        again = await guest.read(watch, reading.cursor)

        forum.asked.clear()
        rest = await guest.read(watch, again.cursor)
        assert rest.posts == () and forum.asked == ["/app.php/feed/topic/31"]
        forum.write(forum.topics[31], forum.ayse, "Yeni 😀")
        later = await guest.read(watch, rest.cursor)
        assert later.posts[-1].html == "Yeni 😀"


async def test_without_feeds_the_page_itself_is_asked(forum: PhpbbForum, url: str, clock: Time) -> None:
    forum.feeds = False
    watch = Watch(WatchKind.THREAD, f"{url}/viewtopic.php?t=31")
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        reading = await guest.read(watch, None)
        again = await guest.read(watch, reading.cursor)
        forum.asked.clear()
        forum.write(forum.topics[31], forum.ayse, "Yeni")
        later = await guest.read(watch, again.cursor)
    assert later.posts[-1].html == "Yeni"
    assert forum.asked == ["/viewtopic.php?t=31&start=10"]


async def test_the_address_of_a_post_leads_to_its_topic(forum: PhpbbForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/viewtopic.php?p=221#p221"), None)
        assert len(reading.posts) == 12 and reading.threads[0].ref == thread(url)
        assert not reading.moved
        with pytest.raises(Gone):
            await guest.read(Watch(WatchKind.THREAD, f"{url}/viewtopic.php?p=9"), None)


async def test_a_topic_that_was_merged_is_followed_by_its_posts(forum: PhpbbForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/viewtopic.php?t=31")
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        reading = await guest.read(watch, None)
        other = forum.begin("Kargo", "Misafir", "Bende de")
        other.posts += forum.topics[31].posts
        forum.topics[31].posts = []
        later = await guest.read(watch, reading.cursor)
    assert later.moved == {"31": ThreadRef(ThreadId("32"), f"{url}/viewtopic.php?t=32", "Kargo")}


async def test_a_watch_that_begins_now_reads_from_the_end(forum: PhpbbForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/viewtopic.php?t=31", since=START), None)
    assert [post.html for post in reading.posts] == ["Gönderi (11)", "Gönderi (12)"]
    assert forum.asked == ["/viewtopic.php?t=31", "/viewtopic.php?t=31&start=10"]


async def test_a_board_tells_which_topics_moved(forum: PhpbbForum, url: str, clock: Time) -> None:
    forum.begin("Kurallar", forum.ayse, "Duyuru", kind="global-announce")
    watch = Watch(WatchKind.BOARD, f"{url}/viewforum.php?f=2", since=START + timedelta(minutes=5))
    async with adapter_to(url, "phpbb", clock=clock) as guest:
        first = await guest.read(watch, None)
        assert first.posts == ()
        clock.pass_by(minutes=10)
        forum.begin("İade", forum.ayse, "İade istiyorum.")
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
    assert [post.html for post in second.posts] == ["İade istiyorum."]
    assert forum.asked == ["/viewforum.php?f=2", "/viewtopic.php?t=33"]


async def test_signing_in_waits_until_the_form_is_of_age(
    forum: PhpbbForum, phpbb: HtmlUploader, url: str, clock: Time
) -> None:
    assert clock.now == START + timedelta(seconds=1.5)
    outcome = await phpbb.sign_in()
    assert outcome.account == Author("Destek Köprüsü", "9")


async def test_a_wrong_password_is_refused_and_then_a_riddle_asked(url: str, clock: Time) -> None:
    async with adapter_to(url, "phpbb", user="Destek Köprüsü", password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED and "incorrect password" in refused.detail
        await adapter.sign_in()
        assert (await adapter.sign_in()).state is SignInState.CAPTCHA
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))


async def test_the_round_trip(forum: PhpbbForum, phpbb: HtmlUploader, url: str, clock: Time) -> None:
    newest = PostId(str(forum.topics[31].posts[-1].id))
    text = "[b]Yarın[/b] teslim & <b>edilecek</b> ğüşİ 😀\nİyi günler"
    receipt = await phpbb.reply(thread(url), Draft(text))
    written = forum.topics[31].posts[-1]
    assert (written.author, written.text) == (forum.kopru, text)
    assert (receipt.post_id, receipt.url) == (str(written.id), f"{url}/viewtopic.php?p={written.id}#p{written.id}")
    assert receipt.state is ReceiptState.POSTED
    own = await phpbb.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete

    with pytest.raises(Retry):
        await phpbb.reply(thread(url), Draft("Bir de bu."))
    clock.pass_by(seconds=15)
    await phpbb.reply(thread(url), Draft("Bir de bu."))
    assert forum.topics[31].posts[-1].text == "Bir de bu."


async def test_who_writes_while_others_do_is_posted_once(forum: PhpbbForum, phpbb: HtmlUploader, url: str) -> None:
    forum.meanwhile = lambda: forum.write(forum.topics[31], forum.ayse, "Ben de yazdım")
    receipt = await phpbb.reply(thread(url), Draft("Yarın teslim edilecek."))
    assert [post.text for post in forum.topics[31].posts[-2:]] == ["Ben de yazdım", "Yarın teslim edilecek."]
    assert receipt.post_id == str(forum.topics[31].posts[-1].id)


async def test_a_token_that_has_aged_is_fetched_anew(forum: PhpbbForum, phpbb: HtmlUploader, url: str) -> None:
    forum.meanwhile = lambda: setattr(forum, "secret", "başka tuz")
    await phpbb.reply(thread(url), Draft("Yarın teslim edilecek."))
    assert [post.text for post in forum.topics[31].posts].count("Yarın teslim edilecek.") == 1


async def test_what_a_moderator_has_to_approve_is_queued(forum: PhpbbForum, phpbb: HtmlUploader, url: str) -> None:
    forum.kopru.moderated = True
    assert (await phpbb.reply(thread(url), Draft("Merhaba."))).state is ReceiptState.QUEUED
    assert forum.queue == ["Merhaba."]


@pytest.mark.parametrize(
    ("why", "words"), [("locked", "kilitlenmiştir"), ("missing", "mevcut değil"), ("empty", "çok az")]
)
async def test_a_refusal_says_why(forum: PhpbbForum, phpbb: HtmlUploader, url: str, why: str, words: str) -> None:
    forum.topics[31].locked = why == "locked"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/viewtopic.php?t=9")
    with pytest.raises(NotPosted, match=words):
        await phpbb.reply(where, Draft(" " if why == "empty" else "Merhaba."))
    if why == "locked":
        assert (await phpbb.page(thread(url).url)).locked


async def test_a_session_that_ended_asks_to_sign_in_and_posts_nothing(
    forum: PhpbbForum, phpbb: HtmlUploader, url: str
) -> None:
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await phpbb.reply(thread(url), Draft("Merhaba."))
    assert (await phpbb.sign_in()).state is SignInState.OK
    await phpbb.reply(thread(url), Draft("Merhaba."))
    assert len(forum.topics[31].posts) == 13


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    forum: PhpbbForum, phpbb: HtmlUploader, url: str
) -> None:
    newest = PostId(str(forum.topics[31].posts[-1].id))
    forum.cut = True
    with pytest.raises(Unclear):
        await phpbb.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await phpbb.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["Yarın teslim edilecek."] and own.complete


def upload(name: str) -> Upload:
    return Upload(name, "application/octet-stream", 4, io.BytesIO(b"four"))


async def test_files_hang_on_the_post(forum: PhpbbForum, phpbb: HtmlUploader, url: str, clock: Time) -> None:
    assert [phpbb.takes("a.PNG", 5000), phpbb.takes("a.txt", 5), phpbb.takes("a.zip", 300_000)] == [True, False, False]
    receipt = await phpbb.reply(thread(url), Draft("Ekte.", (upload("şema.png"), upload("kayıt.zip"))))
    assert forum.topics[31].posts[-1].files == ["şema.png", "kayıt.zip"]
    assert receipt.without == ()
    page = await phpbb.page(receipt.url or "")
    assert [file.name for file in page.posts[-1].attachments] == ["şema.png", "kayıt.zip"]
    clock.pass_by(seconds=15)
    with pytest.raises(FilesRefused, match="uzantısı izinli değil"):
        await phpbb.reply(thread(url), Draft("Ekte.", (upload("not.txt"),)))
    assert forum.topics[31].posts[-1].text == "Ekte." and len(forum.topics[31].posts) == 13


async def test_quotes_tell_the_author(phpbb: HtmlUploader) -> None:
    assert isinstance(phpbb, CanQuote)
    written = datetime(2026, 1, 1, tzinfo=UTC)
    quote = Quote(PostId("203"), Author("Ayşe Öz", "41"), "https://forum.example/", "Nerede?", written)
    assert phpbb.quote(quote) == '[quote="Ayşe Öz" post_id=203 time=1767225600 user_id=41]Nerede?[/quote]'
    assert phpbb.quote(Quote(PostId("203"), Author("Misafir"), "", "Nerede?")) == (
        '[quote="Misafir" post_id=203]Nerede?[/quote]'
    )


RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages" / "phpbb"
recorded = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="pages recorded from other people's forums are not part of the project"
)


def rules() -> Preset:
    maker = Registry.load().get("phpbb").maker
    assert maker is not None
    return Preset.model_validate(maker.options({}))


def page_of(name: str) -> tuple[str, str]:
    url = json.loads((RECORDED / f"{name}.html.meta.json").read_text(encoding="utf-8"))["final"]
    return (RECORDED / f"{name}.html").read_text(encoding="utf-8"), url


@recorded
def test_the_pages_of_a_topic_that_a_real_one_served() -> None:
    pages = [parse_thread(*page_of(name), rules(), None) for name in ("thread-p1", "thread-p2", "thread-p3")]
    assert [len(page.posts) for page in pages] == [20, 20, 7]
    posts = [post for page in pages for post in page.posts]
    assert [post.id for post in posts] == [str(number) for number in range(2, 49)]
    assert {(post.author.name, post.author.id) for post in posts} == {("ali", "58"), ("ayse", "59"), ("Çağrı Öz", "60")}
    assert all(post.time is not None for post in posts)
    assert [post.time for post in posts if post.time] == sorted(post.time for post in posts if post.time)
    assert posts[0].attachments[0].name == "deneme.png"
    texts = [clean_post(post.html, post.url).text for post in posts]
    assert not any(word in post.html for post in posts for word in ("<script", "<button", "signature", "post-buttons"))
    assert "😀🚂" in texts[0]
    assert "> " in next(text for text in texts if "Alıntıya cevap" in text)
    assert [page.pages.previous for page in pages][:2] == [None, "http://127.0.0.1:8103/viewtopic.php?t=2"]
    assert {page.ref.id for page in pages} == {"2"}


@recorded
def test_other_ways_to_a_topic_of_a_real_one() -> None:
    by_post = parse_thread(*page_of("thread-by-post"), rules(), None)
    assert (by_post.ref.id, by_post.posts[0].id) == ("2", "22")
    middle = parse_thread(*page_of("thread-offset15"), rules(), None)
    assert (middle.posts[0].id, middle.posts[0].opening) == ("17", False)
    assert middle.pages.previous == "http://127.0.0.1:8103/viewtopic.php?t=2"
    beyond = parse_thread(*page_of("thread-p4-beyond"), rules(), None)
    assert (beyond.posts[0].id, beyond.pages.next) == ("42", None)
    assert parse_thread(*page_of("locked-thread-guest"), rules(), None).locked
    member = parse_thread(*page_of("thread-p3-loggedin"), rules(), None)
    assert (member.account_id, member.locked) == ("61", False)


@recorded
def test_a_board_and_what_a_real_one_says() -> None:
    board = parse_board(*page_of("forum"), rules(), None)
    assert [row.ref.id for row in board.rows] == ["4", "3", "1", "2"]
    assert board.rows[-1].mark.startswith("48 46 ")
    assert all(row.time is not None for row in board.rows)
    told = {
        "err-bad-login": "wrong_password",
        "err-bad-token": "token",
        "err-empty": "refused",
        "err-flood": "flood",
        "err-locked": "locked",
        "err-thread-missing": "gone",
        "reply-result-moderation-queue": "queued",
        "reply-too-fast": "token",
        "warn-new-posts-or-dup": "again",
        "attach-upload-result": "file_refused",
        "thread-p1": None,
        "reply-form": None,
        "login": None,
    }
    found = {name: said(page_of(name)[0], rules()) for name in told}
    assert {name: word and word.meaning for name, word in found.items()} == told
