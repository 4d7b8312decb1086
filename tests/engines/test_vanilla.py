"""The adapter `vanilla` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from html import escape

import pytest
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.vanilla import VanillaForum, seeded

from forum_bridge.errors import FilesRefused, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.vanilla import addresses
from forum_bridge.forums.engines.vanilla.adapter import Vanilla
from forum_bridge.forums.engines.vanilla.written import as_written
from forum_bridge.model import (
    Attachment,
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
def forum(clock: Time) -> VanillaForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: VanillaForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def vanilla(url: str, forum: VanillaForum, clock: Time) -> AsyncIterator[Vanilla]:
    """The adapter, signed in."""
    async with adapter_to(url, "vanilla", user="Kopru", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Vanilla)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/discussion/1", "Kargo takibi")


async def test_a_guest_reads_a_whole_discussion_once_and_then_what_is_new(
    forum: VanillaForum, url: str, clock: Time
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/discussion/1/kargo-takibi/p2")
    async with adapter_to(url, "vanilla", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [post.html for post in reading.posts[:2]] == ["<p>Siparişim nerede?</p>", "<p>Yorum (1)</p>"]
        assert [post.id for post in reading.posts[:3]] == ["d1", "1", "2"]
        assert len(reading.posts) == len({post.id for post in reading.posts}) == 217
        assert not reading.gap and reading.posts[0].opening and not any(post.opening for post in reading.posts[1:])
        assert reading.posts[0].author == Author("Ayşe Öz", "2", "https://forum.example/profile/2")
        assert reading.posts[2].author == Author("[Deleted User]")
        assert reading.posts[0].url == f"{url}/discussion/1"
        assert reading.posts[2].url == f"{url}/discussion/comment/2#Comment_2"
        assert reading.threads[0].ref == thread(url)

        again = await guest.read(watch, reading.cursor)
        assert again.posts == ()
        forum.write(forum.talks[1], forum.users[1], "<p>Yeni</p>")
        later = await guest.read(watch, again.cursor)
        assert later.posts[-1].html == "<p>Yeni</p>"


@pytest.mark.parametrize("comments", [0, 1, 49, 50, 51, 100])
async def test_every_length_is_read_to_its_end(clock: Time, comments: int) -> None:
    forum = seeded(clock, comments)
    async with serving(forum.app) as url, adapter_to(url, "vanilla", clock=clock) as guest:
        watch = Watch(WatchKind.THREAD, f"{url}/discussion/1")
        reading = await guest.read(watch, None)
        assert len(reading.posts) == comments + 1 and not reading.gap
        forum.write(forum.talks[1], None, "<p>Son</p>")
        assert (await guest.read(watch, reading.cursor)).posts[-1].html == "<p>Son</p>"


async def test_a_watch_that_begins_now_reads_from_the_end(vanilla: Vanilla, url: str) -> None:
    reading = await vanilla.read(Watch(WatchKind.THREAD, f"{url}/discussion/1/x", since=START), None)
    assert reading.posts[-1].html == "<p>Yorum (216)</p>" and len(reading.posts) < 120


async def test_a_permalink_leads_to_its_page_even_after_a_move(forum: VanillaForum, vanilla: Vanilla, url: str) -> None:
    for number in (1, 50, 51, 101, 216):
        page = await vanilla.page(f"{url}/discussion/comment/{number}#Comment_{number}")
        assert str(number) in {post.id for post in page.posts} and page.ref == thread(url)
    other = forum.begin("Birleşen", forum.users[1], "<p>Önceki</p>")
    comment = forum.talks[1].comments.pop(149)
    other.comments.append(comment)
    moved = await vanilla.page(f"{url}/discussion/comment/{comment.id}#Comment_{comment.id}")
    assert (moved.ref.id, moved.ref.title) == ("2", "Birleşen")


async def test_a_board_is_found_by_its_name_and_tells_which_discussions_moved(
    forum: VanillaForum, vanilla: Vanilla, url: str, clock: Time
) -> None:
    forum.talks[1].category = 119
    watch = Watch(WatchKind.BOARD, f"{url}/categories/yard%C4%B1m", since=START)
    first = await vanilla.read(watch, None)
    assert first.posts == ()
    clock.pass_by(minutes=1)
    forum.begin("İade", forum.users[1], "<p>İade istiyorum.</p>").category = 119
    forum.begin("Başka yerde", forum.users[1], "<p>Değil.</p>")
    forum.asked.clear()
    second = await vanilla.read(watch, first.cursor)
    assert [post.html for post in second.posts] == ["<p>İade istiyorum.</p>"]
    assert [seen.ref.title for seen in second.threads] == ["İade"]
    assert len(forum.asked) <= 4 and not any("categories" in each for each in forum.asked)
    with pytest.raises(WatchTrouble, match="no category"):
        await vanilla.read(Watch(WatchKind.BOARD, f"{url}/categories/yok"), None)


async def test_the_round_trip(forum: VanillaForum, vanilla: Vanilla, url: str) -> None:
    newest = PostId(str(forum.talks[1].comments[-1].id))
    receipt = await vanilla.reply(thread(url), Draft("Yarın **teslim** edilecek."))
    written = forum.talks[1].comments[-1]
    assert written.author is forum.users[0]
    assert (receipt.post_id, receipt.state) == (str(written.id), ReceiptState.POSTED)
    assert receipt.url == f"{url}/discussion/comment/{written.id}#Comment_{written.id}"
    own = await vanilla.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete


async def test_an_answer_right_below_the_opening_is_found(clock: Time) -> None:
    forum = seeded(clock, 0)
    async with (
        serving(forum.app) as url,
        adapter_to(url, "vanilla", user="kopru", api_key=forum.key, clock=clock) as adapter,
    ):
        assert isinstance(adapter, Vanilla)
        await adapter.sign_in()
        forum.cut = True
        with pytest.raises(Unclear):
            await adapter.reply(thread(url), Draft("Yarın."))
        own = await adapter.own_posts(thread(url), PostId("d1"))
        assert [post.html for post in own.posts] == ["<p>Yarın.</p>"] and own.complete


async def test_haste_is_waited_out_in_whatever_language(
    forum: VanillaForum, vanilla: Vanilla, url: str, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await vanilla.reply(thread(url), Draft(f"{number}."))
    for words in ("", "60 saniyede 5 kez yazdınız. Hesabınız kilitlendi: en az 120 saniye bekleyin."):
        if words:
            monkeypatch.setattr("tests.engines.vanilla.SPAM", words)
        before = len(forum.talks[1].comments)
        with pytest.raises(Retry) as flood:
            await vanilla.reply(thread(url), Draft("Bir de bu."))
        assert flood.value.after == timedelta(seconds=120) and len(forum.talks[1].comments) == before
    clock.pass_by(seconds=121)
    await vanilla.reply(thread(url), Draft("Bir de bu."))


async def test_what_a_moderator_has_to_approve_is_queued(forum: VanillaForum, vanilla: Vanilla, url: str) -> None:
    forum.moderated = True
    receipt = await vanilla.reply(thread(url), Draft("Merhaba."))
    assert (receipt.post_id, receipt.state) == (None, ReceiptState.QUEUED)


@pytest.mark.parametrize("why", ["closed", "missing", "empty"])
async def test_a_refusal_says_why(forum: VanillaForum, vanilla: Vanilla, url: str, why: str) -> None:
    forum.talks[1].closed = why == "closed"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/discussion/9")
    with pytest.raises(NotPosted, match={"closed": "closed", "missing": "not found", "empty": "required"}[why]):
        await vanilla.reply(where, Draft(" " if why == "empty" else "Merhaba."))


async def test_a_wrong_token_and_anothers_are_refused(forum: VanillaForum, url: str, clock: Time) -> None:
    for user, key in (("kopru", "yanlış"), ("baska", forum.key)):
        async with adapter_to(url, "vanilla", user=user, api_key=key, clock=clock) as adapter:
            assert isinstance(adapter, Vanilla)
            told = await adapter.sign_in()
            assert told.state is SignInState.REFUSED and key not in told.detail


async def test_a_token_that_was_taken_back_posts_nothing(forum: VanillaForum, vanilla: Vanilla, url: str) -> None:
    forum.users[0].token = "başka"
    with pytest.raises(SignInNeeded):
        await vanilla.reply(thread(url), Draft("Merhaba."))


async def test_quotes_and_mentions_tell_the_author(vanilla: Vanilla) -> None:
    quote = Quote(PostId("5"), Author("Ayşe Öz", "2"), "https://forum.example/discussion/comment/5", "Nerede?\nKargo?")
    assert vanilla.quote(quote) == '> @"Ayşe Öz":\n>\n> Nerede?\n> Kargo?'
    assert vanilla.mention(Quote(PostId("5"), Author("ayse", "2"), "", "")) == "@ayse"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://f.example/discussion/12/kargo/p3#latest", ("https://f.example", "12", None)),
        ("https://f.example/en/discussion/12", ("https://f.example/en", "12", None)),
        ("https://f.example/discussion/comment/34#Comment_34", ("https://f.example", "", "34")),
    ],
)
def test_every_shape_of_an_address(url: str, found: tuple[str, str, str | None]) -> None:
    told = addresses.discussion(url)
    assert (told.root, told.id, told.comment) == found


def embed(**told: object) -> str:
    return f'<div class="js-embed embedResponsive" data-embedjson="{escape(json.dumps(told))}"></div>'


def test_what_the_editor_embeds_is_shown_as_people_see_it() -> None:
    html = (
        "<p>Bakın</p>"
        + embed(embedType="quote", url="https://f.example/1", insertUser={"name": "Can"}, body="<p>Nerede?</p>")
        + embed(embedType="image", url="https://f.example/a.png", name="a.png")
        + embed(embedType="file", url="/uploads/f.pdf", name="fatura.pdf", type="application/pdf", size=99)
        + embed(embedType="link", url="https://f.example/x", name="Başlık")
        + '<div data-embedjson="{">kalsın</div>'
    )
    shown, files = as_written(html, "https://f.example/discussion/1")
    assert "<blockquote><cite>Can</cite><p>Nerede?</p></blockquote>" in shown
    assert '<img src="https://f.example/a.png" alt="a.png">' in shown
    assert '<p><a href="https://f.example/x">Başlık</a></p>' in shown and "kalsın" in shown
    assert files == (Attachment("https://f.example/uploads/f.pdf", "fatura.pdf", "application/pdf", 99),)


def file(name: str, mime: str) -> Upload:
    return Upload(name, mime, 4, io.BytesIO(b"%PDF"))


async def test_files_lie_in_the_forum_s_store_and_the_comment_shows_them(
    vanilla: Vanilla, forum: VanillaForum, url: str
) -> None:
    assert vanilla.takes("son_fatura.pdf", 9)
    files = (file("son_fatura.pdf", "application/pdf"), file("ekran.png", "image/png"))
    receipt = await vanilla.reply(thread(url), Draft("Buyurun:\n\n📎 son\\_fatura.pdf\n\n📎 ekran.png", files))
    assert [(name, kind) for name, kind, _ in forum.media] == [("son_fatura.pdf", "file"), ("ekran.png", "image")]
    pdf, png = (address for _, _, address in forum.media)
    written = forum.talks[1].comments[-1]
    assert written.body == (
        f"<p>Buyurun:\n\n📎 [son\\_fatura.pdf](<{pdf}>)\n\n📎 [ekran.png](<{png}>)\n\n![]({png})</p>"
    )
    assert (receipt.post_id, receipt.without) == (str(written.id), ())


async def test_a_file_that_the_forum_does_not_take_posts_nothing(
    vanilla: Vanilla, forum: VanillaForum, url: str
) -> None:
    before = len(forum.talks[1].comments)
    with pytest.raises(FilesRefused, match="allowed file extension"):
        await vanilla.reply(thread(url), Draft("📎 a.exe", (file("a.exe", "application/x"),)))
    forum.may_upload = False
    with pytest.raises(FilesRefused, match="Permission Problem"):
        await vanilla.reply(thread(url), Draft("📎 a.pdf", (file("a.pdf", "application/pdf"),)))
    assert len(forum.talks[1].comments) == before
