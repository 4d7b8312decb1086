"""A forum that looks otherwise than its adapter knows it: what is told, and what people do that is no drift."""

from __future__ import annotations

import json

import pytest
from tests.forums.little import START, LittleForum

from forum_bridge.errors import Forbidden, Gone, Unreadable
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.model import Cursor, Reading, Trait, Watch, WatchKind

THREAD = "/thread/1"


def watch(forum: LittleForum, path: str = THREAD) -> Watch:
    kind = WatchKind.BOARD if path.startswith("/board") else WatchKind.THREAD
    return Watch(kind, forum.url + path)


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return Cursor(json.loads(json.dumps(reading.cursor.state)))


def lacks(reading: Reading) -> set[Trait]:
    return {trait for look in reading.looks for trait in look.lacks}


def filled(forum: LittleForum, posts: int = 5) -> None:
    for number in range(posts):
        forum.post(1, ("ayşe", "mehmet", "elif")[number % 3], f"Gönderi {number}")


async def twice(forum: LittleForum, adapter: HtmlWriter, path: str = THREAD) -> Reading:
    """Read a thread, and once more after somebody wrote."""
    first = await adapter.read(watch(forum, path), None)
    forum.post(1, "elif", "Bir şey daha")
    return await adapter.read(watch(forum, path), stored(first))


@pytest.mark.parametrize(
    ("theme", "trait"),
    [
        ({' data-user-id="': ' data-user="'}, Trait.AUTHOR_IDS),
        ({'class="post-time"': 'class="written"'}, Trait.TIMES),
        ({"thread-title": "title"}, Trait.TITLE),
        ({"page-number": "number"}, Trait.PAGES),
    ],
)
async def test_what_is_missing_on_a_changed_theme_is_told_and_posts_come_all_the_same(
    forum: LittleForum, guest: HtmlWriter, theme: dict[str, str], trait: Trait
) -> None:
    filled(forum)
    first = await guest.read(watch(forum), None)
    assert lacks(first) == set()
    forum.theme = theme
    new = forum.post(1, "elif", "Yeni tema 🎨")
    second = await guest.read(watch(forum), stored(first))
    assert str(new) in {post.id for post in second.posts}
    assert lacks(second) == {trait}
    forum.theme = {}
    forum.post(1, "mehmet")
    third = await guest.read(watch(forum), stored(second))
    assert lacks(third) == set()
    assert trait in {each for look in third.looks for each in look.shows}


