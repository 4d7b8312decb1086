"""robots.txt governs reading, by RFC 9309."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from forum_bridge.errors import Blocked, Forbidden, Retry, RobotsForbid

if TYPE_CHECKING:
    from tests.web.conftest import Forum, HandClock, OpenSession

    from forum_bridge.web.session import ForumSession

CLOSED = "User-agent: *\nDisallow: /gizli\n"


@pytest.fixture(autouse=True)
def pages(forum: Forum) -> None:
    forum.says("/acik", "açık")
    forum.says("/gizli/1", "gizli")


def fetches(forum: Forum) -> int:
    return sum(request.path == "/robots.txt" for request in forum.asked)


async def test_what_is_closed_is_not_even_asked_for(forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", CLOSED)

    with pytest.raises(RobotsForbid, match="/gizli/1"):
        await session.get("/gizli/1")
    assert forum.paths() == []
    assert (await session.get("/acik")).html == "açık"
    assert fetches(forum) == 1


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: forum-bridge\nDisallow: /\n\nUser-agent: *\nAllow: /\n", False),
        ("User-agent: Forum-Bridge\nAllow: /\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: bridge\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /\nAllow: /acik\n", True),
        ("<!DOCTYPE html><h1>Sayfa bulunamadı</h1>", True),
        ("User-agent: *\nDisallow: /acik$\n", False),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
    ],
)
async def test_the_rules_meant_for_us_count(rules: str, allowed: bool, forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", rules)
    if allowed:
        await session.get("/acik")
    else:
        with pytest.raises(RobotsForbid):
            await session.get("/acik")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_no_robots_txt_means_everything_is_open(status: int, forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", CLOSED, status)

    assert (await session.get("/gizli/1")).html == "gizli"


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_an_ailing_robots_txt_makes_the_watch_wait_and_say_so(
    status: int, forum: Forum, session: ForumSession
) -> None:
    forum.says("/robots.txt", "", status, Retry_After="7")

    with pytest.raises(Retry, match=r"robots\.txt cannot be read") as waiting:
        await session.get("/acik")
    assert "i_have_permission" in waiting.value.explanation
    assert forum.paths() == []

    forum.says("/robots.txt", CLOSED)
    assert (await session.get("/acik")).html == "açık"


async def test_a_good_copy_helps_for_a_day_and_no_longer(forum: Forum, session: ForumSession, clock: HandClock) -> None:
    forum.says("/robots.txt", CLOSED)
    await session.get("/acik")
    forum.says("/robots.txt", "", 500)

    clock.now += timedelta(hours=11)
    await session.get("/acik")
    assert fetches(forum) == 1

    clock.now += timedelta(hours=2)
    await session.get("/acik")
    await session.get("/acik")
    assert fetches(forum) == 2

    clock.now += timedelta(hours=10, minutes=58)
    with pytest.raises(RobotsForbid):
        await session.get("/gizli/1")
    clock.now += timedelta(minutes=2)
    with pytest.raises(Retry):
        await session.get("/acik")


async def test_a_new_robots_txt_is_seen_within_half_a_day(
    forum: Forum, session: ForumSession, clock: HandClock
) -> None:
    forum.says("/robots.txt", "")
    await session.get("/gizli/1")
    forum.says("/robots.txt", CLOSED)
    clock.now += timedelta(hours=12)

    with pytest.raises(RobotsForbid):
        await session.get("/gizli/1")


async def test_a_forum_that_is_gone_has_no_robots_txt_to_wait_for(open_to: OpenSession) -> None:
    session = await open_to("http://127.0.0.1:9/")

    with pytest.raises(Retry, match="No connection to"):
        await session.get("/acik")


async def test_a_challenge_in_place_of_robots_txt_is_no_permission(forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", "", 403, cf_mitigated="challenge")

    with pytest.raises(Blocked):
        await session.get("/acik")


async def test_crawl_delay_raises_the_pace(forum: Forum, session: ForumSession, clock: HandClock) -> None:
    forum.says("/robots.txt", "User-agent: *\nCrawl-delay: 20\n")
    await session.get("/acik")
    await session.get("/acik")

    assert clock.slept == [20, 20]


async def test_nobody_waits_for_an_absurd_delay(forum: Forum, session: ForumSession, clock: HandClock) -> None:
    forum.says("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n")
    await session.get("/acik")

    assert clock.slept == [60]


async def test_redirects_lead_to_it_but_not_for_ever(forum: Forum, session: ForumSession) -> None:
    async def hop(request: web.Request) -> web.Response:
        left = int(request.path[-1])
        return web.Response(status=302, headers={"Location": f"/r{left - 1}" if left else "/kurallar.txt"})

    for number in range(7):
        forum.on(f"/r{number}", hop)
    forum.says("/kurallar.txt", CLOSED)
    forum.says("/robots.txt", "", 301, Location="/r3")
    with pytest.raises(RobotsForbid):
        await session.get("/gizli/1")


async def test_six_redirects_are_none(forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", "", 302, Location="/robots.txt")

    await session.get("/gizli/1")
    assert fetches(forum) == 6


async def test_what_lies_beyond_500_kib_is_not_read(forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", "#" * 500 * 1024 + f"\n{CLOSED}")

    await session.get("/gizli/1")


async def test_the_account_and_the_owner_stand_above_it(
    forum: Forum, session: ForumSession, open_to: OpenSession
) -> None:
    forum.says("/robots.txt", "User-agent: *\nDisallow: /\n")

    await session.get("/gizli/1", signing_in=True)
    session.signed_in = True
    await session.get("/gizli/1")
    agreed = await open_to(forum.url, i_have_permission=True)
    await agreed.get("/gizli/1")
    assert fetches(forum) == 0

    session.signed_in = False
    with pytest.raises(RobotsForbid):
        await session.get("/gizli/1")


async def test_a_redirect_into_a_closed_place_is_not_followed(forum: Forum, session: ForumSession) -> None:
    forum.says("/robots.txt", CLOSED)
    forum.says("/kapi", "", 302, Location="/gizli/1")
    forum.says("/yasak", "", 403)

    with pytest.raises(RobotsForbid):
        await session.get("/kapi")
    with pytest.raises(Forbidden):
        await session.get("/yasak")
    assert forum.paths() == ["/kapi", "/yasak"]
