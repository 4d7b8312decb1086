"""Threads whose newest post stands at the top of their first page: everything is read, oldest first, and once."""

from __future__ import annotations

import pytest
from tests.forums.little import LittleForum
from tests.forums.test_drift import filled, lacks, stored, watch

from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.model import Cursor, Reading, Trait


async def read_on(forum: LittleForum, guest: HtmlWriter, cursor: Cursor | None) -> tuple[list[int], Reading]:
    """Read until nothing is left; return the ids as they came, each once, and the last reading."""
    came: list[int] = []
    for _ in range(30):
        reading = await guest.read(watch(forum), cursor)
        came += [int(post.id) for post in reading.posts if int(post.id) not in came]
        cursor = stored(reading)
        if not reading.gap:
            return came, reading
    raise AssertionError("reading without end")


@pytest.mark.parametrize("posts", [1, 2, 3, 4, 5, 9, 10, 40])
async def test_all_is_read_oldest_first_and_what_comes_later_too(
    forum: LittleForum, guest: HtmlWriter, posts: int
) -> None:
    forum.newest_first = True
    filled(forum, posts)
    came, reading = await read_on(forum, guest, None)
    assert sorted(came) == list(range(1, posts + 1))
    assert lacks(reading) == set()
    for more in (1, 2, 7, 1):
        new = [forum.post(1, "elif", f"Yeni {number}") for number in range(more)]
        came, reading = await read_on(forum, guest, stored(reading))
        assert set(new) <= set(came)
        assert [each for each in came if each in new] == new
        assert lacks(reading) == set()
    assert (await guest.read(watch(forum), stored(reading))).posts == ()


async def test_the_oldest_post_opens_the_thread(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.newest_first = True
    filled(forum, 8)
    reading = await guest.read(watch(forum), None)
    (seen,) = reading.threads
    assert seen.opening is not None
    assert seen.opening.id == "1"
    assert [post.id for post in reading.posts if post.opening] in ([], ["1"])


@pytest.mark.parametrize("posts", [1, 3, 4, 7, 10, 22])
async def test_a_forum_that_is_turned_round_and_back_loses_nothing(
    forum: LittleForum, guest: HtmlWriter, posts: int
) -> None:
    filled(forum, posts)
    _, reading = await read_on(forum, guest, None)
    for newest_first in (True, False, True):
        forum.newest_first = newest_first
        new = [forum.post(1, "mehmet", "Çevrildi")]
        came, reading = await read_on(forum, guest, stored(reading))
        new.append(forum.post(1, "ayşe", "Yine"))
        again, reading = await read_on(forum, guest, stored(reading))
        assert set(new) <= {*came, *again}


async def test_that_it_was_turned_round_is_told_and_that_it_was_turned_back(
    forum: LittleForum, guest: HtmlWriter
) -> None:
    filled(forum, 6)
    first = await guest.read(watch(forum), None)
    forum.newest_first = True
    second = await guest.read(watch(forum), stored(first))
    assert lacks(second) == {Trait.ORDER}
    assert lacks(await guest.read(watch(forum), stored(second))) == set()  # told once: that is how it looks now
    forum.newest_first = False
    third = await guest.read(watch(forum), stored(second))
    assert Trait.ORDER in {each for look in third.looks for each in look.shows}


async def test_very_many_new_posts_are_read_in_several_goes(forum: LittleForum, guest: HtmlWriter) -> None:
    forum.newest_first = True
    filled(forum, 5)
    _, reading = await read_on(forum, guest, None)
    new = [forum.post(1, "elif", f"Yeni {number}") for number in range(100)]
    came, _ = await read_on(forum, guest, stored(reading))
    assert set(new) <= set(came)
