from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge.sandbox.forum import Forum, What

from .conftest import attr, until

if TYPE_CHECKING:
    from .conftest import Visitor

THREAD = "/thread/1-hos-geldiniz-welcome"


async def test_a_status_for_the_next_requests_that_match(guest: Visitor, forum: Forum) -> None:
    forum.faults.next(r"^GET /thread/", 503, 2, retry_after=7)
    assert (await guest.get("/board/1")).status == 200
    struck = [await guest.get(THREAD) for _ in range(3)]
    assert [page.status for page in struck] == [503, 503, 200]
    assert struck[0].headers["Retry-After"] == "7"


async def test_a_cut_before_or_after_the_write_took_effect(guest: Visitor, forum: Forum) -> None:
    csrf = await guest.csrf()
    for what, there in ((What.CUT_BEFORE, 3), (What.CUT_AFTER, 4)):
        forum.faults.next("^POST .*/reply", what)
        with pytest.raises(aiohttp.ClientError):
            await guest.post("/thread/1/reply", {"csrf": csrf, "text": "metin", "guest_name": "Ada"})
        assert len(forum.posts()) == there


async def test_an_error_page_after_the_write_took_effect(guest: Visitor, forum: Forum) -> None:
    forum.faults.next("/reply", 502, takes_effect=True)
    assert (await guest.submit("/thread/1/reply", text="metin", guest_name="Ada")).status == 502
    assert len(forum.posts()) == 4


@pytest.mark.parametrize("takes_effect", [False, True])
async def test_a_hang_lasts_until_released(guest: Visitor, forum: Forum, takes_effect: bool) -> None:
    fault = forum.faults.next("/reply", What.HANG, takes_effect=takes_effect)
    fields = {"csrf": await guest.csrf(), "text": "metin", "guest_name": "Ada"}
    asked = asyncio.create_task(guest.post("/thread/1/reply", fields))
    await until(lambda: fault.hits > 0)
    assert not asked.done()
    forum.faults.clear()
    with pytest.raises(aiohttp.ClientError):
        await asked
    assert len(forum.posts()) == 3 + takes_effect


async def test_half_and_empty_pages(guest: Visitor, forum: Forum) -> None:
    whole = await guest.get(THREAD)
    forum.faults.next(THREAD, What.HALF)
    half = await guest.get(THREAD)
    assert (half.status, whole.text.startswith(half.text)) == (200, True)
    assert 0.4 < len(half.text) / len(whole.text) < 0.6
    forum.faults.next(THREAD, What.TRUNCATED)
    with pytest.raises(aiohttp.ClientPayloadError):
        await guest.get(THREAD)
    forum.faults.next(THREAD, What.EMPTY)
    empty = await guest.get(THREAD)
    assert (empty.status, empty.text) == (200, "")


async def test_a_login_page_with_200_in_place_of_the_thread(guest: Visitor, forum: Forum) -> None:
    forum.faults.next(THREAD, What.LOGIN)
    page = await guest.get(THREAD)
    assert (page.status, attr(page.soup, "body", "data-page")) == (200, "login")
    assert page.soup.select_one("article.post") is None


async def test_a_challenge_looks_like_the_real_wall(guest: Visitor, forum: Forum) -> None:
    forum.faults.next("", What.CHALLENGE, None)
    for _ in range(2):
        page = await guest.get(THREAD)
        assert (page.status, page.headers["cf-mitigated"]) == (403, "challenge")
        assert page.texts("title") == ["Just a moment..."]


@pytest.mark.parametrize(("match", "what", "times"), [("(", 500, 1), ("", "nonsense", 1), ("", 500, 0), ("", 42, 1)])
def test_nonsense_is_not_ordered(forum: Forum, match: str, what: str | int, times: int) -> None:
    with pytest.raises(ValueError, match=r"pattern|nonsense|times"):
        forum.faults.next(match, what, times)
    assert forum.faults.as_json() == []
