"""The adapter `invision` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from tests.engines.invision import InvisionForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import Forbidden, NotPosted, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.invision import addresses, documents
from forum_bridge.forums.engines.invision.adapter import Invision
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
def forum(clock: Time) -> InvisionForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: InvisionForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def invision(url: str, forum: InvisionForum, clock: Time) -> AsyncIterator[Invision]:
    """The adapter, signed in."""
    async with adapter_to(url, "invision", user="köprü", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Invision)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/topic/1-t/", "Kargo takibi")


async def test_a_whole_topic_is_read_once_and_then_what_is_new(
    forum: InvisionForum, invision: Invision, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/topic/1-kargo-takibi/")
    reading = await invision.read(watch, None)
    assert [post.html for post in reading.posts[:2]] == ["<p>Siparişim nerede? (1)</p>", "<p>Gönderi (2)</p>"]
    assert len(reading.posts) == len({post.id for post in reading.posts}) == 117
    assert not reading.gap and reading.posts[0].opening and not any(post.opening for post in reading.posts[1:])
    assert reading.posts[0].author == Author("Ayşe Öz", "2", "https://forum.example/profile/2-x/")
    assert reading.posts[1].author == Author("Misafir")
    assert reading.posts[1].url == f"{url}/topic/1-t/?do=findComment&comment={reading.posts[1].id}"
    assert reading.threads[0].ref == thread(url)

    again = await invision.read(watch, reading.cursor)
    assert again.posts == ()
    forum.write(forum.topics[1], forum.members[1], "<p>Yeni</p>")
    later = await invision.read(watch, again.cursor)
    assert later.posts[-1].html == "<p>Yeni</p>"


async def test_a_watch_that_begins_now_reads_from_the_end(invision: Invision, url: str) -> None:
    reading = await invision.read(Watch(WatchKind.THREAD, f"{url}/topic/1-x/", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (117)</p>" and len(reading.posts) < 70


async def test_a_permalink_leads_to_its_page_even_after_a_move(
    forum: InvisionForum, invision: Invision, url: str
) -> None:
    wanted = forum.topics[1].entries[59]
    for shape in (f"?do=findComment&comment={wanted.id}", f"#comment-{wanted.id}", f"#findComment-{wanted.id}"):
        page = await invision.page(f"{url}/topic/1-kargo/{shape}")
        assert str(wanted.id) in {post.id for post in page.posts}
        assert page.pages.previous is not None and page.pages.next is not None
    other = forum.begin("Birleşen", forum.members[1], "<p>Önceki</p>")
    forum.topics[1].entries.remove(wanted)
    other.entries.append(wanted)
    moved = await invision.page(f"{url}/topic/1-kargo/?do=findComment&comment={wanted.id}")
    assert (moved.ref.id, moved.ref.title) == ("2", "Birleşen")


async def test_hidden_posts_are_no_posts_but_our_own_are_seen(
    forum: InvisionForum, invision: Invision, url: str
) -> None:
    forum.topics[1].entries[115].hidden = True
    forum.write(forum.topics[1], forum.kopru, "<p>Bekliyor</p>").hidden = True
    reading = await invision.read(Watch(WatchKind.THREAD, f"{url}/topic/1-x/", since=START), None)
    assert [post.html for post in reading.posts[-2:]] == ["<p>Gönderi (117)</p>", "<p>Bekliyor</p>"]
    assert all("(116)" not in post.html for post in reading.posts)


async def test_a_board_tells_which_topics_moved(
    forum: InvisionForum, invision: Invision, url: str, clock: Time
) -> None:
    watch = Watch(WatchKind.BOARD, f"{url}/forum/5-yardim/", since=START)
    first = await invision.read(watch, None)
    assert first.posts == ()
    clock.pass_by(minutes=1)
    forum.begin("İade", forum.members[1], "<p>İade istiyorum.</p>")
    forum.asked.clear()
    second = await invision.read(watch, first.cursor)
    assert [post.html for post in second.posts] == ["<p>İade istiyorum.</p>"]
    assert [seen.ref.title for seen in second.threads] == ["İade"]
    assert len(forum.asked) == 3 and "forums=5" in forum.asked[0]


async def test_the_round_trip_in_the_members_name(forum: InvisionForum, invision: Invision, url: str) -> None:
    newest = PostId(str(forum.topics[1].entries[-1].id))
    receipt = await invision.reply(thread(url), Draft("<p>Yarın <b>teslim</b> edilecek.</p>"))
    written = forum.topics[1].entries[-1]
    assert written.author is forum.kopru and written.html == "<p>Yarın <b>teslim</b> edilecek.</p>"
    assert receipt.post_id == str(written.id) and receipt.state is ReceiptState.POSTED
    assert receipt.url == f"{url}/topic/1-t/?do=findComment&comment={written.id}"
    own = await invision.own_posts(thread(url), newest)
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete


@pytest.mark.parametrize("moderated", [False, True])
async def test_an_answer_that_got_lost_is_found_even_if_it_waits_for_a_moderator(
    forum: InvisionForum, invision: Invision, url: str, moderated: bool
) -> None:
    newest = PostId(str(forum.topics[1].entries[-1].id))
    forum.cut, forum.moderated = True, moderated
    with pytest.raises(Unclear):
        await invision.reply(thread(url), Draft("<p>Yarın.</p>"))
    own = await invision.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["<p>Yarın.</p>"] and own.complete


async def test_what_a_moderator_has_to_approve_is_queued(forum: InvisionForum, invision: Invision, url: str) -> None:
    forum.moderated = True
    receipt = await invision.reply(thread(url), Draft("<p>Merhaba.</p>"))
    assert receipt.state is ReceiptState.QUEUED
    watch = Watch(WatchKind.THREAD, thread(url).url)
    before = await invision.read(watch, None)
    assert [post.id for post in before.posts if post.waits] == [receipt.post_id]
    forum.topics[1].entries[-1].hidden = False
    after = await invision.read(watch, before.cursor)
    assert [post.waits for post in after.posts if post.id == receipt.post_id] == [False]


@pytest.mark.parametrize("why", ["locked", "missing", "empty"])
async def test_a_refusal_says_why(forum: InvisionForum, invision: Invision, url: str, why: str) -> None:
    forum.topics[1].locked = why == "locked"
    before = len(forum.topics[1].entries)
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/topic/9-t/")
    with pytest.raises(NotPosted, match={"locked": "locked", "missing": "not exist", "empty": "empty"}[why]):
        await invision.reply(where, Draft("" if why == "empty" else "<p>Merhaba.</p>"))
    assert len(forum.topics[1].entries) == before


@pytest.mark.parametrize(("user", "account"), [("1", "Köprü"), ("12", "Köprü İki"), ("KÖPRÜ", "Köprü")])
async def test_the_member_is_named_or_numbered(
    forum: InvisionForum, url: str, clock: Time, user: str, account: str
) -> None:
    async with adapter_to(url, "invision", user=user, api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Invision)
        told = await adapter.sign_in()
    assert told.state is SignInState.OK
    assert told.account is not None and told.account.name == account


async def test_a_wrong_key_and_an_unknown_member_are_refused_once(forum: InvisionForum, url: str, clock: Time) -> None:
    for user, key in (("Köprü", "yanlış"), ("Kimse", forum.key), ("99", forum.key)):
        async with adapter_to(url, "invision", user=user, api_key=key, clock=clock) as adapter:
            assert isinstance(adapter, Invision)
            told = await adapter.sign_in()
            assert told.state is SignInState.REFUSED and key not in told.detail
            with pytest.raises(SignInNeeded):
                await adapter.reply(thread(url), Draft("<p>Merhaba.</p>"))


async def test_a_key_that_was_taken_back_asks_to_sign_in(forum: InvisionForum, invision: Invision, url: str) -> None:
    forum.key = "başka"
    with pytest.raises(SignInNeeded):
        await invision.read(Watch(WatchKind.THREAD, f"{url}/topic/1-x/"), None)


async def test_a_guest_is_told_that_a_key_is_needed(url: str) -> None:
    async with adapter_to(url, "invision") as guest:
        with pytest.raises(Forbidden):
            await guest.read(Watch(WatchKind.THREAD, f"{url}/topic/1-x/"), None)


async def test_quotes_and_mentions_are_those_of_the_editor(invision: Invision) -> None:
    at = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    where = "https://forum.example/topic/12-t/?do=findComment&comment=103"
    quote = Quote(PostId("103"), Author('Ayşe "Öz"', "2"), where, "<p>Nerede?</p>", at)
    told = invision.quote(quote)
    assert told.startswith('<blockquote class="ipsQuote" data-ipsquote=""') and "<p>Nerede?</p>" in told
    for part in (
        'contentid="12"',
        'contentcommentid="103"',
        'userid="2"',
        "Ayşe &quot;Öz&quot;",
        'timestamp="1795377600"',
    ):
        assert part in told
    assert 'data-mentionid="2" href="https://forum.example/profile/2-m/"' in invision.mention(quote)
    guest = Quote(PostId("103"), Author("<Misafir>"), where, "x")
    assert "userid" not in invision.quote(guest) and invision.mention(guest) == "&lt;Misafir&gt;"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://f.example/topic/12-kargo/", ("https://f.example", "12", 1, None)),
        ("https://f.example/c/topic/12-kargo/page/3/", ("https://f.example/c", "12", 1, None)),
        ("https://f.example/index.php?/topic/12-kargo/&do=findComment&comment=5", ("https://f.example", "12", 1, "5")),
        ("https://f.example/topic/12-k/#comment-5", ("https://f.example", "12", 1, "5")),
        ("https://f.example/topic/12-k/?do=getNewComment", ("https://f.example", "12", 1, None)),
        ("https://f.example/api/forums/topics/12/posts?page=3&perPage=50", ("https://f.example", "12", 3, None)),
    ],
)
def test_every_shape_of_an_address(url: str, found: tuple[str, str, int, str | None]) -> None:
    topic = addresses.topic(url)
    assert (topic.root, topic.id, topic.page, topic.post) == found


@pytest.mark.parametrize("url", ["https://f.example/", "https://f.example/forum/5-x/", "https://f.example/topic/x/"])
def test_what_is_no_topic(url: str) -> None:
    with pytest.raises(WatchTrouble):
        addresses.topic(url)


def test_files_stand_in_the_text() -> None:
    html = (
        '<p><a class="ipsAttachLink" href="/interface/file/attachment.php?id=7" data-fileid="7">fatura.pdf</a>'
        '<a class="ipsAttachLink ipsAttachLink_image" href="/uploads/a.jpg"><img src="/uploads/a.jpg"></a></p>'
    )
    found = documents.attachments(html, "https://f.example/topic/1-t/")
    assert found == (Attachment("https://f.example/interface/file/attachment.php?id=7", "fatura.pdf"),)
