"""The preset `mybb` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.classic import PASSWORD, seeded
from tests.engines.mybb import MyBBForum
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import FilesRefused, Forbidden, Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlUploader
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import (
    Author,
    Cursor,
    Draft,
    Post,
    PostId,
    Quote,
    Reading,
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
def forum(clock: Time) -> MyBBForum:
    forum = MyBBForum(clock)
    seeded(forum)
    return forum


@pytest.fixture
async def url(forum: MyBBForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def mybb(url: str, clock: Time) -> AsyncIterator[HtmlUploader]:
    """The adapter, signed in."""
    async with adapter_to(url, "mybb", user="kopru", password=PASSWORD, clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str, number: int = 1) -> ThreadRef:
    return ThreadRef(ThreadId(str(number)), f"{url}/showthread.php?tid={number}", "Kargo takibi <ç>")


def watch(url: str) -> Watch:
    return Watch(WatchKind.THREAD, thread(url).url)


def text(post: Post) -> str:
    return clean_post(post.html, post.url).text


def texts(reading: Reading) -> list[str]:
    return [text(post) for post in reading.posts]


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return reading.cursor


async def test_a_guest_reads_three_pages_once_and_then_what_is_new(forum: MyBBForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "mybb", clock=clock) as guest:
        reading = await guest.read(watch(url), None)
        assert texts(reading) == ["Siparişim nerede? (1)", *(f"Gönderi ({number})" for number in range(2, 46))]
        assert [post.opening for post in reading.posts] == [True] + [False] * 44
        authors = [post.author for post in reading.posts[:3]]
        assert authors[0] == Author("ayse", "2", f"{url}/member.php?action=profile&uid=2")
        assert authors[1:] == [Author("Deniz"), Author("ayse", "2", f"{url}/member.php?action=profile&uid=2")]
        times = [post.time for post in reading.posts]
        assert times == [START - timedelta(days=2) + timedelta(minutes=61 * number) for number in range(45)]
        assert reading.threads[0].ref == thread(url)
        assert (await guest.read(watch(url), stored(reading))).posts == ()
        forum.write(forum.threads[1], forum.members[2], "Yeni :)")
        later = await guest.read(watch(url), stored(reading))
        assert texts(later)[-1] == "Yeni :Smile:"


async def test_past_the_last_page_stands_the_first_and_nothing_is_read_twice_or_lost(
    forum: MyBBForum, url: str, clock: Time
) -> None:
    async with adapter_to(url, "mybb", clock=clock) as guest:
        first = await guest.read(watch(url), None)
        del forum.threads[1].entries[30:]  # the third page goes
        forum.write(forum.threads[1], forum.members[2], "Yeni")
        later = await guest.read(watch(url), stored(first))
    fresh = [post for post in later.posts if post.id not in {each.id for each in first.posts}]
    assert [text(post) for post in fresh] == ["Yeni"]


async def test_a_follow_up_that_became_part_of_the_post_before_is_seen_on_a_board(
    forum: MyBBForum, url: str, clock: Time
) -> None:
    """Neither the number of replies nor the time of the last post tells it."""
    board = Watch(WatchKind.BOARD, f"{url}/forumdisplay.php?fid=2", since=START)
    async with adapter_to(url, "mybb", clock=clock) as guest:
        clock.pass_by(minutes=1)
        new = forum.begin("İade", forum.members[2], "İade istiyorum.")
        reading = await guest.read(board, None)
        assert texts(reading) == ["İade istiyorum."]
        for minutes in (10, 30, 19):
            clock.pass_by(minutes=minutes)
            new.entries[0].text += f"\n[hr]\nbir de {minutes}"
            forum.asked.clear()
            reading = await guest.read(board, stored(reading))
            assert texts(reading)[0].endswith(f"bir de {minutes}")
        clock.pass_by(seconds=50)
        new.entries[0].text += "\n[hr]\nson"
        clock.pass_by(minutes=3)
        reading = await guest.read(board, stored(reading))
        assert texts(reading)[0].endswith("son")
        clock.pass_by(hours=3)
        forum.asked.clear()
        assert (await guest.read(board, stored(reading))).posts == ()
        assert forum.asked == ["GET /forumdisplay.php?fid=2"]


async def test_a_thread_that_may_still_grow_is_read_though_its_last_post_is_older_than_the_watch(
    forum: MyBBForum, url: str, clock: Time
) -> None:
    clock.pass_by(minutes=-10)
    forum.begin("İade", forum.members[2], "İade istiyorum.")
    clock.pass_by(minutes=10)
    board = Watch(WatchKind.BOARD, f"{url}/forumdisplay.php?fid=2", since=START)
    async with adapter_to(url, "mybb", clock=clock) as guest:
        reading = await guest.read(board, None)
        assert texts(reading) == ["İade istiyorum."]
        clock.pass_by(minutes=5)
        forum.threads[3].entries[0].text += "\n[hr]\nAcele!"
        assert texts(await guest.read(board, stored(reading)))[0].endswith("Acele!")


async def test_the_form_to_sign_in_is_the_right_one_of_three(mybb: HtmlUploader, forum: MyBBForum) -> None:
    assert [member.name for member in forum.sessions.values()] == ["kopru"]
    assert (await mybb.sign_in()).account == Author("kopru", "1")


async def test_a_wrong_password_is_refused_in_the_forums_words(url: str, clock: Time) -> None:
    async with adapter_to(url, "mybb", user="kopru", password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED
        assert "invalid username/password" in refused.detail
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))


async def test_the_round_trip(mybb: HtmlUploader, forum: MyBBForum, url: str, clock: Time) -> None:
    newest = PostId(str(forum.threads[1].entries[-1].id))
    assert isinstance(mybb, CanQuote)
    quote = Quote(newest, Author("ayse", "2"), f"{url}/showthread.php?pid={newest}", "Gönderi (45)", START)
    said = f"{mybb.quote(quote)}\n{mybb.mention(quote)} Yarın [b]teslim[/b] edilecek “bitti” 🚚"
    receipt = await mybb.reply(thread(url), Draft(said))
    written = forum.threads[1].entries[-1]
    assert (written.author, written.text.splitlines()[0]) == (
        forum.kopru,
        f"[quote=\"ayse\" pid='{newest}' dateline='{int(START.timestamp())}']Gönderi (45)[/quote]",
    )
    assert (receipt.post_id, receipt.state) == (str(written.id), ReceiptState.POSTED)
    assert receipt.url == f"{url}/showthread.php?tid=1&pid={written.id}#pid{written.id}"
    own = await mybb.own_posts(thread(url), newest)
    assert own.complete
    assert [post.id for post in own.posts] == [receipt.post_id]
    assert text(own.posts[0]) == "> ayse Wrote:\n>\n> Gönderi (45)\n\n@ayse Yarın teslim edilecek “bitti” 🚚"


async def test_a_second_answer_in_a_row_becomes_part_of_the_first(
    mybb: HtmlUploader, forum: MyBBForum, url: str, clock: Time
) -> None:
    first = await mybb.reply(thread(url), Draft("İlk cevap"))
    clock.pass_by(seconds=5)
    second = await mybb.reply(thread(url), Draft("İkinci cevap"))
    assert (first.state, second.state) == (ReceiptState.POSTED, ReceiptState.MERGED)
    assert first.post_id == second.post_id
    clock.pass_by(minutes=2)
    forum.write(forum.threads[1], forum.members[1], "Araya giren")
    third = await mybb.reply(thread(url), Draft("Üçüncü cevap"))
    assert third.state is ReceiptState.POSTED
    assert third.post_id != first.post_id


async def test_who_posts_elsewhere_within_a_minute_waits_as_long_as_the_forum_says(
    mybb: HtmlUploader, forum: MyBBForum, url: str, clock: Time
) -> None:
    forum.begin("Başka", forum.members[1], "Soru")
    await mybb.reply(thread(url), Draft("İlk cevap"))
    clock.pass_by(seconds=20)
    with pytest.raises(Retry, match="Please wait 41 more seconds") as flood:
        await mybb.reply(thread(url, 3), Draft("İkinci cevap"))
    assert flood.value.after == timedelta(seconds=41)
    assert len(forum.threads[3].entries) == 1
    clock.pass_by(seconds=41)
    assert (await mybb.reply(thread(url, 3), Draft("İkinci cevap"))).state is ReceiptState.POSTED


async def test_a_key_that_no_longer_counts_is_fetched_anew_and_the_answer_posted_once(
    mybb: HtmlUploader, forum: MyBBForum, url: str
) -> None:
    forum.stale_forms = 1
    await mybb.reply(thread(url), Draft("Bir kez"))
    assert [each.text for each in forum.threads[1].entries if each.author is forum.kopru] == ["Bir kez"]
    forum.stale_forms = 2
    with pytest.raises(Retry):
        await mybb.reply(thread(url), Draft("Bu olmaz"))


@pytest.mark.parametrize(("number", "why"), [(2, "closed by a moderator"), (9, "does not exist")])
async def test_a_refusal_says_why(mybb: HtmlUploader, url: str, number: int, why: str) -> None:
    with pytest.raises(NotPosted, match=why):
        await mybb.reply(thread(url, number), Draft("Merhaba."))


async def test_a_closed_thread_and_one_that_is_gone_are_known_on_reading(url: str, clock: Time) -> None:
    async with adapter_to(url, "mybb", clock=clock) as guest:
        closed = await guest.read(Watch(WatchKind.THREAD, thread(url, 2).url), None)
        assert closed.threads[0].locked
        with pytest.raises(Gone, match="does not exist"):
            await guest.read(Watch(WatchKind.THREAD, thread(url, 9).url), None)


@pytest.mark.parametrize("merged", [False, True])
async def test_an_answer_that_got_lost_is_found_even_as_part_of_our_previous_post(
    mybb: HtmlUploader, forum: MyBBForum, url: str, merged: bool
) -> None:
    newest = PostId(str(forum.threads[1].entries[-1].id))
    if merged:
        await mybb.reply(thread(url), Draft("İlk cevap"))
    forum.cut = True
    with pytest.raises(Unclear):
        await mybb.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await mybb.own_posts(thread(url), newest)
    assert own.complete
    before = "İlk cevap\n\n---\n\n" if merged else ""
    assert [text(post) for post in own.posts] == [f"{before}Yarın teslim edilecek."]


async def test_the_same_words_again_are_not_taken_twice_and_so_looked_for(
    mybb: HtmlUploader, forum: MyBBForum, url: str, clock: Time
) -> None:
    await mybb.reply(thread(url), Draft("Teşekkürler."))
    clock.pass_by(minutes=2)
    with pytest.raises(Unclear, match="already posted this reply"):
        await mybb.reply(thread(url), Draft("Teşekkürler."))


async def test_what_a_moderator_has_to_approve_is_queued(mybb: HtmlUploader, forum: MyBBForum, url: str) -> None:
    forum.moderated = True
    receipt = await mybb.reply(thread(url), Draft("Merhaba."))
    assert (receipt.post_id, receipt.state) == (None, ReceiptState.QUEUED)


async def test_a_session_that_has_ended_asks_to_sign_in_and_posts_nothing(
    mybb: HtmlUploader, forum: MyBBForum, url: str
) -> None:
    before = len(forum.threads[1].entries)
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await mybb.read(watch(url), None)
    assert (await mybb.sign_in()).state is SignInState.OK
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await mybb.reply(thread(url), Draft("Merhaba."))
    assert len(forum.threads[1].entries) == before


async def test_a_guest_is_not_let_in_where_only_members_are(
    mybb: HtmlUploader, forum: MyBBForum, url: str, clock: Time
) -> None:
    forum.members_only = True
    assert len((await mybb.read(watch(url), None)).posts) == 45
    async with adapter_to(url, "mybb", clock=clock) as guest:
        with pytest.raises(Forbidden, match="not logged in"):
            await guest.read(watch(url), None)


def file(name: str, content: bytes = b"merhaba") -> Upload:
    return Upload(name, "text/plain", len(content), io.BytesIO(content))


async def test_files_hang_on_the_post(mybb: HtmlUploader, forum: MyBBForum, url: str) -> None:
    assert mybb.takes("şema.txt", 100_000)
    assert not mybb.takes("a.exe", 10)
    receipt = await mybb.reply(thread(url), Draft("Ekte.", (file("şema.txt"), file("çıktı.pdf"))))
    assert receipt.without == ()
    own = await mybb.own_posts(thread(url), PostId(str(int(receipt.post_id or 0) - 1)))
    assert [each.name for each in own.posts[0].attachments] == ["şema.txt", "çıktı.pdf"]


async def test_files_that_the_forum_refuses_post_nothing(mybb: HtmlUploader, forum: MyBBForum, url: str) -> None:
    before = len(forum.threads[1].entries)
    with pytest.raises(FilesRefused, match="not allowed"):
        await mybb.reply(thread(url), Draft("Ekte.", (file("şema.txt"), file("a.zip"))))
    assert len(forum.threads[1].entries) == before
