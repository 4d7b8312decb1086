"""The adapter `misago` against a stand-in that behaves, through real HTTP, and its reading of documents that a real one
gave."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engines.misago import LARGEST, MisagoForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import FilesRefused, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.misago.adapter import Misago
from forum_bridge.forums.registry import Registry
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
def forum(clock: Time) -> MisagoForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: MisagoForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def misago(url: str, clock: Time) -> AsyncIterator[Misago]:
    """The adapter, signed in."""
    async with adapter_to(url, "misago", user="kopru", password="Köprü-Parola-1", clock=clock) as adapter:
        assert isinstance(adapter, Misago)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/t/konu/1/", "Kargo takibi <ç>")


def file(name: str, content: bytes = b"merhaba") -> Upload:
    return Upload(name, "text/plain", len(content), io.BytesIO(content))


async def test_a_guest_reads_a_whole_thread_once_and_then_what_is_new(
    forum: MisagoForum, url: str, clock: Time
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/konu/1/")
    async with adapter_to(url, "misago", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [post.html for post in reading.posts[:2]] == ["<p>Siparişim nerede? (1)</p>", "<p>Gönderi (2)</p>"]
        assert len(reading.posts) == len({post.id for post in reading.posts}) == 45
        assert not reading.gap
        assert [post.opening for post in reading.posts] == [True] + [False] * 44
        assert reading.posts[0].author == Author("ayse", "2", f"{url}/u/ayse/2/")
        assert reading.posts[1].author == Author("silinmis")
        assert reading.posts[1].url == f"{url}/t/konu/1/post/102/"
        assert reading.posts[0].time == START - timedelta(days=2)
        assert reading.posts[0].edited is None
        assert reading.threads[0].ref == thread(url)

        again = await guest.read(watch, reading.cursor)
        assert again.posts == ()
        forum.write(forum.threads[1], forum.members[1], "<p>Yeni</p>")
        forum.write(forum.threads[1], forum.members[1], None)
        later = await guest.read(watch, again.cursor)
        assert later.posts[-1].html == "<p>Yeni</p>"


async def test_a_watch_that_begins_now_reads_from_the_end(forum: MisagoForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "misago", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/konu/1/", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (45)</p>"
    assert forum.asked == ["/api/threads/1/posts/?page=1", "/api/threads/1/posts/?page=3"]


async def test_an_edit_is_seen(forum: MisagoForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/konu/1/")
    async with adapter_to(url, "misago", clock=clock) as guest:
        first = await guest.read(watch, None)
        entry = forum.threads[1].entries[-1]
        entry.html, entry.edited = "<p>Düzeltildi</p>", START
        reading = await guest.read(watch, first.cursor)
    assert (reading.posts[-1].html, reading.posts[-1].edited) == ("<p>Düzeltildi</p>", START)


async def test_a_permalink_leads_to_its_page(misago: Misago, url: str) -> None:
    page = await misago.page(f"{url}/t/konu/1/post/124/")
    assert page.url == f"{url}/api/threads/1/posts/?page=2"
    assert "124" in [post.id for post in page.posts]
    assert page.pages.previous is not None and page.pages.next is not None


async def test_hidden_posts_are_no_posts_even_where_they_fill_pages(forum: MisagoForum, url: str, clock: Time) -> None:
    written = [entry for entry in forum.threads[1].entries if entry.html is not None]
    for entry in written[16:36]:
        entry.hidden = True
    async with adapter_to(url, "misago", clock=clock) as guest:
        assert isinstance(guest, Misago)
        assert (await guest.page(f"{url}/t/konu/1/2/")).posts == ()
        whole = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/konu/1/"), None)
        late = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/konu/1/", since=written[20].time), None)
        written[-1].hidden = True
        for entry in written[36:]:
            entry.hidden = True
        ended = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/konu/1/"), None)
        forum.write(forum.threads[1], forum.members[1], "<p>Yeni</p>")
        after = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/konu/1/"), ended.cursor)
    assert [post.id for post in whole.posts] == [str(each.id) for each in (*written[:16], *written[36:])]
    assert late.posts[-1].id == str(written[44].id)
    assert [post.id for post in ended.posts] == [str(each.id) for each in written[:16]]
    assert after.posts[-1].html == "<p>Yeni</p>"


async def test_what_waits_for_a_moderator_comes_once_it_was_approved(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/konu/1/")
    waits = forum.write(forum.threads[1], forum.members[1], "<p>Bekler</p>")
    waits.waits = True
    forum.write(forum.threads[1], forum.members[1], "<p>Sonra</p>")
    before = await misago.read(watch, None)
    assert "Bekler" not in " ".join(post.html for post in before.posts)
    waits.waits = False
    after = await misago.read(watch, before.cursor)
    assert [post.html for post in after.posts[-2:]] == ["<p>Bekler</p>", "<p>Sonra</p>"]


async def test_a_board_tells_which_threads_moved(forum: MisagoForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.BOARD, f"{url}/c/genel/3/", since=START)
    async with adapter_to(url, "misago", clock=clock) as guest:
        first = await guest.read(watch, None)
        assert first.posts == ()
        clock.pass_by(minutes=1)
        forum.begin("İade", forum.members[1], "<p>İade istiyorum.</p>")
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
    assert [post.html for post in second.posts] == ["<p>İade istiyorum.</p>"]
    assert [seen.ref.title for seen in second.threads] == ["İade"]
    assert forum.asked == ["/api/threads/?category=3", "/api/threads/2/posts/?page=1"]


async def test_a_board_is_read_on_while_whole_pages_of_it_moved(forum: MisagoForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.BOARD, url, since=START)
    for number in range(12):
        clock.pass_by(minutes=1)
        forum.begin(f"Konu {number}", forum.members[1], "<p>Merhaba</p>")
    async with adapter_to(url, "misago", clock=clock) as guest:
        reading = await guest.read(watch, None)
    assert {seen.ref.title for seen in reading.threads} == {f"Konu {number}" for number in range(12)}


@pytest.mark.parametrize("address", ["/u/ayse/2/", "/c/genel/"])
async def test_another_address_is_named(url: str, clock: Time, address: str) -> None:
    async with adapter_to(url, "misago", clock=clock) as guest:
        with pytest.raises(WatchTrouble, match="not the address of a category"):
            await guest.read(Watch(WatchKind.BOARD, url + address), None)
        with pytest.raises(WatchTrouble, match="not the address of a thread"):
            await guest.read(Watch(WatchKind.THREAD, url + address), None)


async def test_the_round_trip(forum: MisagoForum, misago: Misago, clock: Time, url: str) -> None:
    newest = PostId(str(forum.threads[1].entries[-1].id))
    receipt = await misago.reply(thread(url), Draft("Yarın **teslim** edilecek."))
    written = forum.threads[1].entries[-1]
    assert written.author is forum.kopru
    assert (receipt.post_id, receipt.url) == (str(written.id), f"{url}/t/konu/1/post/{written.id}/")
    assert receipt.state is ReceiptState.POSTED
    own = await misago.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id]
    assert own.complete

    with pytest.raises(Retry, match="çabuk"):  # not a locked thread, though the status is the same
        await misago.reply(thread(url), Draft("Bir de bu."))
    clock.pass_by(seconds=3)
    await misago.reply(thread(url), Draft("Bir de bu."))
    assert forum.threads[1].entries[-1].html == "<p>Bir de bu.</p>"


async def test_signing_in_tells_the_account_and_may_be_done_again(misago: Misago, forum: MisagoForum, url: str) -> None:
    assert (await misago.sign_in()).account == Author("kopru", "1", f"{url}/u/kopru/1/")
    assert len(forum.sessions) == 1  # still the one from before


async def test_a_wrong_password_is_refused_in_the_forums_words(url: str, clock: Time) -> None:
    async with adapter_to(url, "misago", user="kopru", password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, Misago)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED
        assert "Giriş veya şifre yanlış." in refused.detail
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))


async def test_a_session_that_has_ended_asks_to_sign_in_and_posts_nothing(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    before = len(forum.threads[1].entries)
    forum.sign_out_everybody()
    with pytest.raises(SignInNeeded):
        await misago.reply(thread(url), Draft("Merhaba."))
    assert (await misago.sign_in()).state is SignInState.OK
    await misago.reply(thread(url), Draft("Merhaba."))
    assert len(forum.threads[1].entries) == before + 1


async def test_a_cookie_that_no_longer_counts_asks_to_sign_in_and_posts_nothing(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    before = len(forum.threads[1].entries)
    forum.tokens.clear()
    with pytest.raises(SignInNeeded, match="CSRF"):
        await misago.reply(thread(url), Draft("Merhaba."))
    assert (await misago.sign_in()).state is SignInState.OK
    await misago.reply(thread(url), Draft("Merhaba."))
    assert len(forum.threads[1].entries) == before + 1


async def test_what_a_moderator_has_to_approve_is_queued_and_seen_as_ours(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    newest = PostId(str(forum.threads[1].entries[-1].id))
    forum.moderated = True
    receipt = await misago.reply(thread(url), Draft("Merhaba."))
    assert receipt.state is ReceiptState.QUEUED
    assert [post.id for post in (await misago.own_posts(thread(url), newest)).posts] == [receipt.post_id]


async def test_our_own_post_says_whether_it_still_waits_for_a_moderator(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/konu/1/")
    forum.moderated = True
    receipt = await misago.reply(thread(url), Draft("Merhaba."))
    before = await misago.read(watch, None)
    assert [(post.id, post.waits) for post in before.posts if post.waits] == [(receipt.post_id, True)]
    forum.threads[1].entries[-1].waits = False
    after = await misago.read(watch, before.cursor)
    assert [post.waits for post in after.posts if post.id == receipt.post_id] == [False]


@pytest.mark.parametrize("why", ["locked", "missing", "short"])
async def test_a_refusal_says_why(forum: MisagoForum, misago: Misago, url: str, why: str) -> None:
    forum.threads[1].closed = why == "locked"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/t/konu/9/")
    with pytest.raises(NotPosted, match={"locked": "kapalı", "missing": "Bulunamadı", "short": "en az 5"}[why]):
        await misago.reply(where, Draft("Ok" if why == "short" else "Merhaba."))


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    forum: MisagoForum, misago: Misago, url: str
) -> None:
    newest = PostId(str(forum.threads[1].entries[-1].id))
    forum.cut = True
    with pytest.raises(Unclear):
        await misago.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await misago.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["<p>Yarın teslim edilecek.</p>"]
    assert own.complete


async def test_files_hang_on_the_post(forum: MisagoForum, misago: Misago, url: str) -> None:
    assert misago.takes("a.txt", LARGEST * 1024)
    assert not misago.takes("a.txt", LARGEST * 1024 + 1)
    draft = Draft("Ekte.", (file("şema.txt"), file("çıktı.txt", b"iki")))
    receipt = await misago.reply(thread(url), draft)
    assert receipt.without == ()
    own = await misago.own_posts(thread(url), PostId(str(int(receipt.post_id or 0) - 1)))
    assert [(each.name, each.size) for each in own.posts[0].attachments] == [("şema.txt", 7), ("çıktı.txt", 3)]
    assert own.posts[0].attachments[0].url == f"{url}/a/sir/1/"


async def test_files_that_the_forum_refuses_post_nothing(forum: MisagoForum, misago: Misago, url: str) -> None:
    before = len(forum.threads[1].entries)
    with pytest.raises(FilesRefused, match=r"a\.exe.*türden"):
        await misago.reply(thread(url), Draft("Ekte.", (file("a.exe"),)))
    forum.sign_out_everybody()
    with pytest.raises(SignInNeeded):
        await misago.reply(thread(url), Draft("Ekte.", (file("a.txt"),)))
    assert len(forum.threads[1].entries) == before


async def test_quotes_and_mentions_tell_the_author(misago: Misago) -> None:
    quote = Quote(PostId("103"), Author("ayse", "2"), "https://forum.example/t/x/1/post/103/", "Siparişim\nnerede?")
    assert misago.quote(quote) == '[quote="@ayse"]\nSiparişim\nnerede?\n[/quote]'
    assert misago.mention(quote) == "@ayse"
    gone = Quote(PostId("103"), Author('a"]b'), "https://forum.example/t/x/1/post/103/", "Siparişim")
    assert misago.quote(gone) == '[quote="a b"]\nSiparişim\n[/quote]'


def test_it_says_what_it_can_do() -> None:
    can = Registry.load().get("misago").capabilities
    assert {"read", "sign_in", "reply", "own_posts", "upload"} <= can


RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages" / "misago"


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="pages recorded from other people's forums are not part of the project"
)
def test_the_documents_and_the_pages_that_a_real_one_gave() -> None:
    root, title = "http://127.0.0.1:5239", "Bridge test topic — ünïcode & <tags>"
    ids: set[int] = set()
    for name, number in (("api_posts_p1.json", 1), ("thread_p2.html", 2), ("api_posts_p3_last.json", 3)):
        address = f"{root}/t/bridge-test-topic-unicode-tags/1/{number}/"
        page = Misago.parse((RECORDED / name).read_text(encoding="utf-8"), address)
        assert page.ref == ThreadRef(ThreadId("1"), f"{root}/t/bridge-test-topic-unicode-tags/1/", title)
        assert (page.pages.next is None, page.pages.previous is None) == (number == 3, number == 1)
        assert all(post.time is not None and post.author.id for post in page.posts)
        assert {post.author.name for post in page.posts} == {"alice", "bobby", "carol"}
        assert [post.id for post in page.posts if post.opening] == (["1"] if number == 1 else [])
        ids |= {int(post.id) for post in page.posts}
    assert ids == set(range(1, 46))
