"""The adapter `xenforo` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.xenforo import XenForoBoard, seeded

from forum_bridge.errors import Gone, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.xenforo.adapter import XenForo
from forum_bridge.forums.engines.xenforo.addresses import Addresses
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.markup.clean import clean_post
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
    Watch,
    WatchKind,
)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def board(clock: Time) -> XenForoBoard:
    return seeded(clock)


@pytest.fixture
async def url(board: XenForoBoard) -> AsyncIterator[str]:
    async with serving(board.app) as address:
        board.url = address
        yield address


@pytest.fixture
async def xenforo(board: XenForoBoard, url: str, clock: Time) -> AsyncIterator[XenForo]:
    """The adapter, signed in with a member's key."""
    async with adapter_to(url, "xenforo", user="Destek Köprüsü", api_key=board.user_key, clock=clock) as adapter:
        assert isinstance(adapter, XenForo)
        signed_in = await adapter.sign_in()
        assert (signed_in.state, signed_in.account) == (SignInState.OK, Author("Destek Köprüsü", "1"))
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/konu/kargo-takibi.1/", "Kargo takibi")


@pytest.mark.parametrize(
    "path", ["konu/kargo-takibi.1/", "konu/1/", "threads/kargo-takibi.1/page-2", "index.php?threads/x.1/"]
)
async def test_a_thread_is_known_by_its_number_whatever_it_is_called(xenforo: XenForo, url: str, path: str) -> None:
    reading = await xenforo.read(Watch(WatchKind.THREAD, f"{url}/{path}"), None)
    assert [post.html for post in reading.posts[:2]] == ["Siparişim <b>nerede</b>? (1)", "Gönderi (2)"]
    assert len(reading.posts) == len({post.id for post in reading.posts}) == 57 and not reading.gap
    assert reading.threads[0].ref == thread(url)


