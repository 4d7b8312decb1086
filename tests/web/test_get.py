"""Reading a page over real connections: what is asked, what comes back, and what each failure is called."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from forum_bridge.errors import Blocked, BridgeError, Forbidden, Gone, Retry, Unreadable, WatchTrouble
from forum_bridge.web.page import Validators

if TYPE_CHECKING:
    from tests.web.conftest import Forum, HandClock, OpenSession, RawServer

    from forum_bridge.web.session import ForumSession


async def test_a_page_is_asked_for_politely(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "Merhaba dünya")
    page = await session.get("konu#son", headers={"X-Requested-With": "XMLHttpRequest"})

    asked = forum.asked[-1].headers
    assert (page.html, page.status, page.charset, page.url) == ("Merhaba dünya", 200, "utf-8", f"{forum.url}konu#son")
    assert asked["User-Agent"] == "forum-bridge/0.1.0 (+https://forum.example/bot)"
    assert (asked["Accept-Language"], asked["Accept-Encoding"]) == ("en;q=0.8,*;q=0.5", "gzip, deflate")
    assert asked["X-Requested-With"] == "XMLHttpRequest"
    assert "Referer" not in asked


async def test_the_servers_clock_is_told_else_ours(forum: Forum, session: ForumSession, clock: HandClock) -> None:
    forum.says("/a", "", Date="Sat, 21 Nov 2026 23:59:59 GMT")
    forum.says("/b", "", Date="bugün")

    assert (await session.get("/a")).date == datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
    assert (await session.get("/b")).date == clock.now


async def test_validators_bring_a_304(forum: Forum, session: ForumSession) -> None:
    async def page(request: web.Request) -> web.Response:
        marks = {"ETag": 'W/"a1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}
        same = request.headers.get("If-None-Match") == marks["ETag"]
        assert request.headers.get("If-Modified-Since") == (marks["Last-Modified"] if same else None)
        return web.Response(status=304) if same else web.Response(text="bir", headers=marks)

    forum.on("/konu", page)
    first = await session.get("/konu")
    again = await session.get("/konu", validators=Validators.from_json(first.validators.to_json()))

    assert not first.unchanged
    assert (again.unchanged, again.html, again.status) == (True, "", 304)
    assert again.validators == first.validators


async def test_the_same_bytes_are_unchanged_without_any_help_of_the_server(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "bir")
    first = await session.get("/konu")
    again = await session.get("/konu", validators=first.validators)
    forum.says("/konu", "iki")
    changed = await session.get("/konu", validators=first.validators)

    assert (again.unchanged, again.html, again.validators) == (True, "bir", first.validators)
    assert (changed.unchanged, changed.html) == (False, "iki")


@pytest.mark.parametrize("junk", [None, [], "x", {"etag": 5, "digest": None}])
def test_validators_from_a_strange_cursor_are_none(junk: object) -> None:
    assert Validators.from_json(junk) == Validators()


async def test_redirects_are_followed_and_told(forum: Forum, session: ForumSession) -> None:
    forum.says("/eski", "", 301, Location="konu/şöyle?pid=7#pid7")
    forum.says("/konu/şöyle", "Selam")

    page = await session.get("/eski")
    assert page.url == f"{forum.url}konu/%C5%9F%C3%B6yle?pid=7#pid7"
    assert page.history == (f"{forum.url}eski",)


async def test_a_circle_ends(forum: Forum, session: ForumSession) -> None:
    forum.says("/a", "", 302, Location="/a")

    with pytest.raises(WatchTrouble, match="more than 5 times"):
        await session.get("/a")
    assert len(forum.paths()) == 6


@pytest.mark.parametrize("target", ["http://example.com/", "javascript:alert(1)", "//169.254.169.254/"])
async def test_a_redirect_off_the_forum_is_trouble(target: str, forum: Forum, session: ForumSession) -> None:
    forum.says("/a", "", 302, Location=target)

    with pytest.raises(WatchTrouble):
        await session.get("/a")


async def test_an_address_off_the_forum_is_not_asked(session: ForumSession) -> None:
    with pytest.raises(WatchTrouble, match="outside") as refused:
        await session.get("http://localhost:9/?sid=gizli")
    assert "gizli" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Forbidden),
        (403, Forbidden),
        (404, Gone),
        (410, Gone),
        (418, WatchTrouble),
        (300, WatchTrouble),
        (429, Retry),
        (500, Retry),
        (502, Retry),
        (521, Retry),
    ],
)
async def test_each_status_says_what_to_do(
    status: int, error: type[BridgeError], forum: Forum, session: ForumSession
) -> None:
    forum.says("/konu", "<p>olmadı", status)

    with pytest.raises(BridgeError, match=str(status)) as raised:
        await session.get("/konu?PHPSESSID=gizli")
    assert type(raised.value) is error
    assert "gizli" not in str(raised.value)


async def test_the_words_of_a_refusal_can_be_asked_for(forum: Forum, session: ForumSession) -> None:
    for status in (401, 403, 404, 410):
        forum.says("/konu", "<p>olmadı", status)
        page = await session.get("/konu", refusals=True)
        assert (page.status, page.html) == (status, "<p>olmadı")
    for status in (418, 429, 500):
        forum.says("/konu", "<p>olmadı", status)
        with pytest.raises(BridgeError, match=str(status)):
            await session.get("/konu", refusals=True)
    forum.says("/konu", "<title>Just a moment...</title>", 403, Server="cloudflare")
    with pytest.raises(Blocked):
        await session.get("/konu", refusals=True)


async def test_a_challenge_is_blocked_and_not_parsed(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "<title>Just a moment...</title>", 503, Server="cloudflare")

    with pytest.raises(Blocked):
        await session.get("/konu")


@pytest.mark.parametrize(("asked", "seconds"), [("300", 300), ("Sun, 22 Nov 2026 12:05:00 GMT", 300), ("99999", 3600)])
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_closes_the_host(
    status: int, asked: str, seconds: int, forum: Forum, session: ForumSession, clock: HandClock
) -> None:
    forum.says("/yavas", "", status, Retry_After=asked, Date="Sun, 22 Nov 2026 12:00:00 GMT")
    forum.says("/konu", "tamam")

    with pytest.raises(Retry) as first:
        await session.get("/yavas")
    with pytest.raises(Retry) as second:
        await session.get("/konu")
    assert (first.value.after, second.value.after) == (timedelta(seconds=seconds), timedelta(seconds=seconds))
    assert forum.paths() == ["/yavas"]

    clock.now += timedelta(seconds=seconds)
    assert (await session.get("/konu")).html == "tamam"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_packed_pages_are_unpacked(encoding: str, forum: Forum, session: ForumSession) -> None:
    text = "Şişli'den selam " * 100
    packed = gzip.compress(text.encode()) if encoding == "gzip" else zlib.compress(text.encode())
    forum.says("/konu", packed, Content_Encoding=encoding)

    assert (await session.get("/konu")).html == text


async def test_a_bomb_is_put_down_before_it_goes_off(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", gzip.compress(bytes(200_000_000), 1), Content_Encoding="gzip")

    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="larger than"):
            await session.get("/konu")
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


async def test_a_page_over_the_limit_is_refused_and_one_at_it_is_not(forum: Forum, open_to: OpenSession) -> None:
    session = await open_to(forum.url, max_bytes=1000)
    forum.says("/bin", "x" * 1000)
    forum.says("/cok", "x" * 1001)
    forum.says("/yok", "x" * 5000, 404)

    assert len((await session.get("/bin")).html) == 1000
    with pytest.raises(Unreadable):
        await session.get("/cok")
    with pytest.raises(Gone):
        await session.get("/yok")


@pytest.mark.parametrize("filling", ["", "<p>Uzun bir sayfa.</p>" * 20_000])
async def test_nesting_is_refused_on_short_pages_and_long(filling: str, forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", filling + "<div>" * 600)

    with pytest.raises(Unreadable, match="nested"):
        await session.get("/konu")


async def test_a_long_page_comes_whole(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "<p>şıp</p>" * 100_000)

    assert len((await session.get("/konu")).html) == 1_000_000


async def test_a_server_that_hangs_is_left(open_to: OpenSession, raw_server: RawServer) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(hang) as url:
        session = await open_to(url, timeout=timedelta(milliseconds=50), i_have_permission=True)
        with pytest.raises(Retry, match="took too long"):
            await session.get("/konu")


@pytest.mark.parametrize(
    "said",
    [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nyar", b"HTTP/1.1 200 OK\r\nContent-Le"],
)
async def test_half_an_answer_is_none(said: bytes, open_to: OpenSession, raw_server: RawServer) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)

    async with raw_server(cut) as url:
        session = await open_to(url, i_have_permission=True)
        with pytest.raises(Retry, match="no whole answer"):
            await session.get("/konu")


async def test_cookies_stay_with_the_session_and_out_of_the_page(forum: Forum, session: ForumSession) -> None:
    async def page(request: web.Request) -> web.Response:
        response = web.Response(text=request.headers.get("Cookie", ""))
        response.headers.add("Set-Cookie", "mybb[lastvisit]=1795; path=/")
        response.headers.add("Set-Cookie", "kim=a:1:{i:1},|ş; path=/; HttpOnly")
        return response

    forum.on("/konu", page)
    first = await session.get("/konu")
    second = await session.get("/konu")

    assert not any("cookie" in name.lower() for name in first.headers)
    assert sorted(second.html.split("; ")) == ["kim=a:1:{i:1},|ş", "mybb[lastvisit]=1795"]
    assert "mybb" not in repr(second)
    assert session.cookie("kim") == "a:1:{i:1},|ş"
    session.send_no_cookies()
    assert (await session.get("/konu")).html == ""
    assert session.cookie("kim") is None


async def test_two_sessions_of_one_host_keep_the_pace_together(
    forum: Forum, open_to: OpenSession, clock: HandClock
) -> None:
    forum.says("/konu", "")
    for _ in range(2):
        session = await open_to(forum.url, pace=timedelta(seconds=3), i_have_permission=True)
        await session.get("/konu")

    assert clock.slept == [3]


async def test_headers_longer_than_usual_are_read(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "tamam", X_Policy="p" * 20_000)

    assert (await session.get("/konu")).html == "tamam"


async def test_nothing_secret_is_logged(forum: Forum, session: ForumSession) -> None:
    forum.says("/konu", "tamam")
    with capture_logs() as logs:
        await session.get("/konu?sid=gizli&t=1")

    assert logs[-1]["url"] == f"{forum.url}konu?sid=…&t=1"
    assert "Gizli-Söz" not in repr(session.credentials)
