"""The adapter `flarum` against a stand-in that behaves, through real HTTP, and its reading of documents that a real one
gave."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engines.flarum import FlarumForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import FilesRefused, Gone, NotPosted, Retry, SignInNeeded, Unclear, Unreadable
from forum_bridge.forums.engines.flarum import documents
from forum_bridge.forums.engines.flarum.adapter import Flarum
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import is_answer
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
def forum(clock: Time) -> FlarumForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: FlarumForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def flarum(url: str, clock: Time) -> AsyncIterator[Flarum]:
    """The adapter, signed in with a password."""
    async with adapter_to(url, "flarum", user="kopru", password="Köprü-Parola-1", clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/d/1", "Kargo takibi")


async def test_a_guest_reads_a_whole_discussion_once_and_then_what_is_new(
    forum: FlarumForum, url: str, clock: Time
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/d/1-kargo-takibi")
    async with adapter_to(url, "flarum", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [post.html for post in reading.posts[:2]] == ["<p>Siparişim nerede? (1)</p>", "<p>Gönderi (2)</p>"]
        assert len(reading.posts) == len({post.id for post in reading.posts}) == 117
        assert not reading.gap and reading.posts[0].opening and not reading.posts[1].opening
        assert reading.posts[0].author == Author("Ayşe Öz", "2", f"{url}/u/ayse")
        assert reading.posts[1].author == Author("[deleted]")
        assert reading.posts[1].url == f"{url}/d/1/2"
        assert reading.threads[0].ref == thread(url)

        again = await guest.read(watch, reading.cursor)
        assert again.posts == ()
        forum.write(forum.discussions[1], forum.members[1], "<p>Yeni</p>")
        forum.write(forum.discussions[1], forum.members[1], None)
        later = await guest.read(watch, again.cursor)
        assert later.posts[-1].html == "<p>Yeni</p>"


@pytest.mark.parametrize("itself", ["http://forum.example", "http://localhost:8888"])
async def test_a_forum_that_takes_itself_for_another_is_read_on_where_it_is(
    forum: FlarumForum, flarum: Flarum, url: str, itself: str
) -> None:
    """Behind a proxy it may not know its own address; the key goes nowhere else, and no page is missed."""
    forum.calls_itself = itself
    reading = await flarum.read(Watch(WatchKind.THREAD, f"{url}/d/1"), None)
    assert len(reading.posts) == 117
    page = await flarum.page(f"{url}/d/1/60")
    assert page.pages.previous is not None
    assert (await flarum.page(page.pages.previous)).posts[0].url == f"{url}/d/1/1"


def test_the_next_page_of_a_board_is_on_the_forum_itself() -> None:
    address = "https://forum.example/topluluk/api/discussions?sort=-lastPostedAt&page%5Blimit%5D=50"
    link = "http://10.0.0.4/api/discussions?sort=-lastPostedAt&page%5Boffset%5D=50"
    page = documents.board_page({"data": [], "links": {"next": link}}, address, "https://forum.example/topluluk")
    following = "https://forum.example/topluluk/api/discussions?sort=-lastPostedAt&page%5Boffset%5D=50"
    assert page.pages.next == following


async def test_a_watch_that_begins_now_reads_from_the_end(forum: FlarumForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "flarum", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/d/1", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (117)</p>"
    assert len(reading.posts) < 60
    assert len(forum.asked) == 3  # first page, the discussion (where it ends), last page


async def test_a_permalink_leads_to_its_page_and_on_from_there(flarum: Flarum, url: str) -> None:
    page = await flarum.page(f"{url}/d/1/60")
    assert any(post.url == f"{url}/d/1/60" for post in page.posts)
    assert page.pages.previous is not None and page.pages.next is not None
    following = await flarum.page(page.pages.next)
    assert following.posts[-1].html == "<p>Gönderi (117)</p>"
    assert not {post.id for post in following.posts} & {post.id for post in page.posts}


async def test_hidden_posts_are_no_posts_and_the_end_is_found_all_the_same(
    forum: FlarumForum, flarum: Flarum, url: str
) -> None:
    for entry in forum.discussions[1].comments[:40]:
        entry.hidden = True
    reading = await flarum.read(Watch(WatchKind.THREAD, f"{url}/d/1", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (117)</p>"
    assert all("(40)" not in post.html for post in reading.posts)


async def test_a_thread_goes_on_after_its_last_page_was_emptied(forum: FlarumForum, flarum: Flarum, url: str) -> None:
    """A guest is listed nothing from there on; a moderator is listed what is hidden."""
    watch = Watch(WatchKind.THREAD, f"{url}/d/1")
    ours = (await flarum.read(watch, None)).cursor
    async with adapter_to(url, "flarum", clock=forum.clock) as guest:
        theirs = (await guest.read(watch, None)).cursor
        for entry in forum.discussions[1].comments[100:]:
            entry.hidden = True
        ours, theirs = (await flarum.read(watch, ours)).cursor, (await guest.read(watch, theirs)).cursor
        forum.write(forum.discussions[1], forum.members[1], "<p>Yeni</p>")
        assert (await guest.read(watch, theirs)).posts[-1].html == "<p>Yeni</p>"
        assert (await flarum.read(watch, ours)).posts[-1].html == "<p>Yeni</p>"
        assert len((await guest.read(watch, None)).posts) == 101


async def test_a_discussion_that_is_gone_and_a_tag_that_never_was_are_told(
    forum: FlarumForum, flarum: Flarum, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/d/1")
    reading = await flarum.read(watch, None)
    del forum.discussions[1]
    with pytest.raises(Gone, match="deleted, closed to us"):
        await flarum.read(watch, reading.cursor)
    with pytest.raises(Gone, match="api/tags/yok"):
        await flarum.read(Watch(WatchKind.BOARD, f"{url}/t/yok"), None)
    forum.tags.add("yeni")
    assert (await flarum.read(Watch(WatchKind.BOARD, f"{url}/t/yeni"), None)).posts == ()


def test_a_page_without_posts_is_told_unless_all_of_them_are_hidden() -> None:
    url = "https://forum.example/api/posts?filter%5Bdiscussion%5D=1"
    attributes = {"number": 1, "contentType": "comment", "contentHtml": "<p>a</p>"}
    for changed, refused in (({"isHidden": True}, False), ({"contentType": None}, True), ({"contentType": "x"}, False)):
        saved = json.dumps({"data": [{"type": "posts", "id": "1", "attributes": attributes | changed}]})
        with pytest.raises(Unreadable) if refused else nullcontext():
            assert Flarum.parse(saved, url).posts == ()


@pytest.mark.parametrize("watched", ["d/1", "t/genel", ""])
async def test_a_token_that_has_run_out_is_noticed_where_guests_see_less(
    forum: FlarumForum, flarum: Flarum, url: str, watched: str
) -> None:
    forum.discussions[1].members_only = True
    watch = Watch(WatchKind.THREAD if watched == "d/1" else WatchKind.BOARD, f"{url}/{watched}")
    reading = await flarum.read(watch, None)
    assert len(reading.posts) == 117
    forum.tokens.clear()
    if watched != "d/1":
        forum.begin("Herkese açık", forum.members[1], "<p>Merhaba.</p>")
    for cursor in (reading.cursor, None):
        with pytest.raises(SignInNeeded):
            await flarum.read(watch, cursor)
    assert (await flarum.sign_in()).state is SignInState.OK
    await flarum.read(watch, reading.cursor)  # and reads on


async def test_a_board_tells_which_discussions_moved(forum: FlarumForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.BOARD, f"{url}/t/genel", since=START)
    async with adapter_to(url, "flarum", clock=clock) as guest:
        first = await guest.read(watch, None)
        assert first.posts == ()
        clock.pass_by(minutes=1)
        forum.begin("İade", forum.members[1], "<p>İade istiyorum.</p>")
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
    assert [post.html for post in second.posts] == ["<p>İade istiyorum.</p>"]
    assert [seen.ref.title for seen in second.threads] == ["İade"]
    assert len(forum.asked) == 2  # the board, and the one discussion that moved


async def test_the_round_trip_with_a_password(forum: FlarumForum, flarum: Flarum, clock: Time, url: str) -> None:
    newest = PostId(str(forum.discussions[1].entries[-1].id))
    receipt = await flarum.reply(thread(url), Draft("Yarın **teslim** edilecek."))
    written = forum.discussions[1].entries[-1]
    assert (receipt.post_id, receipt.url) == (str(written.id), f"{url}/d/1/{written.number}")
    assert receipt.state is ReceiptState.POSTED
    own = await flarum.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete

    with pytest.raises(Retry) as flood:
        await flarum.reply(thread(url), Draft("Bir de bu."))
    assert flood.value.after == timedelta(seconds=10)
    clock.pass_by(seconds=10)
    await flarum.reply(thread(url), Draft("Bir de bu."))
    assert forum.discussions[1].entries[-1].html == "<p>Bir de bu.</p>"


async def test_a_key_of_the_forum_speaks_for_the_account_and_has_no_flood(
    forum: FlarumForum, url: str, clock: Time
) -> None:
    async with adapter_to(url, "flarum", user="kopru", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        signed_in = await adapter.sign_in()
        assert signed_in.account == Author("Destek Köprüsü", "1")
        await adapter.reply(thread(url), Draft("Bir."))
        await adapter.reply(thread(url), Draft("İki."))
    assert [entry.author for entry in forum.discussions[1].entries[-2:]] == [forum.kopru, forum.kopru]


async def test_a_wrong_password_and_a_wrong_key_are_refused_once(url: str, clock: Time) -> None:
    async with adapter_to(url, "flarum", user="kopru", password="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        assert (await adapter.sign_in()).state is SignInState.REFUSED
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))
    async with adapter_to(url, "flarum", user="hiç-kimse", api_key=FlarumForum.key, clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        unknown = await adapter.sign_in()
        assert unknown.state is SignInState.REFUSED and "hiç-kimse" in unknown.detail
    async with adapter_to(url, "flarum", user="kopru", api_key="yanlış", clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        refused = await adapter.sign_in()
    assert refused.state is SignInState.REFUSED and "yanlış" not in refused.detail


async def test_a_token_that_has_run_out_asks_to_sign_in_and_posts_nothing(
    forum: FlarumForum, flarum: Flarum, url: str
) -> None:
    before = len(forum.discussions[1].entries)
    forum.tokens.clear()
    with pytest.raises(SignInNeeded):
        await flarum.reply(thread(url), Draft("Merhaba."))
    assert (await flarum.sign_in()).state is SignInState.OK
    await flarum.reply(thread(url), Draft("Merhaba."))
    assert len(forum.discussions[1].entries) == before + 1


async def test_what_a_moderator_has_to_approve_is_queued(forum: FlarumForum, flarum: Flarum, url: str) -> None:
    forum.moderated = True
    assert (await flarum.reply(thread(url), Draft("Merhaba."))).state is ReceiptState.QUEUED


@pytest.mark.parametrize("why", ["locked", "missing", "empty"])
async def test_a_refusal_says_why(forum: FlarumForum, flarum: Flarum, url: str, why: str) -> None:
    forum.discussions[1].locked = why == "locked"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/d/9")
    with pytest.raises(NotPosted, match={"locked": "locked", "missing": "not exist", "empty": "zorunlu"}[why]):
        await flarum.reply(where, Draft("" if why == "empty" else "Merhaba."))


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    forum: FlarumForum, flarum: Flarum, url: str
) -> None:
    newest = PostId(str(forum.discussions[1].entries[-1].id))
    forum.cut = True
    with pytest.raises(Unclear):
        await flarum.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await flarum.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["<p>Yarın teslim edilecek.</p>"] and own.complete


async def test_quotes_and_mentions_tell_the_author(flarum: Flarum) -> None:
    quote = Quote(PostId("103"), Author("Ayşe Öz", "2"), "https://forum.example/d/1/1", "Siparişim nerede?\nKargo?")
    assert flarum.quote(quote) == '> @"Ayşe Öz"#p103 Siparişim nerede?\n> Kargo?'
    assert flarum.mention(quote) == '@"Ayşe Öz"#2'


RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages" / "flarum"


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="pages recorded from other people's forums are not part of the project"
)
def test_the_documents_that_a_real_one_gave() -> None:
    posts = []
    for name in ("api-posts-p1", "api-posts-p2", "api-posts-p3"):
        url = json.loads((RECORDED / f"{name}.json.meta.json").read_text(encoding="utf-8"))["url"]
        page = Flarum.parse((RECORDED / f"{name}.json").read_text(encoding="utf-8"), url)
        assert (page.pages.next is None) == (name == "api-posts-p3")
        posts += list(page.posts)
    assert [post.id for post in posts] == [str(number) for number in range(1, 48)]
    assert {post.author.name for post in posts} == {"ali", "ayse", "Çağrı Öz"}
    assert all(post.time is not None and post.author.id for post in posts)
    shown = Flarum.parse((RECORDED / "thread-p1.html").read_text(encoding="utf-8"), "http://127.0.0.1:8106/d/1-kopru")
    assert shown.ref.title == "Köprü denemesi: şehir hatları ve ölçüler"
    assert [post.id for post in shown.posts][:20] == [str(number) for number in range(1, 21)]


def file(name: str, content: bytes = b"%PDF") -> Upload:
    return Upload(name, "application/pdf", len(content), io.BytesIO(content))


async def test_files_hang_on_the_post_and_its_text_names_them(flarum: Flarum, forum: FlarumForum, url: str) -> None:
    assert flarum.takes("son_fatura.pdf", 9)
    draft = Draft(
        "Buyurun:\n\n📎 son\\_fatura.pdf\n\n📎 ekran.png\n\nİyi günler", (file("son_fatura.pdf"), file("ekran.png"))
    )
    receipt = await flarum.reply(thread(url), draft)
    assert receipt.without == ()
    newest = PostId(str(forum.discussions[1].entries[-2].id))
    (post,) = (await flarum.own_posts(thread(url), newest)).posts
    assert [(each.name, each.url) for each in post.attachments] == [
        ("son_fatura.pdf", f"{url}/api/fof/download/00000000-0000"),
        ("00000000-0001.png", "https://dosya.example/00000000-0001.png"),
    ]
    assert is_answer(
        clean_post(post.html, post.url).text, "Buyurun:\n\n📎 son_fatura.pdf\n\n📎 ekran.png\n\nİyi günler"
    )
    assert "Button" not in post.html


async def test_a_file_that_the_forum_does_not_take_posts_nothing(flarum: Flarum, forum: FlarumForum, url: str) -> None:
    before = len(forum.discussions[1].entries)
    with pytest.raises(FilesRefused, match="Bu türden"):
        await flarum.reply(thread(url), Draft("📎 a.exe", (file("a.pdf"), file("a.exe"))))
    assert len(forum.discussions[1].entries) == before
    forum.tokens.clear()
    with pytest.raises(SignInNeeded):
        await flarum.reply(thread(url), Draft("📎 a.pdf", (file("a.pdf"),)))
    assert len(forum.discussions[1].entries) == before


async def test_a_file_that_the_post_does_not_show_is_told(flarum: Flarum, forum: FlarumForum, url: str) -> None:
    forum.forgets = True
    receipt = await flarum.reply(thread(url), Draft("📎 a.pdf", (file("a.pdf"),)))
    assert receipt.without == ("a.pdf",)


@pytest.mark.parametrize("what", ["extension", "may_upload"])
async def test_where_nothing_can_be_uploaded_no_file_is_taken(
    flarum: Flarum, forum: FlarumForum, url: str, clock: Time, what: str
) -> None:
    setattr(forum, what, False)
    async with adapter_to(url, "flarum", user="kopru", password="Köprü-Parola-1", clock=clock) as adapter:
        assert isinstance(adapter, Flarum)
        await adapter.sign_in()
        assert not adapter.takes("a.pdf", 9)
