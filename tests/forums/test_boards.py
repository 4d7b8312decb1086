"""Reading a board: only what moved, nothing lost to a bound."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import ValidationError
from tests.forums.conftest import Build
from tests.forums.little import START, LittleForum

from forum_bridge.errors import BridgeError, Forbidden, Retry, RobotsForbid
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.html.preset_parts import Board
from forum_bridge.model import Cursor, Reading, Watch, WatchKind


def watch(forum: LittleForum, minutes: int | None = None) -> Watch:
    since = None if minutes is None else START + timedelta(minutes=minutes)
    return Watch(WatchKind.BOARD, f"{forum.url}/board/1", since)


def ids(reading: Reading) -> set[int]:
    return {int(post.id) for post in reading.posts}


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return Cursor(json.loads(json.dumps(reading.cursor.state)))


async def drained(adapter: HtmlWriter, of: Watch, cursor: Cursor | None = None) -> tuple[set[int], Cursor]:
    """Poll until nothing is left."""
    found: set[int] = set()
    for _ in range(100):
        reading = await adapter.read(of, cursor)
        found, cursor = found | ids(reading), stored(reading)
        if not reading.gap:
            return found, cursor
    raise AssertionError("the board is never drained")


async def test_what_rested_before_the_watch_began_is_not_even_asked_for(forum: LittleForum, guest: HtmlWriter) -> None:
    for thread in (1, 2):
        forum.post(thread, "ayşe")
    new = forum.post(3, "mehmet", minutes=60)
    reading = await guest.read(watch(forum, minutes=30), None)
    assert ids(reading) == {new}
    assert forum.taken() == ["/board/1", "/thread/3"]


async def test_only_threads_that_moved_are_read(forum: LittleForum, guest: HtmlWriter) -> None:
    for thread in (1, 2, 3):
        forum.post(thread, "ayşe")
    _, cursor = await drained(guest, watch(forum))
    new = forum.post(2, "mehmet")
    forum.taken()
    reading = await guest.read(watch(forum), cursor)
    assert new in ids(reading)
    assert forum.taken() == ["/board/1", "/thread/2"]
    assert (await guest.read(watch(forum), stored(reading))).threads == ()


async def test_an_old_thread_first_met_brings_what_is_new_and_its_opening(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for _ in range(8):
        forum.post(1, "ayşe")
    _, cursor = await drained(guest, watch(forum, minutes=30))
    new = forum.post(1, "mehmet", minutes=60)
    reading = await guest.read(watch(forum, minutes=30), cursor)
    assert new in ids(reading)
    assert 1 not in ids(reading)
    assert reading.threads[0].opening is not None
    assert reading.threads[0].opening.id == "1"


@pytest.mark.parametrize("rows_tell_time", [True, False])
@pytest.mark.parametrize("minutes", [None, -60])
async def test_a_whole_board_over_its_pages_is_read_within_the_bounds(
    forum: LittleForum, build: Build, rows_tell_time: bool, minutes: int | None
) -> None:
    forum.rows_tell_time = rows_tell_time
    adapter = await build(threads_a_poll=2, pages_a_poll=2)
    for number in range(60):
        forum.post(number % 14 + 1, "ayşe")
    found, _ = await drained(adapter, watch(forum, minutes))
    assert found == set(range(1, 61))


async def test_where_rows_tell_no_time_an_old_board_is_not_read_to_its_end(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    forum.rows_tell_time = False
    for thread in range(1, 13):
        forum.post(thread, "ayşe")
    await drained(guest, watch(forum, minutes=600))
    assert "/board/1?page=2" not in forum.taken()


async def test_more_moved_than_one_page_shows(forum: LittleForum, guest: HtmlWriter) -> None:
    for thread in range(1, 9):
        forum.post(thread, "ayşe")
    _, cursor = await drained(guest, watch(forum))
    new = {forum.post(thread, "mehmet") for thread in range(1, 8)}
    found, _ = await drained(guest, watch(forum), cursor)
    assert new <= found


async def test_one_thread_that_cannot_be_read_waits_and_does_not_stop_the_others(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    bad, good = forum.post(1, "ayşe"), forum.post(2, "ayşe")
    forum.trouble["/thread/1"] = web.Response(status=500)
    reading = await guest.read(watch(forum), None)
    assert ids(reading) == {good}
    assert not reading.gap
    assert ids(await guest.read(watch(forum), stored(reading))) == {bad}


async def test_one_that_waits_is_read_even_when_the_board_no_longer_shows_it_first(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    bad = forum.post(1, "ayşe")
    for thread in range(2, 9):
        forum.post(thread, "mehmet")
    forum.trouble["/thread/1"] = web.Response(status=500)
    reading = await guest.read(watch(forum), None)
    assert bad not in ids(reading)
    assert ids(await guest.read(watch(forum), stored(reading))) == {bad}


async def test_when_none_can_be_read_the_error_is_told(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    forum.trouble["/thread/1"] = web.Response(status=500)
    with pytest.raises(Retry):
        await guest.read(watch(forum), None)


async def polled(
    forum: LittleForum, adapter: HtmlWriter, cursor: Cursor | None, minutes: int, of: Watch | None = None
) -> tuple[set[int], Cursor]:
    """Poll once a minute, as a poll does: what is found, and the cursor, which an error may carry as well."""
    found: set[int] = set()
    for _ in range(minutes):
        forum.now += timedelta(minutes=1)
        try:
            reading = await adapter.read(of or watch(forum), cursor)
        except BridgeError as error:
            cursor = Cursor(json.loads(json.dumps(error.cursor))) if error.cursor is not None else cursor
            continue
        assert not reading.gap
        found, cursor = found | ids(reading), stored(reading)
    assert cursor is not None
    return found, cursor


async def test_a_thread_that_is_gone_is_forgotten_after_an_hour(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(1, "ayşe")
    good = forum.post(2, "mehmet")
    forum.refusing["/thread/1"] = 404
    found, cursor = await polled(forum, guest, None, 90)
    assert found == {good}
    assert forum.taken().count("/thread/1") == 5
    assert await polled(forum, guest, cursor, 3) == (set(), cursor)
    assert forum.taken() == ["/board/1"] * 3


async def test_one_that_is_gone_is_forgotten_though_nothing_else_moves(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.post(2, "mehmet")
    _, cursor = await drained(guest, watch(forum))
    forum.post(1, "ayşe")
    forum.refusing["/thread/1"] = 404
    for _ in range(3):  # nobody is troubled
        reading = await guest.read(watch(forum), cursor)
        assert not reading.gap
        cursor = stored(reading)
    _, cursor = await polled(forum, guest, cursor, 90)
    assert "1" not in str(cursor.state["waiting"])
    forum.refusing.clear()
    late = forum.post(1, "ayşe")
    assert late in (await polled(forum, guest, cursor, 1))[0]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_thread_that_is_refused_for_a_while_is_read_afterwards(
    forum: LittleForum, guest: HtmlWriter, status: int
) -> None:
    bad, good = forum.post(1, "ayşe"), forum.post(2, "ayşe")
    forum.refusing["/thread/1"] = status
    found, cursor = await polled(forum, guest, None, 15)
    assert found == {good}
    forum.refusing.clear()
    assert (await polled(forum, guest, cursor, 20))[0] == {bad}


async def test_a_forum_that_shows_lists_but_no_thread_is_in_trouble_and_nothing_is_given_up(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    before = {forum.post(thread, "ayşe") for thread in range(1, 4)}
    found, cursor = await drained(guest, watch(forum))
    assert found == before
    new = {forum.post(thread, "mehmet") for thread in (2, 3, 4)}
    forum.refusing["/thread/"] = 403
    with pytest.raises(Forbidden):
        await guest.read(watch(forum), cursor)
    found, cursor = await polled(forum, guest, cursor, 240)
    assert not found
    forum.refusing.clear()
    assert new <= (await polled(forum, guest, cursor, 1))[0]


async def test_a_new_board_of_which_no_thread_is_shown_is_in_trouble(forum: LittleForum, guest: HtmlWriter) -> None:
    posts = {forum.post(thread, "ayşe") for thread in range(1, 3)}
    forum.refusing["/thread/"] = 403
    found, cursor = await polled(forum, guest, None, 120)
    assert not found
    forum.refusing.clear()
    assert (await polled(forum, guest, cursor, 1))[0] == posts


async def test_one_thread_that_robots_txt_forbids_does_not_stop_its_board(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    forum.robots = "User-agent: *\nDisallow: /thread/1"
    forum.post(1, "ayşe")
    good = forum.post(2, "ayşe")
    found, cursor = await polled(forum, guest, None, 3)
    assert found == {good}
    more = forum.post(2, "mehmet")
    assert more in (await polled(forum, guest, cursor, 1))[0]
    assert "/thread/1" not in forum.taken()


@pytest.mark.parametrize("closed", ["/thread/", "/board/"])
async def test_robots_txt_that_forbids_them_all_is_told(forum: LittleForum, guest: HtmlWriter, closed: str) -> None:
    forum.robots = f"User-agent: *\nDisallow: {closed}"
    for thread in (1, 2):
        forum.post(thread, "ayşe")
    with pytest.raises(RobotsForbid):
        await guest.read(watch(forum), None)


async def test_a_challenge_in_one_thread_stops_the_poll_and_not_the_board(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    posts = {thread: forum.post(thread, "ayşe") for thread in (3, 2, 1)}
    forum.trouble["/thread/2"] = web.Response(status=403, headers={"cf-mitigated": "challenge"})
    reading = await guest.read(watch(forum), None)
    assert ids(reading) == {posts[1]}
    assert not reading.gap
    assert "/thread/3" not in forum.taken()
    assert (await polled(forum, guest, stored(reading), 2))[0] == {posts[2], posts[3]}


async def test_many_threads_that_cannot_be_read_do_not_stand_in_the_way_of_others(
    forum: LittleForum, build: Build
) -> None:
    adapter = await build(threads_a_poll=2)
    for thread in (1, 2, 3):
        forum.post(thread, "ayşe")
        forum.refusing[f"/thread/{thread}"] = 500
    good = forum.post(4, "ayşe")
    forum.post(5, "ayşe")
    forum.refusing["/thread/5"] = 500
    for thread in (1, 2, 3, 5):
        forum.post(thread, "mehmet")
    cursor: Cursor | None = None
    found: set[int] = set()
    for _ in range(4):
        try:
            reading = await adapter.read(watch(forum), cursor)
            found, cursor = found | ids(reading), stored(reading)
        except Retry as error:
            assert error.cursor is not None
            cursor = Cursor(error.cursor)
    assert good in found


async def test_a_thread_that_stays_unreadable_neither_hides_the_next_page_nor_keeps_the_board_busy(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    forum.rows_tell_time = False
    posts = {thread: forum.post(thread, "ayşe", minutes=60) for thread in (4, 3, 2, 1)}
    forum.refusing["/thread/3"] = 500  # the last row of the first page
    found, cursor = await drained(guest, watch(forum, minutes=30))
    assert found == {posts[1], posts[2], posts[4]}
    forum.taken()
    new = forum.post(1, "mehmet", minutes=61)
    reading = await guest.read(watch(forum, minutes=30), cursor)
    assert new in ids(reading)
    assert not reading.gap


async def test_a_thread_whose_posts_turn_up_in_another_is_asked_where_it_went(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    for thread in (1, 2):
        for _ in range(8):
            forum.post(thread, "ayşe")
    _, cursor = await drained(guest, watch(forum))
    forum.move(1, 2)
    reading = await guest.read(watch(forum), cursor)
    assert {old: ref.id for old, ref in reading.moved.items()} == {"1": "2"}
    forum.taken()
    new = forum.post(2, "mehmet")
    reading = await guest.read(watch(forum), stored(reading))
    assert new in ids(reading)
    asked = forum.taken()
    assert len(asked) == len(set(asked))  # the thread that took the other in is read once


async def test_a_thread_that_lost_posts_to_another_is_read_once_for_it(forum: LittleForum, guest: HtmlWriter) -> None:
    for thread in (2, 1):
        for _ in range(5):
            forum.post(thread, "ayşe")
    _, cursor = await drained(guest, watch(forum))
    forum.move(1, 2, 10)
    reading = await guest.read(watch(forum), cursor)
    assert reading.moved == {}
    forum.taken()
    forum.post(2, "mehmet")
    await guest.read(watch(forum), stored(reading))
    assert "/thread/1" not in " ".join(forum.taken())


def test_how_long_a_thread_may_grow_needs_the_time_of_its_last_post() -> None:
    keys: dict[str, object] = {"row": ".row", "link": "a @href", "moved": ".count", "settles_after": 60}
    assert Board.model_validate({**keys, "time": "time @datetime"}).settles_after == 60
    with pytest.raises(ValidationError, match="settles_after needs time"):
        Board.model_validate(keys)
