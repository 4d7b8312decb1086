"""The adapter `nodebb` against a NodeBB 1.4 that runs: what it reads, as a guest. Versions that take tokens cannot be
had; a stand-in shows how they are written to (`tests/engines/test_nodebb.py`)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.real.conftest import OpenSession
from tests.real.nodebb import NodeBB as RealNodeBB
from tests.real.nodebb_install import POSTS_A_PAGE

from forum_bridge.errors import Gone
from forum_bridge.forums.engines.nodebb.adapter import NodeBB
from forum_bridge.forums.registry import Registry
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Watch, WatchKind

pytestmark = pytest.mark.engine


@pytest.fixture
async def guest(nodebb: RealNodeBB, signing_in_at: OpenSession) -> NodeBB:
    session = await signing_in_at(nodebb.url, "", "")
    session.credentials = None
    adapter = Registry.load().get("nodebb").build({}, session)
    assert isinstance(adapter, NodeBB)
    return adapter


def watch(nodebb: RealNodeBB, topic: str, since: datetime | None = None) -> Watch:
    return Watch(WatchKind.THREAD, f"{nodebb.url}/topic/{topic}/baslik", since)


async def test_a_topic_is_read_over_its_pages_and_then_onwards(nodebb: RealNodeBB, guest: NodeBB) -> None:
    title = "Köprü denemesi: ölçüler ğüşİ <b> & c"
    topic = nodebb.new_topic("ayse", title, "İlk gönderi **kalın** 😀")
    ids = [nodebb.reply(("mehmet", "elif")[number % 2], topic, f"Cevap {number} çğıöşü 🚂") for number in range(15)]
    first = await guest.read(watch(nodebb, topic), None)
    assert [post.id for post in first.posts[1:]] == ids
    assert [post.author.name for post in first.posts[:3]] == ["ayse", "mehmet", "elif"]
    assert [post.opening for post in first.posts] == [True] + [False] * 15
    assert all(
        post.time is not None and abs((datetime.now(UTC) - post.time).total_seconds()) < 120 for post in first.posts
    )
    assert first.threads[0].ref.title == title
    assert clean_post(first.posts[0].html, first.posts[0].url).text == "İlk gönderi kalın 😀"
    assert "<strong>kalın</strong>" in first.posts[0].html
    assert not first.gap
    assert (await guest.read(watch(nodebb, topic), first.cursor)).threads == ()

    late = nodebb.reply("elif", topic, "Sonradan yazıldı")
    nodebb.edit("mehmet", ids[14], "Düzeltilmiş gönderi")
    second = await guest.read(watch(nodebb, topic), first.cursor)
    assert second.posts[-1].id == late
    edited = next(post for post in second.posts if post.id == ids[14])
    assert ("Düzeltilmiş" in edited.html, edited.edited is not None) == (True, True)


async def test_a_watch_that_begins_now_reads_from_the_end(nodebb: RealNodeBB, guest: NodeBB) -> None:
    topic = nodebb.new_topic("ayse", "Uzun bir konu", "Baş gönderi")
    ids = [nodebb.reply("elif", topic, f"Cevap numara {number}") for number in range(2 * POSTS_A_PAGE)]
    reading = await guest.read(watch(nodebb, topic, since=datetime.now(UTC)), None)
    assert reading.posts[-1].id == ids[-1]
    assert reading.threads[0].opening is not None


async def test_deleted_and_purged_posts_are_no_posts(nodebb: RealNodeBB, guest: NodeBB) -> None:
    topic = nodebb.new_topic("ayse", "Silinecekler", "Baş gönderi")
    ids = [nodebb.reply("elif", topic, f"Cevap numara {number}") for number in range(3 * POSTS_A_PAGE)]
    first = await guest.read(watch(nodebb, topic), None)
    for post_id in ids[4 : 4 + 2 * POSTS_A_PAGE]:  # at least one page of deleted posts alone
        nodebb.delete(topic, post_id)
    nodebb.purge(topic, ids[0])
    stays = [*ids[1:4], *ids[4 + 2 * POSTS_A_PAGE :]]
    again = await guest.read(watch(nodebb, topic), None)
    assert [post.id for post in again.posts[1:]] == stays
    late = nodebb.reply("elif", topic, "Sonradan yazıldı")
    onwards = await guest.read(watch(nodebb, topic), first.cursor)
    assert onwards.posts[-1].id == late


async def test_a_post_leads_to_its_page_and_to_its_topic(nodebb: RealNodeBB, guest: NodeBB) -> None:
    topic = nodebb.new_topic("ayse", "Kalıcı bağlantılar", "Baş gönderi")
    other = nodebb.new_topic("ayse", "Öteki konu burada", "Baş gönderi")
    ids = [nodebb.reply("elif", topic, f"Cevap numara {number}") for number in range(2 * POSTS_A_PAGE)]
    for post_id in (ids[0], ids[POSTS_A_PAGE - 2], ids[POSTS_A_PAGE - 1], ids[-1]):
        page = await guest.page(f"{nodebb.url}/post/{post_id}")
        assert post_id in [post.id for post in page.posts]
        assert page.ref.id == topic
    nodebb.move_post(ids[-1], other)
    assert (await guest.page(f"{nodebb.url}/post/{ids[-1]}")).ref.id == other
    with pytest.raises(Gone):
        await guest.page(f"{nodebb.url}/post/99999")


async def test_a_post_that_was_moved_is_followed(nodebb: RealNodeBB, guest: NodeBB) -> None:
    topic = nodebb.new_topic("ayse", "Buradan taşınır", "Baş gönderi")
    moves = nodebb.reply("elif", topic, "Bu gönderi taşınır")
    first = await guest.read(watch(nodebb, topic), None)
    other = nodebb.new_topic("mehmet", "Buraya taşınır", "Baş gönderi")
    nodebb.move_post(moves, other)
    reading = await guest.read(watch(nodebb, topic), first.cursor)
    assert [post.thread.id for post in reading.posts if post.id == moves] == [other]


async def test_a_locked_topic_and_one_that_is_not_there(nodebb: RealNodeBB, guest: NodeBB) -> None:
    topic = nodebb.new_topic("ayse", "Kilitlenecek", "Baş gönderi")
    nodebb.lock(topic)
    assert (await guest.read(watch(nodebb, topic), None)).threads[0].locked
    with pytest.raises(Gone):
        await guest.read(watch(nodebb, "99999"), None)


async def test_a_board_brings_what_moved(nodebb: RealNodeBB, guest: NodeBB) -> None:
    old = nodebb.new_topic("ayse", "Panodan okunur", "Baş gönderi")
    for number in range(7):
        nodebb.new_topic("ayse", f"Araya giren {number}", "Baş gönderi")
    board = Watch(WatchKind.BOARD, f"{nodebb.url}/category/2/general-discussion", datetime.now(UTC))
    first = await guest.read(board, None)
    while first.gap:
        first = await guest.read(board, first.cursor)
    reply = nodebb.reply("mehmet", old, "Yeni cevap burada")
    new = nodebb.new_topic("elif", "Yepyeni konu", "Yeni konu burada")
    moved = await guest.read(board, first.cursor)
    assert {seen.ref.id for seen in moved.threads} == {old, new}
    assert reply in [post.id for post in moved.posts]
    assert (await guest.read(board, moved.cursor)).threads == ()
