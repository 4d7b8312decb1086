"""Reading one thread from poll to poll."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.forums.conftest import Build
from tests.forums.little import PASSWORD, START, LittleForum

from forum_bridge.errors import Forbidden, Gone, Retry, SignInNeeded, Unreadable, WatchTrouble
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.model import Cursor, Reading, Watch, WatchKind


def watch(forum: LittleForum, minutes: int | None = None) -> Watch:
    since = None if minutes is None else START + timedelta(minutes=minutes)
    return Watch(WatchKind.THREAD, f"{forum.url}/thread/1", since)


def ids(reading: Reading) -> list[int]:
    return [int(post.id) for post in reading.posts]


def stored(reading: Reading) -> Cursor:
    """Return the cursor as it comes back from the ledger."""
    assert reading.cursor is not None
    return Cursor(json.loads(json.dumps(reading.cursor.state)))


async def test_all_pages_are_read_in_order_and_then_nothing_is_new(forum: LittleForum, guest: HtmlWriter) -> None:
    for number in range(7):
        forum.post(1, "ayşe", f"Gönderi {number} 😀")
    first = await guest.read(watch(forum), None)
    assert ids(first) == [1, 2, 3, 4, 5, 6, 7]
    assert first.posts[0].opening
    assert first.threads[0].opening == first.posts[0]
    assert first.posts[6].html == "<p>Gönderi 6 😀</p>"
    forum.taken()
    second = await guest.read(watch(forum), stored(first))
    assert second.posts == ()
    assert forum.taken() == ["/thread/1?page=3"]


async def test_new_posts_on_the_page_and_past_its_end_are_read(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    for _ in range(5):
        forum.post(1, "mehmet")
    second = await guest.read(watch(forum), stored(first))
    assert ids(second) == [1, 2, 3, 4, 5, 6]
    forum.taken()
    await guest.read(watch(forum), stored(second))
    assert forum.taken() == ["/thread/1?page=2"]


async def test_an_edited_post_comes_again(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.threads[1][0].text = "Değişti"
    assert [post.html for post in (await guest.read(watch(forum), stored(first))).posts] == ["<p>Değişti</p>"]


async def test_a_watch_that_starts_now_reads_back_only_to_that_moment(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(12):
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum, minutes=11), None)
    assert ids(reading) == [7, 8, 9, 10, 11, 12]
    assert reading.threads[0].opening is not None
    assert reading.threads[0].opening.id == "1"


async def test_more_than_one_poll_may_read_is_a_gap_and_is_read_on(forum: LittleForum, build: Build) -> None:
    adapter = await build(pages_a_poll=2)
    for _ in range(20):
        forum.post(1, "ayşe")
    found: set[int] = set()
    reading = await adapter.read(watch(forum), None)
    while reading.gap:
        found |= set(ids(reading))
        reading = await adapter.read(watch(forum), stored(reading))
    assert found | set(ids(reading)) == set(range(1, 21))


async def test_a_moment_far_back_is_sought_over_several_polls(forum: LittleForum, build: Build) -> None:
    adapter = await build(pages_a_poll=2)
    for _ in range(30):
        forum.post(1, "ayşe")
    found: set[int] = set()
    reading = await adapter.read(watch(forum, minutes=10), None)
    while reading.gap:
        found |= set(ids(reading))
        reading = await adapter.read(watch(forum, minutes=10), stored(reading))
    assert set(range(10, 31)) <= found | set(ids(reading))


@pytest.mark.parametrize("past_the_end", ["gone", "first"])
@pytest.mark.parametrize(
    ("posts", "deleted", "added"),
    [
        (10, [2, 3, 5, 10], 1),
        (10, range(2, 9), 5),  # the page read last is gone, and what is new begins before the last page there is
        (6, range(2, 6), 5),  # it is there and holds only new posts: the first of them stands on the page before
    ],
)
async def test_pages_that_shift_or_vanish_lose_nothing(
    forum: LittleForum, guest: HtmlWriter, past_the_end: str, posts: int, deleted: list[int], added: int
) -> None:
    forum.past_the_end = past_the_end
    for _ in range(posts):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.delete(*deleted)
    new = {forum.post(1, "mehmet") for _ in range(added)}
    assert new <= set(ids(await guest.read(watch(forum), stored(first))))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=25), old=st.booleans())
async def test_whatever_is_posted_and_deleted_between_polls_nothing_that_stays_is_lost(
    forum: LittleForum, guest: HtmlWriter, moves: list[int | None], old: bool
) -> None:
    forum.threads.clear()
    forum.newest = 0
    forum.past_the_end = "first" if old else "gone"
    forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    found = set(ids(reading))
    for move in moves:
        if move is None:
            reading = await guest.read(watch(forum), stored(reading))
            found |= set(ids(reading))
        elif move < 20:
            forum.post(1, "mehmet")
        elif len(forum.threads[1]) > 1:
            forum.delete(forum.threads[1][1 + (move * 7) % (len(forum.threads[1]) - 1)].id)
    reading = await guest.read(watch(forum), stored(reading))
    found |= set(ids(reading))
    assert {post.id for post in forum.threads[1]} <= found


async def test_half_a_page_is_not_read(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    half = '<html><body><article class="post" data-post-id="9"><div class="post-head"><a class="author">a</a></div>'
    forum.trouble["/thread/1"] = web.Response(text=half + '<div class="post-body">', content_type="text/html")
    with pytest.raises(Unreadable, match="ends in the middle"):
        await guest.read(watch(forum), None)


@pytest.mark.parametrize("body", ["", "<html><body><p>Merhaba</p></body></html>"])
async def test_a_page_without_posts_is_never_taken_for_nothing_new(
    forum: LittleForum, guest: HtmlWriter, body: str
) -> None:
    forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.trouble["/thread/1"] = web.Response(text=body, content_type="text/html")
    with pytest.raises(Unreadable):
        await guest.read(watch(forum), stored(first))


LOGIN_PAGE = '<html><body><form class="login-form"><input type="password" name="password"></form></body></html>'


async def test_a_login_page_with_200(forum: LittleForum, guest: HtmlWriter, member: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    forum.trouble["/thread/1"] = web.Response(text=LOGIN_PAGE, content_type="text/html")
    with pytest.raises(Forbidden):
        await guest.read(watch(forum), None)
    forum.trouble["/thread/1"] = web.Response(text=LOGIN_PAGE, content_type="text/html")
    with pytest.raises(SignInNeeded):
        await member.read(watch(forum), None)


async def test_a_session_that_ended_is_noticed_even_on_a_page_with_posts(
    forum: LittleForum, member: HtmlWriter
) -> None:
    forum.post(1, "ayşe")
    first = await member.read(watch(forum), None)
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await member.read(watch(forum), stored(first))
    await member.sign_in()
    assert (await member.read(watch(forum), stored(first))).posts == ()


async def test_403_is_forbidden_while_signed_in_and_a_sign_in_after_the_session_ended(
    forum: LittleForum, member: HtmlWriter
) -> None:
    forum.trouble["/thread/1"] = web.Response(status=403)
    with pytest.raises(Forbidden):
        await member.read(watch(forum), None)
    forum.sessions.clear()
    forum.trouble["/thread/1"] = web.Response(status=403)
    with pytest.raises(SignInNeeded):
        await member.read(watch(forum), None)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_refusal_is_read_too_some_say_forbidden_of_what_is_gone(
    forum: LittleForum, member: HtmlWriter, status: int
) -> None:
    words = "<html><body><p class='message'>There is nothing at this address</p></body></html>"
    forum.trouble["/thread/1"] = web.Response(status=status, text=words, content_type="text/html")
    with pytest.raises(Gone, match="There is nothing at this address"):
        await member.read(watch(forum), None)


async def test_an_account_that_is_not_signed_in_reads_nothing(forum: LittleForum, build: Build) -> None:
    forum.post(1, "ayşe")
    adapter = await build(PASSWORD)
    with pytest.raises(SignInNeeded):
        await adapter.read(watch(forum), None)
    assert forum.taken() == []


@pytest.mark.parametrize(("status", "error"), [(404, Gone), (429, Retry), (500, Retry), (502, Retry)])
async def test_statuses(forum: LittleForum, guest: HtmlWriter, status: int, error: type[Exception]) -> None:
    forum.trouble["/thread/1"] = web.Response(status=status)
    with pytest.raises(error):
        await guest.read(watch(forum), None)


async def test_a_watch_it_cannot_read_says_so(forum: LittleForum, guest: HtmlWriter) -> None:
    with pytest.raises(WatchTrouble, match="not mentions"):
        await guest.read(Watch(WatchKind.MENTIONS), None)


async def test_an_address_into_the_middle_reads_the_thread_from_its_beginning(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for _ in range(5):
        forum.post(1, "ayşe")
    reading = await guest.read(Watch(WatchKind.THREAD, f"{forum.url}/post/5"), None)
    assert ids(reading) == [1, 2, 3, 4, 5]
    assert reading.threads[0].ref.url == f"{forum.url}/thread/1"


async def test_a_cursor_of_another_shape_is_read_from_the_beginning(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    assert ids(await guest.read(watch(forum), Cursor({"page": 7}))) == [1]


async def test_a_next_page_that_is_an_earlier_one_ends_the_thread(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.past_the_end = "first"
    for _ in range(6):
        forum.post(1, "ayşe")
    page = await forum.html_of("/thread/1?page=2")
    one_too_many = page.replace("</nav>", '<a class="page-number" href="/thread/1?page=3">3</a></nav>')
    forum.trouble["/thread/1?page=2"] = web.Response(text=one_too_many, content_type="text/html")
    forum.taken()
    reading = await guest.read(watch(forum), None)
    assert (ids(reading), reading.gap) == ([1, 2, 3, 4, 5, 6], False)
    assert forum.taken() == ["/thread/1", "/thread/1?page=2", "/thread/1?page=3"]


@pytest.mark.parametrize("posts", [4, 5, 6, 7])
async def test_a_post_approved_late_is_found_on_the_last_two_pages(
    forum: LittleForum, guest: HtmlWriter, posts: int
) -> None:
    held = []
    for _ in range(posts):
        held.append(forum.hold())
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    assert held[0].id not in ids(reading)
    forum.approve(1, held[-3])
    late = await guest.read(watch(forum), stored(reading))
    assert held[-3].id in ids(late)
    forum.approve(1, held[-1])
    assert held[-1].id in ids(await guest.read(watch(forum), stored(late)))


@pytest.mark.parametrize("approved", [1, 3, 4])
@pytest.mark.parametrize("since", [13, 19, 24])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_post_approved_late_is_found_on_the_pages_read_last(
    forum: LittleForum, guest: HtmlWriter, approved: int, since: int, at_once: bool
) -> None:
    for _ in range(9):
        forum.post(1, "ayşe")
    held = [forum.hold() for _ in range(approved)]
    forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    while forum.newest < since:
        forum.post(1, "mehmet")
        if not at_once:
            reading = await guest.read(watch(forum), stored(reading))
    reading = await guest.read(watch(forum), stored(reading))
    for each in held:
        forum.approve(1, each)
    new = forum.post(1, "ayşe")
    found = await guest.read(watch(forum), stored(reading))
    assert {new, *(each.id for each in held)} <= set(ids(found))
    forum.taken()
    forum.post(1, "ayşe")
    await guest.read(watch(forum), stored(found))
    assert len(forum.taken()) <= 2  # and that is all it costs


async def test_how_far_back_a_post_approved_late_is_looked_for(forum: LittleForum, build: Build) -> None:
    adapter = await build(pages_a_poll=4)
    held = forum.hold()
    for _ in range(40):
        forum.post(1, "ayşe")
    cursor: Cursor | None = None
    for _ in range(6):
        cursor = stored(await adapter.read(watch(forum), cursor))
    forum.approve(1, held)
    forum.taken()
    await adapter.read(watch(forum), cursor)
    assert len(forum.taken()) == 5


async def test_a_quiet_thread_costs_one_page_and_a_new_post_no_more(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(8):
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    forum.taken()
    reading = await guest.read(watch(forum), stored(reading))
    forum.post(1, "mehmet")
    await guest.read(watch(forum), stored(reading))
    assert forum.taken() == ["/thread/1?page=3"] * 2


async def test_a_merged_thread_is_followed_by_its_posts(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(2, "mehmet")
    for _ in range(5):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.move(1, 2)
    new = forum.post(2, "elif")
    second = await guest.read(watch(forum), stored(first))
    assert second.moved == {"1": second.threads[0].ref}
    assert (second.threads[0].ref.id, second.threads[0].ref.url) == ("2", f"{forum.url}/thread/2")
    assert new in ids(second)
    assert {post.thread.id for post in second.posts} == {"2"}
    assert second.threads[0].opening is not None
    assert second.threads[0].opening.id == "1"  # posts stand in the order of their ids
    newer = forum.post(2, "elif")
    assert newer in ids(await guest.read(watch(forum), stored(second)))


async def test_a_thread_that_goes_on_far_from_its_new_beginning_brings_its_opening(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for _ in range(14):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum, minutes=12), None)
    forum.move(1, 2)
    second = await guest.read(watch(forum), stored(first))
    assert 1 not in ids(second)
    assert second.threads[0].opening is not None
    assert second.threads[0].opening.id == "1"


async def test_a_thread_that_moves_twice_tells_each_move_once(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.move(1, 2)
    second = await guest.read(watch(forum), stored(first))
    assert {old: ref.id for old, ref in second.moved.items()} == {"1": "2"}
    forum.move(2, 3)
    third = await guest.read(watch(forum), stored(second))
    assert {old: ref.id for old, ref in third.moved.items()} == {"2": "3"}
    forum.post(3, "mehmet")
    assert (await guest.read(watch(forum), stored(third))).moved == {}


async def test_a_thread_whose_last_posts_alone_live_elsewhere_is_gone(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(5):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.move(1, 3, 4, 5)
    forum.delete(1, 2, 3)
    with pytest.raises(Gone, match="/thread/1"):
        await guest.read(watch(forum), stored(first))


async def test_a_thread_that_was_divided_among_two_is_gone(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(5):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.move(1, 3, 4, 5)
    forum.move(1, 2)
    with pytest.raises(Gone, match="/thread/1"):
        await guest.read(watch(forum), stored(first))


async def test_posts_that_were_split_off_are_found_in_their_new_thread(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(5):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.move(1, 3, 4, 5)
    new = forum.post(3, "mehmet")
    second = await guest.read(watch(forum), stored(first))
    assert second.moved == {}  # the old thread lives on
    assert [int(post.id) for post in second.posts if post.thread.id == "3"] == [4, 5, new]


async def test_a_deleted_last_post_is_looked_for_once(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(5):
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    forum.delete(5)
    forum.taken()
    reading = await guest.read(watch(forum), stored(reading))
    assert ids(reading) == [4]
    reading = await guest.read(watch(forum), stored(reading))
    assert forum.taken() == ["/thread/1?page=2", "/post/5", "/thread/1?page=2"]


async def test_a_thread_that_is_gone_with_its_posts_is_gone(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    forum.delete(1)
    with pytest.raises(Gone):
        await guest.read(watch(forum), stored(reading))


async def test_posts_whose_addresses_lead_nowhere_any_more_are_told_as_deleted_once(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for _ in range(6):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.delete(4, 6)
    second = await guest.read(watch(forum), stored(first))
    assert sorted(second.deleted) == ["4", "6"]
    forum.post(1, "ayşe")
    forum.taken()
    third = await guest.read(watch(forum), stored(second))
    assert third.deleted == ()
    assert [path for path in forum.taken() if "/post/" in path] == []


async def test_a_post_that_only_left_the_pages_is_not_told_as_deleted(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(6):
        forum.post(1, "ayşe")
    forum.post(2, "mehmet")
    first = await guest.read(watch(forum), None)
    forum.move(1, 2, 5)
    second = await guest.read(watch(forum), stored(first))
    assert second.deleted == ()
    forum.leads_home.add(4)
    forum.delete(4)
    assert (await guest.read(watch(forum), stored(second))).deleted == ()


async def test_many_deleted_at_once_are_asked_after_a_few_at_a_time(forum: LittleForum, guest: HtmlWriter) -> None:
    for _ in range(9):
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    forum.delete(2, 3, 4, 5, 6, 7)
    told: list[str] = []
    for _ in range(3):
        forum.post(1, "ayşe")
        reading = await guest.read(watch(forum), stored(reading))
        told += reading.deleted
    assert sorted(told) == ["2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_trouble_with_an_address_says_of_no_post_that_it_is_gone(
    forum: LittleForum, guest: HtmlWriter, status: int
) -> None:
    for _ in range(6):
        forum.post(1, "ayşe")
    first = await guest.read(watch(forum), None)
    forum.delete(5)
    forum.trouble["/post/5"] = web.Response(status=status)
    second = await guest.read(watch(forum), stored(first))
    assert second.deleted == ()
    assert ids(second)[-1] == 6


async def test_a_page_with_a_post_that_cannot_be_read_yet_is_read_again_though_it_did_not_change(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    forum.tells_marks, forum.posts_a_page = True, 10
    for _ in range(6):
        forum.post(1, "ayşe")
    reading = await guest.read(watch(forum), None)
    for _ in range(2):
        reading = await guest.read(watch(forum), stored(reading))
    assert forum.unchanged == 1
    forum.theme = {'data-post-id="2"': ""}
    for _ in range(3):
        reading = await guest.read(watch(forum), stored(reading))
    assert forum.unchanged == 1