async def test_a_theme_without_author_ids_is_noticed_though_no_post_is_new(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    filled(forum)
    first = await guest.read(watch(forum), None)
    forum.theme = {' data-user-id="': ' data-user="'}
    second = await guest.read(watch(forum), stored(first))
    assert second.posts == ()
    assert lacks(second) == {Trait.AUTHOR_IDS}


async def test_posts_that_stand_in_another_order_are_told(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.threads[1].reverse()
    assert lacks(await guest.read(watch(forum), stored(first))) == {Trait.ORDER}


async def test_days_and_months_that_changed_places_are_told(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.theme = {"2026-11-22": "2022-11-26"}
    assert lacks(await guest.read(watch(forum), stored(first))) == {Trait.DATES}


async def test_pages_with_far_fewer_posts_are_told(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 5)
    first = await guest.read(watch(forum), None)
    forum.posts_a_page = 1
    new = forum.post(1, "elif", "Yeni tema 🎨")
    second = await guest.read(watch(forum), stored(first))
    assert str(new) in {post.id for post in second.posts}
    assert lacks(second) == {Trait.COUNT}


async def test_a_fifth_of_the_posts_may_be_broken_and_no_more(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.posts_a_page = 10
    filled(forum, 4)
    first = await guest.read(watch(forum), None)
    new = forum.post(1, "elif", "Yeni")
    forum.theme = {'data-post-id="2"': ""}
    second = await guest.read(watch(forum), stored(first))
    assert str(new) in {post.id for post in second.posts}
    assert lacks(second) == {Trait.WHOLE}
    forum.theme = {'data-post-id="2"': "", 'data-post-id="3"': ""}
    with pytest.raises(Unreadable, match="2 of 5 posts lack"):
        await guest.read(watch(forum), stored(first))
    forum.theme = {}
    third = await guest.read(watch(forum), stored(second))
    assert (lacks(third), Trait.WHOLE in {each for look in third.looks for each in look.shows}) == (set(), True)


@pytest.mark.parametrize("broken", ['class="post"', "data-post-id", "post-body", 'class="author"'])
async def test_a_theme_whose_posts_cannot_be_read_is_no_silence(
    forum: LittleForum, guest: HtmlWriter, broken: str
) -> None:
    filled(forum)
    first = await guest.read(watch(forum), None)
    forum.theme = {broken: "x" + broken}
    with pytest.raises(Unreadable) as error:
        await guest.read(watch(forum), stored(first))
    assert error.value.evidence is not None
    assert "Gönderi" in error.value.evidence.text
    assert "Gönderi" not in repr(error.value.evidence)


async def test_a_known_post_in_another_form_is_not_taken_for_a_deleted_one(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    filled(forum, 6)
    first = await guest.read(watch(forum), None)
    forum.theme = {'<article class="post" data-post-id="6">': '<article class="post-of-staff" data-post-id="6">'}
    with pytest.raises(Unreadable, match="the post 6, which was read before, in another form") as error:
        await guest.read(watch(forum), stored(first))
    assert error.value.evidence is not None
    forum.theme = {}
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_login_page_in_place_of_posts_carries_the_page(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum)
    first = await guest.read(watch(forum), None)
    forum.theme = {"<main>": '<form class="login-form"><input type="password"></form><main hidden>', "post": "xpost"}
    with pytest.raises(Forbidden, match="a form to sign in") as error:
        await guest.read(watch(forum), stored(first))
    assert error.value.evidence is not None


async def test_one_thread_of_a_board_that_cannot_be_read_is_named_and_the_others_are_read(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for thread in (1, 2):
        forum.post(thread, "ayşe")
    first = await guest.read(watch(forum, "/board/1"), None)
    forum.post(1, "ayşe")
    new = forum.post(2, "mehmet")
    forum.theme = {'<h1 class="thread-title">Konu 1</h1><article class="post"': "<h1>Konu 1</h1><article"}
    second = await guest.read(watch(forum, "/board/1"), stored(first))
    assert str(new) in {post.id for post in second.posts}
    assert list(second.unreadable) == [f"{forum.url}/thread/1"]


# What people do is no drift.


async def test_a_new_thread_with_one_post(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    assert lacks(await twice(forum, guest)) == set()


async def test_a_deleted_last_post(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.delete(3)
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_deleted_last_post_that_leaves_a_notice_with_its_id(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.delete(3)
    forum.theme = {"</main>": '<div class="deleted" data-post-id="3">Bu gönderi silindi.</div></main>'}
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_deleted_last_post_whose_address_leads_to_its_thread(forum: LittleForum, guest: HtmlWriter) -> None:
    """As SMF's do, whether the post is there or not."""
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.delete(3)
    forum.leads_home.add(3)
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_thread_that_lost_posts_to_a_split(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 6)
    first = await guest.read(watch(forum), None)
    forum.move(1, 2, 4, 5, 6)
    reading = await guest.read(watch(forum), stored(first))
    assert lacks(reading) == set()
    assert {"4", "5", "6"} <= {post.id for post in reading.posts}


@pytest.mark.parametrize("past_the_end", ["gone", "first"])
@pytest.mark.parametrize("deleted", [(3, 4), (3, 5), (2, 3)])
async def test_a_page_past_the_end(
    forum: LittleForum, guest: HtmlWriter, past_the_end: str, deleted: tuple[int, ...]
) -> None:
    forum.past_the_end = past_the_end
    filled(forum, 5)
    first = await guest.read(watch(forum), None)
    forum.delete(*deleted)
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_moderated_thread(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    held = forum.hold()
    filled(forum, 2)
    first = await guest.read(watch(forum), None)
    forum.approve(1, held)
    forum.locked.add(1)
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_a_thread_that_is_gone_is_no_drift(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.threads.clear()
    with pytest.raises(Gone) as error:
        await guest.read(watch(forum), stored(first))
    assert error.value.evidence is None


async def test_an_author_whose_account_is_closed(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.theme = {'href="/user/ayşe" data-user-id="ayşe"': ""}
    assert lacks(await guest.read(watch(forum), stored(first))) == set()


async def test_an_edit_changes_nothing_but_its_post(forum: LittleForum, guest: HtmlWriter) -> None:
    filled(forum, 3)
    first = await guest.read(watch(forum), None)
    forum.threads[1][1].text = "Düzelttim"
    assert lacks(await guest.read(watch(forum), stored(first))) == set()
    assert first.posts[0].time is not None
    assert first.posts[0].time > START
