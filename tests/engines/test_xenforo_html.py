"""The preset `xenforo-html` against pages of a board that behaves, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.place import START, Time, adapter_to, serving
from tests.engines.xenforo import XenForoBoard, seeded
from tests.engines.xenforo_pages import XenForoPages

from forum_bridge.errors import Forbidden, Gone, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.contract import CanQuote
from forum_bridge.forums.html.adapter import HtmlReader, HtmlWriter
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


@pytest.fixture
def board(clock: Time) -> XenForoBoard:
    return seeded(clock)


@pytest.fixture
def pages(board: XenForoBoard) -> XenForoPages:
    return XenForoPages(board)


@pytest.fixture
async def url(board: XenForoBoard, pages: XenForoPages) -> AsyncIterator[str]:
    async with serving(board.app) as address:
        board.url = address
        yield address


@pytest.fixture
async def guest(url: str, clock: Time) -> AsyncIterator[HtmlReader]:
    async with adapter_to(url, "xenforo-html", clock=clock) as adapter:
        assert isinstance(adapter, HtmlReader)
        yield adapter


@pytest.fixture
async def member(board: XenForoBoard, url: str, clock: Time) -> AsyncIterator[HtmlWriter]:
    async with adapter_to(
        url, "xenforo-html", user="Destek Köprüsü", password=board.kopru.password, clock=clock
    ) as adapter:
        assert isinstance(adapter, HtmlWriter)
        signed_in = await adapter.sign_in()
        assert (signed_in.state, signed_in.account) == (SignInState.OK, Author("Destek Köprüsü", "1"))
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/konu/kargo-takibi.1/", "Kargo takibi")


def watch(url: str, kind: WatchKind = WatchKind.THREAD) -> Watch:
    return Watch(kind, url)


@pytest.mark.parametrize(
    "path", ["konu/kargo-takibi.1/", "konu/baska-ad.1/page-2", "mesaj/166/", "konu/kargo-takibi.1/post-166"]
)
async def test_a_thread_is_read_whole_wherever_its_address_leads(guest: HtmlReader, url: str, path: str) -> None:
    reading = await guest.read(watch(f"{url}/{path}"), None)
    assert len(reading.posts) == len({post.id for post in reading.posts}) == 57 and not reading.gap
    assert (reading.threads[0].ref.id, reading.threads[0].ref.title) == ("1", "Kargo takibi")
    assert [post.html for post in reading.posts[:2]] == ["Siparişim <b>nerede</b>? (1)", "Gönderi (2)"]


@pytest.mark.parametrize("modern", [True, False])
async def test_posts_tell_who_wrote_them_and_when(clock: Time, modern: bool) -> None:
    other = seeded(clock)
    XenForoPages(other, modern=modern)
    other.threads[1].entries[0].edited = START
    other.threads[1].entries[2].message = "Ben [USER=2]@Ayşe Öz[/USER] değilim"
    async with serving(other.app) as url, adapter_to(url, "xenforo-html", clock=clock) as adapter:
        assert isinstance(adapter, HtmlReader)
        first, second, third = (await adapter.page(f"{url}/konu/kargo-takibi.1/")).posts[:3]
    assert first.author == Author("Ayşe Öz", "2", f"{url}/uye/uye.2/")
    assert third.author == Author("Misafir Can")
    assert (first.id, first.url, first.opening) == ("103", f"{url}/konu/kargo-takibi.1/post-103", True)
    assert (first.time, first.edited) == (START - timedelta(days=2), START)
    assert not second.opening and second.edited is None


async def test_what_comes_later_is_read_from_where_we_stopped(
    board: XenForoBoard, guest: HtmlReader, url: str, clock: Time
) -> None:
    first = await guest.read(watch(f"{url}/konu/kargo-takibi.1/"), None)
    for count in range(58, 63):
        clock.pass_by(minutes=1)
        board.write(board.threads[1], board.ayse, f"Yeni ({count})")
    reading = await guest.read(watch(f"{url}/konu/kargo-takibi.1/"), first.cursor)
    assert [post.html for post in reading.posts if post.id not in {each.id for each in first.posts}] == [
        f"Yeni ({count})" for count in range(58, 63)
    ]
    del board.threads[1].entries[30:]  # the last page is no more; who asks for it is led to the last one there is
    again = await guest.read(watch(f"{url}/konu/kargo-takibi.1/"), reading.cursor)
    assert not {post.id for post in again.posts} - {post.id for post in (*first.posts, *reading.posts)}


@pytest.mark.parametrize("kind", ["question", "article"])
async def test_a_post_that_stands_on_every_page_is_read_once(
    board: XenForoBoard, guest: HtmlReader, url: str, clock: Time, kind: str
) -> None:
    board.threads[1].kind = kind
    board.threads[1].solution = board.threads[1].entries[44].id if kind == "question" else None
    pages = [await guest.page(f"{url}/konu/kargo-takibi.1/page-{number}") for number in (1, 2, 3)]
    assert [[post.id for post in page.posts][:2] for page in pages] == [
        ["103", "106"],
        [str(board.threads[1].entries[each].id) for each in (21, 22)],
        [str(board.threads[1].entries[each].id) for each in (41, 42)],
    ]
    assert pages[0].posts[0].opening and not pages[1].posts[0].opening
    first = await guest.read(watch(f"{url}/konu/kargo-takibi.1/"), None)
    assert [post.id for post in first.posts] == [str(each.id) for each in board.threads[1].entries]
    board.write(board.threads[1], board.ayse, "Teşekkürler")
    reading = await guest.read(watch(f"{url}/konu/kargo-takibi.1/"), first.cursor)
    assert [post.html for post in reading.posts if post.id not in {each.id for each in first.posts}] == ["Teşekkürler"]


async def test_questions_that_show_the_best_answers_first_are_read_in_the_order_of_writing(
    board: XenForoBoard, pages: XenForoPages, url: str, clock: Time
) -> None:
    pages.by_votes, board.threads[1].kind, board.threads[1].solution = True, "question", board.threads[1].entries[44].id
    in_order = {"thread": {"address": "konu/{id}/?order=post_date"}}
    async with adapter_to(url, "xenforo-html", clock=clock, options=in_order) as adapter:
        first = await adapter.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), None)
        assert [post.id for post in first.posts] == [str(each.id) for each in board.threads[1].entries]
        clock.pass_by(minutes=1)
        board.write(board.threads[1], board.ayse, "Teşekkürler")
        again = await adapter.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), first.cursor)
        assert [post.html for post in again.posts if post.time == clock.now] == ["Teşekkürler"]


async def test_deleted_and_waiting_posts_are_none(board: XenForoBoard, member: HtmlWriter, url: str) -> None:
    for entry, state in zip(board.threads[1].entries[:2], ("deleted", "moderated"), strict=True):
        entry.state = state
    board.kopru.moderates = True
    shown = await member.page(f"{url}/konu/kargo-takibi.1/")
    assert [post.html for post in shown.posts][:1] == ["Gönderi (3)"]
    assert shown.account_id == "1"


async def test_a_body_is_what_was_written(board: XenForoBoard, guest: HtmlReader, url: str) -> None:
    inline, hung = board.file("ekran.png"), board.file("fatura.pdf", mime="application/pdf")
    board.write(
        board.threads[1],
        board.ayse,
        f'[QUOTE="Mert Can, post: 103, member: 4"]eski[/QUOTE]yeni [IMG]https://resim.example/a.png[/IMG]'
        f"[ATTACH]{inline.id}[/ATTACH]",
        files=[inline, hung],
    )
    last = (await guest.page(f"{url}/konu/kargo-takibi.1/page-3")).posts[-1]
    cleaned = clean_post(last.html, last.url)
    assert cleaned.text.startswith("> Mert Can") and "yeni" in cleaned.text
    assert not any(each in cleaned.text for each in ("Genişletmek", "İmza", "dedi", "Reklam", "103"))
    assert cleaned.images[0] == "https://resim.example/a.png"
    assert f"{url}/eklenti/ekran-png.{inline.id}/" in cleaned.html
    assert [each.url for each in last.attachments] == [f"{url}/eklenti/fatura-pdf.{hung.id}/"]


async def test_a_board_shows_what_moved(
    board: XenForoBoard, pages: XenForoPages, guest: HtmlReader, url: str, clock: Time
) -> None:
    clock.now = START - timedelta(hours=3)
    board.begin("Duyuru", board.members[2], "Sabit konu", sticky=True)
    board.begin("Taşındı", board.ayse, "Başka yerde", kind="redirect")
    for number in range(22):
        clock.pass_by(minutes=1)
        board.begin(f"Konu {number}", board.ayse, f"Soru {number}")
    clock.now = START
    first = await guest.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), None)
    while first.gap:
        first = await guest.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), first.cursor)
    clock.pass_by(minutes=1)
    board.write(board.threads[1], board.ayse, "Hâlâ gelmedi")
    board.write(board.threads[2], None, "Sabit konuya cevap")
    reading = await guest.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), first.cursor)
    assert {(post.thread.title, post.html) for post in reading.posts if post.time == clock.now} == {
        ("Kargo takibi", "Hâlâ gelmedi"),
        ("Duyuru", "Sabit konuya cevap"),
    }
    assert not [path for path in pages.asked if path.startswith(f"/konu/{board.threads[3].slug}/")]
    board.threads.clear()
    assert not (await guest.read(watch(f"{url}/bolum/yardim.2/", WatchKind.BOARD), reading.cursor)).posts


async def test_a_thread_that_is_gone_or_not_for_guests(
    board: XenForoBoard, pages: XenForoPages, guest: HtmlReader, url: str
) -> None:
    with pytest.raises(Gone):
        await guest.page(f"{url}/konu/yok.77/")
    pages.closed_to_guests = True
    with pytest.raises(Forbidden):
        await guest.page(f"{url}/konu/kargo-takibi.1/")


async def test_an_answer_is_written_where_scripts_are_off(
    board: XenForoBoard, pages: XenForoPages, member: HtmlWriter, url: str
) -> None:
    receipt = await member.reply(thread(url), Draft("Yarın [B]kargoda[/B]."))
    entry = board.threads[1].entries[-1]
    assert (receipt.post_id, receipt.state) == (str(entry.id), ReceiptState.POSTED)
    assert entry.message == "Yarın [B]kargoda[/B]." and entry.author is board.kopru
    sent = pages.sent[-1]
    assert sent["message_html"] == "" and sent["attachment_hash"] and sent["last_date"].isdigit()
    own = await member.own_posts(thread(url), PostId("273"))
    assert [post.id for post in own.posts] == [str(entry.id)] and own.complete


async def test_an_answer_that_waits_for_a_moderator(board: XenForoBoard, member: HtmlWriter, url: str) -> None:
    board.moderated = True
    receipt = await member.reply(thread(url), Draft("Bakıyoruz."))
    assert (receipt.post_id, receipt.state) == (str(board.threads[1].entries[-1].id), ReceiptState.QUEUED)
    board.moderated = False
    assert not [
        post for post in (await member.page(f"{url}/konu/kargo-takibi.1/page-3")).posts if "Bakıyoruz" in post.html
    ]


async def test_a_refusal_says_why(board: XenForoBoard, pages: XenForoPages, member: HtmlWriter, url: str) -> None:
    with pytest.raises(NotPosted, match="geçerli bir mesaj girin"):
        await member.reply(thread(url), Draft("   "))
    board.flood = 25
    with pytest.raises(Retry, match="beklemelisiniz") as flood:
        await member.reply(thread(url), Draft("Bir dakika"))
    assert flood.value.after == timedelta(seconds=25)
    board.flood = 0
    board.threads[1].open = False
    with pytest.raises(NotPosted, match="closed"):
        await member.reply(thread(url), Draft("Kapandı mı?"))
    assert (await member.page(f"{url}/konu/kargo-takibi.1/")).locked
    with pytest.raises(NotPosted, match="bulunamadı"):
        await member.reply(ThreadRef(ThreadId("9"), f"{url}/konu/yok.9/"), Draft("Var mı?"))
    assert not pages.sent


async def test_a_token_that_aged_is_fetched_afresh(
    board: XenForoBoard, pages: XenForoPages, member: HtmlWriter, url: str
) -> None:
    pages.spoiled = 1
    receipt = await member.reply(thread(url), Draft("Merhaba"))
    assert receipt.post_id == str(board.threads[1].entries[-1].id) and len(pages.sent) == 1


async def test_a_session_that_ended_is_opened_again(
    board: XenForoBoard, pages: XenForoPages, member: HtmlWriter, url: str
) -> None:
    pages.sessions.clear()
    with pytest.raises(SignInNeeded):
        await member.page(f"{url}/konu/kargo-takibi.1/")
    await member.sign_in()
    pages.closed_to_guests = True
    pages.sessions.clear()
    with pytest.raises(SignInNeeded):
        await member.reply(thread(url), Draft("Merhaba"))
    assert not pages.sent


async def test_an_answer_that_got_lost_is_looked_for(board: XenForoBoard, member: HtmlWriter, url: str) -> None:
    board.cut = True
    with pytest.raises(Unclear):
        await member.reply(thread(url), Draft("Geldi mi?"))
    own = await member.own_posts(thread(url), PostId("273"))
    assert [post.html for post in own.posts] == ["Geldi mi?"]


@pytest.mark.parametrize(
    ("user", "password", "obstacle", "state", "said"),
    [
        ("Destek Köprüsü", "yanlış", None, SignInState.REFUSED, "Parola yanlış"),
        ("Destek Köprüsü", "Köprü-Parola-1", "two_step", SignInState.REFUSED, "Doğrulama kodu"),
        ("Destek Köprüsü", "Köprü-Parola-1", "captcha", SignInState.CAPTCHA, ""),
    ],
)
async def test_signing_in_says_what_is_in_the_way(
    pages: XenForoPages, url: str, user: str, password: str, obstacle: str | None, state: SignInState, said: str
) -> None:
    if obstacle is not None:
        setattr(pages, obstacle, True)
    async with adapter_to(url, "xenforo-html", user=user, password=password) as adapter:
        assert isinstance(adapter, HtmlWriter)
        outcome = await adapter.sign_in()
    assert outcome.state is state and said in outcome.detail


async def test_quotes_and_mentions_are_what_the_forum_tells_people_of(member: HtmlWriter, url: str) -> None:
    assert isinstance(member, CanQuote)
    quote = Quote(PostId("103"), Author("Ayşe Öz", "2"), f"{url}/mesaj/103/", "nerede?", None)
    guest = Quote(PostId("109"), Author("Misafir Can"), f"{url}/mesaj/109/", "nerede?", None)
    assert member.quote(quote) == '[QUOTE="Ayşe Öz, post: 103, member: 2"]nerede?[/QUOTE]'
    assert member.quote(guest) == '[QUOTE="Misafir Can, post: 109"]nerede?[/QUOTE]'
    assert (member.mention(quote), member.mention(guest)) == ("@Ayşe Öz", "[b]Misafir Can[/b]")