async def test_posts_tell_who_wrote_them_and_where_they_stand(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    first, second, third = (await xenforo.page(f"{url}/konu/kargo-takibi.1/")).posts[:3]
    assert first.author == Author("Ayşe Öz", "2", f"{url}/uye/ayşe-öz.2/")
    assert third.author == Author("Misafir Can") and third.author.guest
    assert (first.id, first.url) == ("103", f"{url}/mesaj/103/#post-103")
    assert first.opening and not second.opening and first.time == START - timedelta(days=2)
    assert first.edited is None
    board.threads[1].entries[0].edited = START
    assert (await xenforo.page(f"{url}/konu/kargo-takibi.1/")).posts[0].edited == START


async def test_the_second_reading_brings_what_is_new(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/konu/kargo-takibi.1/", since=START)
    board.asked.clear()
    reading = await xenforo.read(watch, None)
    assert reading.posts[-1].html == "Gönderi (57)" and len(reading.posts) == 17
    assert len(board.asked) == 2  # first page, last page
    again = await xenforo.read(watch, reading.cursor)
    assert again.posts == ()
    board.write(board.threads[1], board.ayse, "Yeni")
    assert (await xenforo.read(watch, again.cursor)).posts[-1].html == "Yeni"


async def test_a_page_that_is_no_more_is_gone_and_the_thread_is_read_on(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    """Asked past the end, the API answers 400."""
    watch = Watch(WatchKind.THREAD, f"{url}/konu/kargo-takibi.1/", since=START)
    reading = await xenforo.read(watch, None)
    for entry in board.threads[1].entries[10:50]:
        entry.state = "deleted"
    board.write(board.threads[1], board.ayse, "Yeni")
    later = await xenforo.read(watch, reading.cursor)
    assert later.posts[-1].html == "Yeni"
    with pytest.raises(Gone):
        await xenforo.page(f"{url}/konu/kargo-takibi.1/page-9")


async def test_a_permalink_leads_to_its_page(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    wanted = board.threads[1].entries[44]
    for address in (
        f"{url}/posts/{wanted.id}/",
        f"{url}/mesaj/{wanted.id}/#post-{wanted.id}",
        f"{url}/konu/kargo-takibi.1/post-{wanted.id}",
        f"{url}/konu/kargo-takibi.1/page-2#post-{wanted.id}",
    ):
        page = await xenforo.page(address)
        assert str(wanted.id) in {post.id for post in page.posts}
        assert page.pages.next is None and page.pages.previous is not None
    board.threads[1].entries.remove(wanted)
    with pytest.raises(Gone):
        await xenforo.page(f"{url}/posts/{wanted.id}/")


async def test_a_post_that_moderators_moved_is_followed_and_a_merged_thread_is_found(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/konu/kargo-takibi.1/", since=START)
    first = await xenforo.read(watch, None)
    old, other = board.threads[1], board.begin("Başka konu", board.ayse, "Başka")
    moved = old.entries.pop()
    other.entries.append(moved)
    reading = await xenforo.read(watch, first.cursor)
    assert {post.thread.id for post in reading.posts if post.id == str(moved.id)} == {"2"}
    other.entries += old.entries
    other.entries.sort(key=lambda entry: entry.id)
    old.entries, old.state = [], "deleted"
    merged = await xenforo.read(watch, reading.cursor)
    assert {old: new.id for old, new in merged.moved.items()} == {"1": "2"}


async def test_only_what_everybody_sees_is_a_post(board: XenForoBoard, url: str, clock: Time) -> None:
    posts = board.threads[1]
    board.write(posts, board.ayse, "Onay bekler", state="moderated")
    board.write(posts, board.ayse, "Silindi", state="deleted")
    seen = board.write(posts, board.ayse, "Görünür")
    async with adapter_to(url, "xenforo", user="yönetici", api_key=board.super_key, clock=clock) as adapter:
        assert isinstance(adapter, XenForo)
        assert (await adapter.sign_in()).account == Author("yönetici", "3")
        reading = await adapter.read(Watch(WatchKind.THREAD, f"{url}/konu/kargo-takibi.1/", since=START), None)
    assert [post.html for post in reading.posts[-2:]] == ["Gönderi (57)", "Görünür"]
    assert reading.posts[-1].id == str(seen.id)


async def test_a_question_is_read_in_the_order_of_writing_and_its_solution_once(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    question = board.begin("Nasıl?", board.ayse, "Nasıl yapılır?", kind="question")
    board.write(question, None, "Bilmem.")
    question.solution = board.write(question, board.kopru, "Böyle.").id
    reading = await xenforo.read(Watch(WatchKind.THREAD, board.thread_url(question)), None)
    assert [post.html for post in reading.posts] == ["Nasıl yapılır?", "Bilmem.", "Böyle."]


async def test_what_the_apis_html_hides_is_shown(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    picture, paper = board.file("kutu.png"), board.file("rapor.pdf", mime="application/pdf")
    board.begin(
        "Ek",
        board.ayse,
        '[QUOTE="Destek Köprüsü, post: 9, member: 1"]Neresi?[/QUOTE]Burası:\n'
        '[SPOILER="Günlük"][CODE]a [b] < c[/CODE][URL="https://kargo.example/x"]bağlantı[/URL][/SPOILER]'
        f"ve [ISPOILER]gizli [B]söz[/B][/ISPOILER] [ATTACH]{picture.id}[/ATTACH] [ATTACH]{paper.id}[/ATTACH]",
        kind="discussion",
    )
    board.threads[2].entries[0].files = [picture, paper]
    post = (await xenforo.page(f"{url}/konu/ek.2/")).posts[0]
    text = clean_post(post.html, post.url).text
    assert "a [b] < c" in text and "bağlantı" in text and "Günlük" in text and "gizli söz" in text
    assert "İçerik gizli" not in text and "Destek Köprüsü:" in text
    assert post.attachments == (
        Attachment(f"{url}/eklenti/kutu-png.11/", "kutu.png", size=4),
        Attachment(f"{url}/eklenti/rapor-pdf.12/", "rapor.pdf", size=4),
    )
    assert clean_post(post.html, post.url).images == (post.attachments[0].url,)
    assert f'<a href="{post.attachments[1].url}">rapor.pdf</a>' in post.html


@pytest.mark.parametrize("path", ["bolum/yardim.2/", "bolum/yardim/", "index.php?forums/yardim.2/", ""])
async def test_a_board_tells_which_threads_moved(
    board: XenForoBoard, xenforo: XenForo, url: str, clock: Time, path: str
) -> None:
    for count in range(25):
        board.begin(f"Eski {count}", board.ayse, f"Eski {count}", sticky=count == 3)
    clock.pass_by(minutes=5)
    watch = Watch(WatchKind.BOARD, f"{url}/{path}".rstrip("/") if not path else f"{url}/{path}", since=clock())
    first = await xenforo.read(watch, None)
    while first.gap:
        first = await xenforo.read(watch, first.cursor)
    board.asked.clear()
    clock.pass_by(minutes=5)
    board.write(next(each for each in board.threads.values() if each.sticky), None, "Yapışkana yanıt")
    board.begin("İade", board.ayse, "İade istiyorum.")
    board.begin("Eski yeri", board.ayse, "-", kind="redirect")
    second = await xenforo.read(watch, first.cursor)
    assert {post.html for post in second.posts} >= {"Yapışkana yanıt", "İade istiyorum."}
    assert sorted(seen.ref.title for seen in second.threads) == ["Eski 3", "İade"]
    assert len(board.asked) == 3  # the board, and the two threads that moved


async def test_a_board_that_is_not_there_is_told(xenforo: XenForo, url: str) -> None:
    with pytest.raises(WatchTrouble, match="not the address of a board"):
        await xenforo.read(Watch(WatchKind.BOARD, f"{url}/bolum/yok/"), None)
    with pytest.raises(Gone, match="İstenen forum bulunamadı"):
        await xenforo.read(Watch(WatchKind.BOARD, f"{url}/bolum/yok.9/"), None)


async def test_the_round_trip(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    newest = PostId(str(board.threads[1].entries[-1].id))
    receipt = await xenforo.reply(thread(url), Draft("Yarın [B]teslim[/B] edilecek. ğüşİ"))
    written = board.threads[1].entries[-1]
    assert (written.author, written.message) == (board.kopru, "Yarın [B]teslim[/B] edilecek. ğüşİ")
    assert (receipt.post_id, receipt.url) == (str(written.id), f"{url}/mesaj/{written.id}/#post-{written.id}")
    assert receipt.state is ReceiptState.POSTED
    own = await xenforo.own_posts(thread(url), newest)
    assert [(post.id, post.url) for post in own.posts] == [(receipt.post_id, receipt.url)] and own.complete


async def test_what_a_moderator_has_to_approve_is_queued(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    board.moderated = True
    receipt = await xenforo.reply(thread(url), Draft("Merhaba."))
    assert (receipt.state, receipt.post_id) == (ReceiptState.QUEUED, str(board.threads[1].entries[-1].id))


@pytest.mark.parametrize(
    ("why", "words"), [("closed", "Konu kapalı"), ("missing", "bulunamadı"), ("empty", "geçerli bir mesaj")]
)
async def test_a_refusal_says_why(board: XenForoBoard, xenforo: XenForo, url: str, why: str, words: str) -> None:
    board.threads[1].open = why != "closed"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/konu/yok.9/")
    with pytest.raises(NotPosted, match=words):
        await xenforo.reply(where, Draft(" " if why == "empty" else "Merhaba."))


async def test_a_flood_waits_as_long_as_the_forum_asks(board: XenForoBoard, xenforo: XenForo, url: str) -> None:
    board.flood = 25
    with pytest.raises(Retry, match="25 saniye") as flood:
        await xenforo.reply(thread(url), Draft("Merhaba."))
    assert flood.value.after == timedelta(seconds=25)


@pytest.mark.parametrize(
    ("user", "key", "words"),
    [
        ("Destek Köprüsü", "yanlış-anahtar", "API anahtarı bulunamadı"),
        ("Ayşe Öz", XenForoBoard.user_key, "belongs to Destek Köprüsü"),
        ("kimse", XenForoBoard.super_key, "no member kimse"),
        ("Destek Köprüsü", XenForoBoard.guest_key, "one for guests"),
    ],
)
async def test_a_key_that_cannot_answer_is_refused_and_nothing_of_it_is_told(
    url: str, clock: Time, user: str, key: str, words: str
) -> None:
    async with adapter_to(url, "xenforo", user=user, api_key=key, clock=clock) as adapter:
        assert isinstance(adapter, XenForo)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED and words in refused.detail and key not in refused.detail
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba."))


async def test_a_key_without_the_scope_posts_nothing_and_says_why(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    board.scopes.discard("thread:write")
    with pytest.raises(NotPosted, match="thread:write yetkisi yok"):
        await xenforo.reply(thread(url), Draft("Merhaba."))
    board.user_key = "yenisi"
    with pytest.raises(SignInNeeded):
        await xenforo.reply(thread(url), Draft("Merhaba."))


async def test_an_api_that_is_not_there_is_told(url: str, clock: Time) -> None:
    options = {"api": "index.php/api"}
    async with adapter_to(url, "xenforo", user="x", api_key="y", options=options, clock=clock) as adapter:
        assert isinstance(adapter, XenForo)
        with pytest.raises(WatchTrouble, match="404") as told:
            await adapter.sign_in()
    assert "2.1" in told.value.explanation


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    board: XenForoBoard, xenforo: XenForo, url: str
) -> None:
    newest = PostId(str(board.threads[1].entries[-1].id))
    board.cut = True
    with pytest.raises(Unclear):
        await xenforo.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await xenforo.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["Yarın teslim edilecek."] and own.complete


async def test_quotes_and_mentions_tell_the_author(xenforo: XenForo) -> None:
    quote = Quote(PostId("103"), Author('Ay"şe, Öz', "2"), "https://forum.example/mesaj/103/", "Nerede?\nKargo?")
    assert xenforo.quote(quote) == '[QUOTE="Ay\'şe  Öz, post: 103, member: 2"]Nerede?\nKargo?[/QUOTE]'
    assert xenforo.mention(quote) == '@Ay"şe, Öz'
    guest = Quote(PostId("104"), Author("Misafir Can"), "https://forum.example/mesaj/104/", "Ben de.")
    assert xenforo.quote(guest) == '[QUOTE="Misafir Can, post: 104"]Ben de.[/QUOTE]'
    assert "@" not in xenforo.mention(guest)


def test_addresses_of_forums_in_a_folder() -> None:
    addresses = Addresses("https://teknoloji.example/sosyal", "api")
    for url in (
        "https://teknoloji.example/sosyal/konu/kargo.12/page-3",
        "https://www.teknoloji.example/sosyal/konu/12/page-3",
    ):
        assert addresses.thread(url).startswith("https://teknoloji.example/sosyal/api/threads/12/")
        assert addresses.thread(url).endswith("page=3")
    assert addresses.board("https://teknoloji.example/sosyal/") == addresses.board("https://teknoloji.example/sosyal")
    with pytest.raises(WatchTrouble):
        addresses.thread("https://teknoloji.example/sosyal/konu/")


def test_a_thread_is_recognised_by_its_address() -> None:
    thread = Fingerprint.model_validate(XenForo.detect).thread
    assert thread is not None
    assert [
        (seen := re.search(thread, url)) and seen["id"]
        for url in (
            "https://forum.example/sosyal/konu/kargo-takibi.12/page-3",
            "https://forum.example/threads/x.7",
            "https://forum.example/sosyal/",
        )
    ] == ["12", "7", None]
