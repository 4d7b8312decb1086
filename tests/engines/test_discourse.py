"""The adapter `discourse` against a stand-in that behaves, through real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.engines.discourse import EVENT, WHISPER, DiscourseForum, seeded
from tests.engines.place import START, Time, adapter_to, serving

from forum_bridge.errors import NotPosted, Retry, SignInNeeded, Unclear, WatchTrouble
from forum_bridge.forums.engines.discourse.adapter import Discourse
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
def forum(clock: Time) -> DiscourseForum:
    return seeded(clock)


@pytest.fixture
async def url(forum: DiscourseForum) -> AsyncIterator[str]:
    async with serving(forum.app) as address:
        yield address


@pytest.fixture
async def discourse(forum: DiscourseForum, url: str, clock: Time) -> AsyncIterator[Discourse]:
    """The adapter, signed in with a key."""
    async with adapter_to(url, "discourse", user="kopru", api_key=forum.key, clock=clock) as adapter:
        assert isinstance(adapter, Discourse)
        signed_in = await adapter.sign_in()
        assert signed_in.state is SignInState.OK and signed_in.account == Author("kopru", "1")
        yield adapter


def thread(url: str) -> ThreadRef:
    return ThreadRef(ThreadId("1"), f"{url}/t/1", "Kargo takibi")


async def test_a_guest_reads_a_whole_topic_once_and_then_what_is_new(
    forum: DiscourseForum, url: str, clock: Time
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/kargo-takibi/1")
    async with adapter_to(url, "discourse", clock=clock) as guest:
        reading = await guest.read(watch, None)
        assert [post.html for post in reading.posts[:2]] == [
            "<p>Siparişim <strong>nerede</strong>? (1)</p>",
            "<p>Gönderi (2)</p>",
        ]
        assert len(reading.posts) == len({post.id for post in reading.posts}) == 57
        assert not reading.gap and reading.posts[0].opening and not reading.posts[1].opening
        first = forum.topics[1].entries[0]
        assert (reading.posts[0].id, reading.posts[0].url) == (str(first.id), f"{url}/t/1/1#p{first.id}")
        assert reading.posts[0].author == Author("ayse", "2", f"{url}/u/ayse")
        assert reading.posts[1].author == Author("[deleted]")
        assert reading.threads[0].ref == thread(url)

        again = await guest.read(watch, reading.cursor)
        assert again.posts == ()
        forum.write(forum.topics[1], forum.ayse, "Yeni")
        later = await guest.read(watch, again.cursor)
        assert later.posts[-1].html == "<p>Yeni</p>"


async def test_a_watch_that_begins_now_reads_from_the_end(forum: DiscourseForum, url: str, clock: Time) -> None:
    async with adapter_to(url, "discourse", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/1", since=START), None)
    assert reading.posts[-1].html == "<p>Gönderi (57)</p>"
    assert len(reading.posts) < 21
    assert forum.asked == ["/t/1.json", "/t/1.json?page=3"]


@pytest.mark.parametrize("mega", [False, True])
async def test_a_permalink_leads_to_its_page_and_on_from_there(
    forum: DiscourseForum, discourse: Discourse, url: str, mega: bool
) -> None:
    forum.mega = mega
    for each in forum.topics[1].entries[3:18]:
        each.deleted = START
    entry = next(each for each in forum.topics[1].entries if "(30)" in each.cooked)
    for address in (f"{url}/t/kargo-takibi/1/{entry.number}", f"{url}/p/{entry.id}", f"{url}/t/1/2#p{entry.id}"):
        page = await discourse.page(address)
        assert str(entry.id) in {post.id for post in page.posts}
    seen = [post.id for post in page.posts]
    following = before = page
    while following.pages.next is not None:
        following = await discourse.page(following.pages.next)
        seen += [post.id for post in following.posts]
    while before.pages.previous is not None:
        before = await discourse.page(before.pages.previous)
        seen += [post.id for post in before.posts]
    assert set(seen) == {
        str(each.id) for each in forum.topics[1].entries if each.kind != EVENT and each.deleted is None
    }


async def test_a_topic_too_large_to_tell_all_its_posts_is_read_whole(
    forum: DiscourseForum, url: str, clock: Time
) -> None:
    forum.mega = True
    async with adapter_to(url, "discourse", clock=clock) as guest:
        reading = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/1"), None)
        assert len(reading.posts) == 57 and not reading.gap
        late = await guest.read(Watch(WatchKind.THREAD, f"{url}/t/1", since=START), None)
        assert late.posts[-1].html == "<p>Gönderi (57)</p>"


async def test_what_is_not_for_everybody_to_read_is_no_post(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    forum.kopru.staff = True
    topic = forum.topics[1]
    forum.write(topic, forum.kopru, "Müşteri **zor** biri", WHISPER)
    for _ in range(25):
        forum.write(topic, forum.kopru, "", EVENT)
    hidden, withdrawn, deleted, seen = (forum.write(topic, forum.ayse, f"Söz {count}") for count in range(4))
    hidden.hidden = withdrawn.user_deleted = True
    deleted.deleted = START
    reading = await discourse.read(Watch(WatchKind.THREAD, f"{url}/t/1", since=START), None)
    assert [post.html for post in reading.posts][-2:] == ["<p>Gönderi (57)</p>", seen.cooked]
    assert not any("zor" in post.html or "bildirildi" in post.html for post in reading.posts)
    hidden.hidden = False
    again = await discourse.read(Watch(WatchKind.THREAD, f"{url}/t/1"), reading.cursor)
    assert hidden.cooked in [post.html for post in again.posts]


async def test_pages_on_which_only_events_stand_lead_on_and_back(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    """Twenty posts and the line that the topic was closed make a last page without any post."""
    topic = forum.begin("İade", forum.ayse, "İade (1)")
    for count in range(2, 21):
        forum.write(topic, forum.ayse, f"İade ({count})")
    forum.write(topic, forum.kopru, "", EVENT)
    watch = Watch(WatchKind.THREAD, f"{url}/t/{topic.id}", since=START)
    reading = await discourse.read(watch, None)
    assert len(reading.posts) == 20 and not reading.gap
    for _ in range(25):
        forum.write(topic, forum.kopru, "", EVENT)
    again = await discourse.read(watch, reading.cursor)
    forum.write(topic, forum.ayse, "Açtım")
    later = await discourse.read(watch, again.cursor)
    assert later.posts[-1].html == "<p>Açtım</p>" and not later.gap
    own = await discourse.own_posts(ThreadRef(ThreadId(str(topic.id)), f"{url}/t/{topic.id}"), None)
    assert own.posts == () and own.complete
    whole = await discourse.read(Watch(WatchKind.THREAD, f"{url}/t/{topic.id}"), None)
    assert len(whole.posts) == 21 and not whole.gap


async def test_an_edit_is_told_and_what_the_forum_itself_did_to_a_post_is_not(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    one, two = forum.topics[1].entries[-2:]
    one.updated = START
    forum.edit(two, "Gönderi (57), düzeltildi")
    page = await discourse.page(f"{url}/t/1?page=3")
    assert [post.edited for post in page.posts[-2:]] == [None, START]
    assert page.posts[-1].html == "<p>Gönderi (57), düzeltildi</p>"


async def test_a_post_that_moderators_moved_is_followed_by_its_id(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    watch = Watch(WatchKind.THREAD, f"{url}/t/1", since=START)
    first = await discourse.read(watch, None)
    other = forum.begin("Başka konu", forum.ayse, "Başka")
    moved = forum.topics[1].entries[-1]
    forum.move(moved, forum.topics[1], other)
    reading = await discourse.read(watch, first.cursor)
    found = next(post for post in reading.posts if post.id == str(moved.id))
    assert found.thread.id == str(other.id) and found.url == f"{url}/t/{other.id}/2#p{moved.id}"


async def test_a_board_tells_which_topics_moved(forum: DiscourseForum, url: str, clock: Time) -> None:
    for count in range(40):
        forum.begin(f"Eski {count}", forum.ayse, f"Eski konu {count}", pinned=count == 0)
    watch = Watch(WatchKind.BOARD, f"{url}/c/destek/5", since=START)
    clock.pass_by(minutes=5)
    async with adapter_to(url, "discourse", clock=clock) as guest:
        first = await guest.read(watch, None)
        while first.gap:
            first = await guest.read(watch, first.cursor)
        forum.begin("İade", forum.ayse, "İade istiyorum.")
        forum.begin("Gizli", forum.ayse, "Kişisel", members=frozenset({2}))
        forum.asked.clear()
        second = await guest.read(watch, first.cursor)
        assert [post.html for post in second.posts] == ["<p>İade istiyorum.</p>"]
        assert [seen.ref.title for seen in second.threads] == ["İade"]
        assert forum.asked == ["/c/destek/5/l/latest.json?order=activity", "/t/42.json"]
        everything = await guest.read(Watch(WatchKind.BOARD, url, since=clock()), None)
        assert "/latest.json?order=activity" in forum.asked
        assert [post.html for post in everything.posts] == ["<p>İade istiyorum.</p>"]


async def test_a_personal_message_is_never_read_as_a_public_topic(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    message = forum.begin("Kişisel", forum.ayse, "Gizli söz", members=frozenset({1, 2}))
    with pytest.raises(WatchTrouble, match="personal message"):
        await discourse.read(Watch(WatchKind.THREAD, f"{url}/t/{message.id}"), None)


async def test_the_round_trip(forum: DiscourseForum, discourse: Discourse, url: str) -> None:
    newest = PostId(str(forum.topics[1].entries[-1].id))
    receipt = await discourse.reply(thread(url), Draft("Yarın **teslim** edilecek.", key="d:1:1"))
    written = forum.topics[1].entries[-1]
    assert (written.author, written.cooked) == (forum.kopru, "<p>Yarın <strong>teslim</strong> edilecek.</p>")
    assert (receipt.post_id, receipt.url) == (str(written.id), f"{url}/t/1/{written.number}#p{written.id}")
    assert receipt.state is ReceiptState.POSTED
    own = await discourse.own_posts(thread(url), newest)
    assert [(post.id, post.url) for post in own.posts] == [(receipt.post_id, receipt.url)] and own.complete


async def test_the_same_answer_again_is_the_same_post_and_another_of_the_same_words_is_its_own(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    forum.unique_minutes = 0
    first = await discourse.reply(thread(url), Draft("Teşekkürler!", key="d:1:1"))
    again = await discourse.reply(thread(url), Draft("Teşekkürler!", key="d:1:1"))
    other = await discourse.reply(thread(url), Draft("Teşekkürler!", key="d:2:1"))
    assert first.post_id == again.post_id != other.post_id
    assert sum("Teşekkürler" in entry.cooked for entry in forum.topics[1].entries) == 2
    assert all(len(str(asked["external_id"])) <= 50 for asked in forum.written)


async def test_what_a_moderator_has_to_approve_is_queued(forum: DiscourseForum, discourse: Discourse, url: str) -> None:
    forum.moderated = True
    receipt = await discourse.reply(thread(url), Draft("Merhaba."))
    assert receipt.state is ReceiptState.QUEUED and receipt.post_id is None


@pytest.mark.parametrize(("why", "words"), [("closed", "kapalı"), ("missing", "bulunamadı"), ("short", "çok kısa")])
async def test_a_refusal_says_why(forum: DiscourseForum, discourse: Discourse, url: str, why: str, words: str) -> None:
    forum.topics[1].closed = why == "closed"
    where = thread(url) if why != "missing" else ThreadRef(ThreadId("9"), f"{url}/t/9")
    with pytest.raises(NotPosted, match=words):
        await discourse.reply(where, Draft("Ok" if why == "short" else "Merhaba."))


async def test_the_forums_rules_for_lengths_can_be_passed_over_if_its_admin_wants(
    forum: DiscourseForum, url: str, clock: Time
) -> None:
    options = {"skip_validations": True}
    login = {"user": "kopru", "api_key": forum.key}
    async with adapter_to(url, "discourse", **login, options=options, clock=clock) as adapter:
        assert isinstance(adapter, Discourse)
        await adapter.sign_in()
        await adapter.reply(thread(url), Draft("Ok", key="d:1:1"))
        await adapter.reply(thread(url), Draft("Ok", key="d:2:1"))
    assert [entry.raw for entry in forum.topics[1].entries[-2:]] == ["Ok", "Ok"]


async def test_a_flood_waits_as_long_as_the_forum_asks(
    forum: DiscourseForum, discourse: Discourse, url: str, clock: Time
) -> None:
    forum.pace = 30
    await discourse.reply(thread(url), Draft("Merhaba bir."))
    with pytest.raises(Retry) as flood:
        await discourse.reply(thread(url), Draft("Merhaba iki."))
    assert flood.value.after == timedelta(seconds=30)
    clock.pass_by(seconds=31)
    await discourse.reply(thread(url), Draft("Merhaba iki."))


async def test_a_wrong_key_or_name_is_refused_and_nothing_of_the_key_is_told(url: str, clock: Time) -> None:
    for user, key in (("kopru", "yanlış-anahtar"), ("kimse", DiscourseForum.key)):
        async with adapter_to(url, "discourse", user=user, api_key=key, clock=clock) as adapter:
            assert isinstance(adapter, Discourse)
            refused = await adapter.sign_in()
            assert refused.state is SignInState.REFUSED and key not in refused.detail
            assert "API kullanıcı adı ya da anahtarı geçersiz" in refused.detail
            with pytest.raises(SignInNeeded):
                await adapter.reply(thread(url), Draft("Merhaba."))


async def test_a_key_that_may_only_read_posts_nothing_and_says_why(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    forum.scopes.discard("topics:write")
    with pytest.raises(NotPosted) as refused:
        await discourse.reply(thread(url), Draft("Merhaba."))
    assert "topics: write" in refused.value.explanation
    forum.key = "yenisi"
    with pytest.raises(SignInNeeded):
        await discourse.reply(thread(url), Draft("Merhaba."))


async def test_an_answer_that_got_lost_is_found_among_our_own_posts(
    forum: DiscourseForum, discourse: Discourse, url: str
) -> None:
    newest = PostId(str(forum.topics[1].entries[-1].id))
    forum.cut = True
    with pytest.raises(Unclear):
        await discourse.reply(thread(url), Draft("Yarın teslim edilecek."))
    own = await discourse.own_posts(thread(url), newest)
    assert [post.html for post in own.posts] == ["<p>Yarın teslim edilecek.</p>"] and own.complete


async def test_quotes_and_mentions_tell_the_author(discourse: Discourse) -> None:
    quote = Quote(PostId("103"), Author("ayse", "2"), "https://forum.example/t/55/3#p103", "Siparişim nerede?\nKargo?")
    assert discourse.quote(quote) == '[quote="ayse, post:3, topic:55"]\nSiparişim nerede?\nKargo?\n[/quote]'
    assert discourse.mention(quote) == "@ayse"
    guest = Quote(PostId("104"), Author("[deleted]"), "https://forum.example/t/55/4#p104", "Ben de.")
    assert "[quote" not in discourse.quote(guest) and "@" not in discourse.mention(guest)
