"""The preset `smf` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.classic import PASSWORD, seeded
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.smf import SMFForum

from forum_bridge.errors import Forbidden, Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlUploader
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import is_answer
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
def forum(clock: Time) -> SMFForum:
    forum = SMFForum(clock)
    seeded(forum)
    return forum


@pytest.fixture
async def url(forum: SMFForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def smf(url: str, clock: Time) -> AsyncIterator[HtmlUploader]:
    """The adapter, signed in."""
    async with adapter_to(url, "smf", user="kopru", password=PASSWORD, clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str, number: int = 1) -> ThreadRef:
    return ThreadRef(ThreadId(str(number)), f"{url}/index.php?topic={number}.0", "Kargo takibi <ç>")


def watch(url: str, number: int = 1) -> Watch:
    return Watch(WatchKind.THREAD, thread(url, number).url)


def text(post: Post) -> str:
    return clean_post(post.html, post.url).text


def texts(reading: Reading) -> list[str]:
    return [text(post) for post in reading.posts]


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return reading.cursor


def newest(forum: SMFForum) -> PostId:
    return PostId(str(forum.threads[1].entries[-1].id))


def ours(forum: SMFForum) -> list[str]:
    return [each.text for each in forum.threads[1].entries if each.author is forum.kopru]


async def test_a_guest_reads_three_pages_once_and_then_what_is_new(forum: SMFForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "smf", clock=clock) as guest:
        reading = await guest.read(watch(url), None)
        assert texts(reading) == ["Siparişim nerede? (1)", *(f"Gönderi ({number})" for number in range(2, 46))]
        authors = [post.author for post in reading.posts[:3]]
        assert authors[0] == Author("ayse", "2", f"{url}/index.php?action=profile;u=2")
        assert authors[1:] == [Author("Deniz"), Author("ayse", "2", f"{url}/index.php?action=profile;u=2")]
        times = [post.time for post in reading.posts]
        assert times == [START - timedelta(days=2) + timedelta(minutes=61 * number) for number in range(45)]
        assert reading.threads[0].ref == thread(url)
        forum.asked.clear()
        assert (await guest.read(watch(url), stored(reading))).posts == ()
        assert forum.asked == ["GET /index.php?topic=1.40"]
        forum.write(forum.threads[1], forum.members[2], "Yeni :)")
        assert texts(await guest.read(watch(url), stored(reading)))[-1] == "Yeni :)"


async def test_a_sessions_id_stays_out_of_all_that_is_kept(forum: SMFForum, url: str, clock: Time) -> None:
    """A link that carries it would let whoever follows it in, and be another address at each look."""
    async with adapter_to(url, "smf", clock=clock) as guest:
        reading = await guest.read(
            Watch(WatchKind.BOARD, f"{url}/index.php?board=1.0", since=START - timedelta(days=9)), None
        )
        assert len(reading.posts) == 46
        assert len(forum.visits) == 1
        assert {post.url for post in reading.posts} == {
            f"{url}/index.php?msg={each.id}" for some in forum.threads.values() for each in some.entries
        }
        assert "PHPSESSID" not in repr(reading)


async def test_a_board_is_read_only_where_something_has_moved(forum: SMFForum, url: str, clock: Time) -> None:
    board = Watch(WatchKind.BOARD, f"{url}/index.php?board=1.0", since=START)
    async with adapter_to(url, "smf", clock=clock) as guest:
        reading = await guest.read(board, None)
        assert reading.posts == ()
        clock.pass_by(minutes=1)
        new = forum.begin("İade", forum.members[2], "İade istiyorum.")
        reading = await guest.read(board, stored(reading))
        assert texts(reading) == ["İade istiyorum."]
        clock.pass_by(minutes=9)
        forum.write(new, forum.members[2], "Acele!")
        reading = await guest.read(board, stored(reading))
        assert texts(reading)[-1] == "Acele!"
        forum.asked.clear()
        assert (await guest.read(board, stored(reading))).posts == ()
        assert forum.asked == ["GET /index.php?board=1.0"]


async def test_a_wrong_password_is_refused_in_the_forums_words(url: str, clock: Time) -> None:
    async with adapter_to(url, "smf", user="kopru", password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, HtmlUploader)
        refused = await adapter.sign_in()
        assert (refused.state, "Password incorrect" in refused.detail) == (SignInState.REFUSED, True)
        with pytest.raises(Retry) as flood:
            await adapter.sign_in()
        assert flood.value.after == timedelta(seconds=2)
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))


async def test_who_signed_in_is_known(smf: HtmlUploader, forum: SMFForum) -> None:
    assert [member.name for member in forum.sessions.values()] == ["kopru"]
    assert (await smf.sign_in()).account == Author("kopru", "1")


async def test_a_reply_is_found_by_the_look_after_it_though_the_forum_changed_its_letters(
    smf: HtmlUploader, forum: SMFForum, url: str
) -> None:
    before = newest(forum)
    assert isinstance(smf, CanQuote)
    quote = Quote(before, Author("ayse", "2"), f"{url}/index.php?msg={before}", "Gönderi (45)", START)
    said = "Yarın teslim edilecek… “bitti” 🚚"
    bbcode = f"{smf.quote(quote)}\n{smf.mention(quote)} {said.replace('teslim', '[b]teslim[/b]')}"
    receipt = await smf.reply(thread(url), Draft(bbcode))
    assert (receipt.post_id, receipt.state) == (None, ReceiptState.POSTED)
    quoted, written = ours(forum)[0].splitlines()
    assert quoted == f"[quote author=ayse link=msg={before} date={int(START.timestamp())}]Gönderi (45)[/quote]"
    assert written == '[member=2]ayse[/member] Yarın [b]teslim[/b] edilecek... "bitti" &#128666;'
    own = await smf.own_posts(thread(url), before)
    assert own.complete
    assert [text(post) for post in own.posts] == [
        '> Quote from: ayse:\n>\n> Gönderi (45)\n\n@ayse Yarın teslim edilecek... "bitti" 🚚'
    ]
    assert is_answer(text(own.posts[0]), said)


async def test_who_answers_too_soon_waits_as_long_as_the_forum_says(
    smf: HtmlUploader, forum: SMFForum, url: str, clock: Time
) -> None:
    await smf.reply(thread(url), Draft("Bir"))
    clock.pass_by(seconds=2)
    with pytest.raises(Retry, match="less than 5 seconds ago") as flood:
        await smf.reply(thread(url), Draft("İki"))
    assert flood.value.after == timedelta(seconds=5)
    assert ours(forum) == ["Bir"]
    clock.pass_by(seconds=6)
    await smf.reply(thread(url), Draft("İki"))
    assert ours(forum) == ["Bir", "İki"]


@pytest.mark.parametrize("what", ["racing", "timed_out"])
async def test_a_form_that_comes_back_is_sent_once_more_and_the_answer_stands_once(
    smf: HtmlUploader, forum: SMFForum, url: str, clock: Time, what: str
) -> None:
    setattr(forum, what, 1)
    await smf.reply(thread(url), Draft("Bir kez"))
    assert ours(forum) == ["Bir kez"]
    clock.pass_by(seconds=6)
    setattr(forum, what, 3)
    with pytest.raises(Retry):
        await smf.reply(thread(url), Draft("Bu olmaz"))
    assert ours(forum) == ["Bir kez"]


@pytest.mark.parametrize(("number", "why"), [(2, "This topic is locked"), (9, "missing or off limits")])
async def test_a_refusal_says_why(smf: HtmlUploader, url: str, number: int, why: str) -> None:
    with pytest.raises(NotPosted, match=why):
        await smf.reply(thread(url, number), Draft("Merhaba."))


async def test_a_closed_topic_and_one_that_is_gone_are_known_on_reading(
    smf: HtmlUploader, url: str, clock: Time
) -> None:
    assert (await smf.read(watch(url, 2), None)).threads[0].locked
    with pytest.raises(Gone, match="missing or off limits"):
        await smf.read(watch(url, 9), None)
    async with adapter_to(url, "smf", clock=clock) as guest:
        with pytest.raises(Gone, match="missing or off limits"):
            await guest.read(watch(url, 9), None)


async def test_a_guest_is_not_let_in_where_only_members_are(
    smf: HtmlUploader, forum: SMFForum, url: str, clock: Time
) -> None:
    forum.members_only = True
    assert len((await smf.read(watch(url), None)).posts) == 45
    async with adapter_to(url, "smf", clock=clock) as guest:
        with pytest.raises(Forbidden, match="Only registered members"):
            await guest.read(watch(url), None)


async def test_an_answer_whose_receipt_got_lost_is_found(smf: HtmlUploader, forum: SMFForum, url: str) -> None:
    before = newest(forum)
    forum.cut = True
    with pytest.raises(Unclear):
        await smf.reply(thread(url), Draft("Yarın teslim edilecek…"))
    own = await smf.own_posts(thread(url), before)
    assert own.complete
    assert [is_answer(text(post), "Yarın teslim edilecek…") for post in own.posts] == [True]


async def test_what_a_moderator_has_to_approve_is_queued(smf: HtmlUploader, forum: SMFForum, url: str) -> None:
    forum.moderated = True
    receipt = await smf.reply(thread(url), Draft("Merhaba."))
    assert (receipt.post_id, receipt.state) == (None, ReceiptState.QUEUED)


async def test_a_session_that_has_ended_asks_to_sign_in_and_posts_nothing(
    smf: HtmlUploader, forum: SMFForum, url: str, clock: Time
) -> None:
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await smf.read(watch(url), None)
    clock.pass_by(seconds=3)
    assert (await smf.sign_in()).state is SignInState.OK
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await smf.reply(thread(url), Draft("Merhaba."))
    assert ours(forum) == []


def file(name: str, content: bytes = b"merhaba") -> Upload:
    return Upload(name, "text/plain", len(content), io.BytesIO(content))


async def test_files_hang_on_the_post_and_what_the_forum_drops_without_a_word_is_seen(
    smf: HtmlUploader, forum: SMFForum, url: str
) -> None:
    assert not smf.takes("a.png", 200_000)
    before = newest(forum)
    await smf.reply(thread(url), Draft("Ekte.", (file("şema.txt"), file("a.zip"), file("çıktı.pdf"))))
    own = await smf.own_posts(thread(url), before)
    assert [each.name for each in own.posts[0].attachments] == ["şema.txt", "çıktı.pdf"]
