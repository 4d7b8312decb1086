"""The adapter `nodebb` against a stand-in that behaves, through real HTTP, and its reading of documents that real ones
gave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engines.nodebb import NodeBBForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import Gone, NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.nodebb.adapter import NodeBB
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
    Watch,
    WatchKind,
)

TITLE = "Kargo takibi <ç> & ölçü"


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def forum(clock: Time) -> NodeBBForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: NodeBBForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture(params=["token", "master"])
async def nodebb(request: pytest.FixtureRequest, forum: NodeBBForum, url: str, clock: Time) -> AsyncIterator[NodeBB]:
    """The adapter, signed in with the account's own token, and with one that has to be told the account."""
    key = forum.token if request.param == "token" else forum.master
    async with adapter_to(url, "nodebb", user="kopru", api_key=key, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/topic/1", TITLE)


@pytest.mark.parametrize("old", [False, True], ids=["4.x", "1.x"])
async def test_a_guest_reads_a_whole_topic_once_and_then_what_is_new(
    forum: NodeBBForum, url: str, clock: Time, old: bool
) -> None:
    forum.old = old
    watch = Watch(WatchKind.THREAD, f"{url}/topic/1/kargo-takibi?page=2#x")
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [post.html for post in reading.posts[:2]] == ["<p>Siparişim nerede? (1)</p>", "<p>Gönderi (2)</p>"]
        assert len(reading.posts) == len({post.id for post in reading.posts}) == 45
        assert not reading.gap
        assert [post.opening for post in reading.posts] == [True] + [False] * 44
        assert reading.posts[0].author == Author("Ayşe Öz", "3", f"{url}/user/ay%C5%9Fe-%C3%B6z")
        assert reading.posts[1].author == Author("Former user")
        assert (reading.posts[1].id, reading.posts[1].url) == ("102", f"{url}/post/102")
        assert (reading.posts[0].time, reading.posts[0].edited) == (START - timedelta(days=2), None)
        assert reading.threads[0].ref == thread(url)

        again = await guest.read(watch, reading.cursor)
        assert again.posts == ()
        forum.write(forum.topics[1], forum.ayse, "<p>Yeni</p>")
        later = await guest.read(watch, again.cursor)
        assert later.posts[-1].html == "<p>Yeni</p>"


async def test_a_watch_that_begins_now_reads_from_the_end(forum: NodeBBForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (45)</p>"
    assert [address.partition("?")[2] for address in forum.asked] == [
        "page=1&sort=oldest_to_newest",
        "page=3&sort=oldest_to_newest",
    ]


async def test_an_edit_is_seen(forum: NodeBBForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/topic/1")
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        first = await guest.read(watch, None)
        entry = forum.topics[1].entries[-1]
        entry.html, entry.edited = "<p>Düzeltildi</p>", START
        reading = await guest.read(watch, first.cursor)
    assert (reading.posts[-1].html, reading.posts[-1].edited) == ("<p>Düzeltildi</p>", START)


@pytest.mark.parametrize("old", [False, True], ids=["4.x", "1.x"])
@pytest.mark.parametrize("place", [21, 30, 40])
@pytest.mark.parametrize("address", ["/post/{pid}", "/topic/1/konu/{place}"])
async def test_a_post_leads_to_its_page(
    forum: NodeBBForum, url: str, clock: Time, old: bool, address: str, place: int
) -> None:
    forum.old = old
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        assert isinstance(guest, NodeBB)
        page = await guest.page(url + address.format(pid=100 + place, place=place))
        assert str(100 + place) in [post.id for post in page.posts]
        assert page.pages.previous is not None
        assert (await guest.page(page.pages.previous)).posts[0].opening
        with pytest.raises(Gone):
            await guest.page(f"{url}/post/999")


async def test_deleted_posts_are_no_posts_even_where_they_fill_pages(forum: NodeBBForum, url: str, clock: Time) -> None:
    entries = forum.topics[1].entries
    for entry in entries[20:40]:
        entry.deleted = True
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        whole = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1"), None)
        late = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1", since=entries[10].time), None)
        for entry in entries[40:]:
            entry.deleted = True
        ended = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1"), None)
        forum.write(forum.topics[1], forum.ayse, "<p>Yeni</p>")
        after = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1"), ended.cursor)
    assert [post.id for post in whole.posts] == [str(each.pid) for each in (*entries[:20], *entries[40:45])]
    assert {str(each.pid) for each in (*entries[11:20], *entries[40:45])} <= {post.id for post in late.posts}
    assert [post.id for post in ended.posts] == [str(each.pid) for each in entries[:20]]
    assert after.posts[-1].html == "<p>Yeni</p>"


async def test_purged_posts_pull_the_pages_together(forum: NodeBBForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/topic/1")
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        first = await guest.read(watch, None)
        del forum.topics[1].entries[5:30]
        forum.write(forum.topics[1], forum.ayse, "<p>Yeni</p>")
        later = await guest.read(watch, first.cursor)
    assert later.posts[-1].html == "<p>Yeni</p>"


async def test_a_topic_that_was_merged_is_followed_by_its_posts(forum: NodeBBForum, url: str, clock: Time) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/topic/2")
    other = forum.begin("Yine kargo", forum.ayse, "<p>Nerede?</p>")
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        first = await guest.read(watch, None)
        forum.topics[1].entries += other.entries
        other.deleted = True  # what NodeBB leaves of it, for moderators' eyes only
        other.entries = [forum.write(other, forum.ayse, "-")]
        moved = await guest.read(watch, first.cursor)
    assert {old: ref.id for old, ref in moved.moved.items()} == {"2": "1"}


async def test_posts_from_elsewhere_have_addresses_as_ids(forum: NodeBBForum, url: str, clock: Time) -> None:
    pid = "https://uzak.example/notes/7"
    forum.topics[1].entries[-1].pid = pid
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1"), None)
    assert (reading.posts[-1].id, reading.posts[-1].url) == (pid, f"{url}/post/https%3A%2F%2Fuzak.example%2Fnotes%2F7")


@pytest.mark.parametrize("old", [False, True], ids=["4.x", "1.x"])
async def test_a_board_tells_which_topics_moved(forum: NodeBBForum, url: str, clock: Time, old: bool) -> None:
    forum.old = old
    watch = Watch(WatchKind.BOARD, f"{url}/category/2/genel", since=START)
    forum.begin("Silinmiş", forum.ayse, "<p>Silindi</p>").deleted = True
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        first = await guest.read(watch, None)
        assert first.posts == ()
        for number in range(7):
            clock.pass_by(minutes=1)
            forum.begin(f"İade {number}", forum.ayse, f"<p>İade istiyorum {number}.</p>")
        forum.begin("İleride", forum.ayse, "<p>Yarın</p>").scheduled = True
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
    expected = {f"İade {number}" for number in range(7)} | ({"İleride"} if old else set())
    assert {seen.ref.title for seen in second.threads} == expected
    assert forum.asked[:2] == ["/api/recent?cid=2&page=1", "/api/recent?cid=2&page=2"]


@pytest.mark.parametrize("address", ["/user/ayse", "/category"])
async def test_another_address_is_named(url: str, clock: Time, address: str) -> None:
    async with adapter_to(url, "nodebb", clock=clock) as guest:
        with pytest.raises(WatchTrouble, match="not the address of a category"):
            await guest.read(Watch(WatchKind.BOARD, url + address), None)
        with pytest.raises(WatchTrouble, match="not the address of a topic"):
            await guest.read(Watch(WatchKind.THREAD, url + address), None)


async def test_the_round_trip(forum: NodeBBForum, nodebb: NodeBB, clock: Time, url: str) -> None:
    entries = forum.topics[1].entries
    newest = entries[-1]
    asked = Quote(PostId(str(newest.pid)), Author("Ayşe Öz", "3"), f"{url}/post/{newest.pid}", "Nerede?")
    receipt = await nodebb.reply(thread(url), Draft("Yarın **teslim** edilecek.", to=asked))
    written = entries[-1]
    assert (written.author, written.to) == (forum.kopru, str(newest.pid))
    assert receipt == Receipt(PostId(str(written.pid)), f"{url}/post/{written.pid}", ReceiptState.POSTED)
    own = await nodebb.own_posts(thread(url), PostId(str(newest.pid)))
    assert [post.id for post in own.posts] == [receipt.post_id]
    assert own.complete

    with pytest.raises(Retry) as flood:
        await nodebb.reply(thread(url), Draft("Bir de bunu."))
    assert flood.value.after == timedelta(seconds=10)
    clock.pass_by(seconds=10)
    await nodebb.reply(thread(url), Draft("Bir de bunu."))
    assert entries[-1].html == "<p>Bir de bunu.</p>"
    assert forum.cookies_seen == []  # beside a session no token counts


async def test_the_post_that_is_answered_may_be_gone(forum: NodeBBForum, nodebb: NodeBB, url: str) -> None:
    gone = Quote(PostId("999"), Author("Ayşe Öz", "3"), f"{url}/post/999", "Nerede?")
    await nodebb.reply(thread(url), Draft("Yarın teslim edilecek.", to=gone))
    assert [entry.to for entry in forum.topics[1].entries[-2:]] == [None, None]
    assert forum.topics[1].entries[-1].html == "<p>Yarın teslim edilecek.</p>"


async def test_the_account_is_told(nodebb: NodeBB, url: str) -> None:
    assert (await nodebb.sign_in()).account == Author("kopru", "2", f"{url}/user/kopru")


async def test_a_master_token_needs_the_number_of_the_account(forum: NodeBBForum, url: str, clock: Time) -> None:
    forum.guests_see_members = False
    async with adapter_to(url, "nodebb", user="kopru", api_key=forum.master, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        refused = await adapter.sign_in()
        assert refused.state is SignInState.REFUSED
        assert "master token" in refused.detail
        assert forum.master not in refused.detail
    async with adapter_to(url, "nodebb", user="2", api_key=forum.master, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        assert (await adapter.sign_in()).account == Author("kopru", "2", f"{url}/user/kopru")
    async with adapter_to(url, "nodebb", user="kopru", api_key=forum.token, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        assert (await adapter.sign_in()).state is SignInState.OK


async def test_a_token_that_holds_no_more_asks_to_sign_in_and_posts_nothing(
    forum: NodeBBForum, url: str, clock: Time
) -> None:
    async with adapter_to(url, "nodebb", user="kopru", api_key=forum.token, clock=clock) as adapter:
        assert isinstance(adapter, NodeBB)
        assert (await adapter.sign_in()).state is SignInState.OK
        before = len(forum.topics[1].entries)
        forum.tokens.clear()
        with pytest.raises(SignInNeeded):
            await adapter.reply(thread(url), Draft("Merhaba herkese."))
        assert (await adapter.sign_in()).state is SignInState.REFUSED
        assert len(forum.topics[1].entries) == before


async def test_what_a_moderator_has_to_approve_is_queued(forum: NodeBBForum, nodebb: NodeBB, url: str) -> None:
    forum.moderated = True
    assert await nodebb.reply(thread(url), Draft("Merhaba herkese.")) == Receipt(state=ReceiptState.QUEUED)


@pytest.mark.parametrize(
    ("why", "words"), [("locked", "Topic locked"), ("missing", "does not exist"), ("short", "at least 8")]
)
async def test_a_refusal_says_why(forum: NodeBBForum, nodebb: NodeBB, url: str, why: str, words: str) -> None:
    forum.topics[1].locked = why == "locked"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/topic/9")
    with pytest.raises(NotPosted, match=words):
        await nodebb.reply(where, Draft("Ok" if why == "short" else "Merhaba herkese."))


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    forum: NodeBBForum, nodebb: NodeBB, url: str
) -> None:
    newest = PostId(str(forum.topics[1].entries[-1].pid))
    forum.cut = True
    with pytest.raises(Unclear):
        await nodebb.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await nodebb.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["<p>Yarın teslim edilecek.</p>"]
    assert own.complete


async def test_quotes_and_mentions_tell_the_author(nodebb: NodeBB) -> None:
    quote = Quote(PostId("103"), Author("Ayşe Öz", "3"), "https://forum.example/post/103", "Siparişim\nnerede?")
    assert nodebb.mention(quote) == "@Ayşe-Öz"
    assert nodebb.quote(quote) == "@Ayşe-Öz [said](https://forum.example/post/103):\n> Siparişim\n> nerede?"
    guest = Quote(PostId("103"), Author("Ayşe Öz"), "https://forum.example/post/103", "Siparişim")
    assert nodebb.mention(guest) == "**Ayşe Öz**"


RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages" / "nodebb"


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="pages recorded from other people's forums are not part of the project"
)
def test_the_documents_and_the_pages_that_a_real_one_gave() -> None:
    root = "http://127.0.0.1:4568"
    for names, number in (
        (("api_topic_p1.json", "topic_p1.html"), 1),
        (("api_topic_p3_last.json", "topic_p3_last.html"), 3),
    ):
        address = f"{root}/topic/2/bridge-test-topic?page={number}"
        pages = [NodeBB.parse((RECORDED / name).read_text(encoding="utf-8"), address) for name in names]
        assert [post.id for post in pages[0].posts] == [post.id for post in pages[1].posts]
        page = pages[0]
        assert page.ref == ThreadRef(ThreadId("2"), f"{root}/topic/2", "Bridge test topic — ünïcode & <tags>")
        assert (page.pages.next is None, page.pages.previous is None) == (number == 3, number == 1)
        first = (number - 1) * 20 + 2
        assert [int(post.id) for post in page.posts] == list(range(first, first + (20 if number == 1 else 5)))
        assert all(post.time is not None and post.author.id for post in page.posts)
        assert {post.author.name for post in page.posts} <= {"alice", "bob", "carol"}
        assert [post.id for post in page.posts if post.opening] == (["2"] if number == 1 else [])
