"""Sending a form: what a browser would send, and whether anything may have been written when it goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from forum_bridge.errors import Blocked, BridgeError, Retry, Unclear, WatchTrouble
from forum_bridge.web.forms import Form

if TYPE_CHECKING:
    from tests.web.conftest import Forum, HandClock, OpenSession, RawServer

    from forum_bridge.web.session import ForumSession

FIELDS = (("ileti", "Merhaba Şükrü 😀"), ("jeton", "x1"))


@pytest.fixture
def form(forum: Forum) -> Form:
    return Form(f"{forum.url}yaz?t=1", fields=FIELDS)


async def test_a_form_carries_referer_and_origin(forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/yaz", "Teşekkürler")
    page = await session.submit(form, referer=f"{forum.url}konu?sid=1#son")

    asked = forum.asked[-1].headers
    assert (page.html, page.url, page.history) == ("Teşekkürler", f"{forum.url}yaz?t=1", ())
    assert (asked["Referer"], asked["Origin"]) == (f"{forum.url}konu?sid=1", forum.url.rstrip("/"))
    assert asked["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_redirects_are_followed_as_browsers_do(
    status: int, method: str, forum: Forum, session: ForumSession, form: Form
) -> None:
    got: list[tuple[str, dict[str, object], str | None]] = []

    async def thread(request: web.Request) -> web.Response:
        got.append((request.method, dict(await request.post()), request.headers.get("Origin")))
        return web.Response(text="konu")

    forum.says("/yaz", "", status, Location="konu?p=51#p51")
    forum.on("/konu", thread)
    page = await session.submit(form, referer=forum.url)

    origin = forum.url.rstrip("/")
    assert got == [(method, dict(FIELDS), origin) if method == "POST" else (method, {}, None)]
    assert (page.url, page.history) == (f"{forum.url}konu?p=51#p51", (f"{forum.url}yaz?t=1",))


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_a_refusal_in_words_is_a_page(status: int, forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/yaz", "Bu konu kilitli.", status)

    page = await session.submit(form, referer=forum.url)
    assert (page.status, page.html) == (status, "Bu konu kilitli.")


async def test_too_many_is_retried_after(forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/yaz", "", 429, Retry_After="90")

    with pytest.raises(Retry) as refused:
        await session.submit(form, referer=forum.url)
    assert refused.value.after == timedelta(seconds=90)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_broken_server_may_have_written(status: int, forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/yaz", "", status)

    with pytest.raises(Unclear, match=str(status)):
        await session.submit(form, referer=forum.url)


async def test_a_challenge_instead_of_an_answer_is_blocked(forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/yaz", "", 403, cf_mitigated="challenge")

    with pytest.raises(Blocked):
        await session.submit(form, referer=forum.url)


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        ("", 429, {"Retry_After": "5"}),
        ("", 500, {}),
        ("", 403, {"cf_mitigated": "challenge"}),
        ("", 302, {"Location": "/konu"}),
        ("", 302, {"Location": "http://localhost:9/"}),
        ("<div>" * 600, 200, {}),
        ("x" * 5_000_000, 200, {}),
    ],
)
async def test_trouble_after_the_form_was_taken_is_unclear(
    body: str, status: int, headers: dict[str, str], forum: Forum, session: ForumSession, form: Form
) -> None:
    forum.says("/yaz", "", 302, Location="/konu")
    forum.says("/konu", body, status, **headers)

    with pytest.raises(Unclear):
        await session.submit(form, referer=forum.url)
    assert forum.paths().count("/yaz") == 1


@pytest.mark.parametrize("body", ["<div>" * 600, "x" * 5_000_000])
async def test_an_answer_that_cannot_be_read_is_unclear(
    body: str, forum: Forum, session: ForumSession, form: Form
) -> None:
    forum.says("/yaz", body)

    with pytest.raises(Unclear):
        await session.submit(form, referer=forum.url)


@pytest.mark.parametrize("status", [302, 307])
async def test_a_form_is_not_followed_to_another_server(
    status: int, forum: Forum, session: ForumSession, form: Form
) -> None:
    async with type(forum)().running() as other:
        other.says("/yaz", "ele geçirildi")
        forum.says("/yaz", "", status, Location=f"{other.url}yaz")

        with pytest.raises(Unclear, match="leads to"):
            await session.submit(form, referer=forum.url)
        assert other.asked == []


async def test_a_form_that_leads_off_the_forum_is_not_sent(forum: Forum, session: ForumSession, form: Form) -> None:
    with pytest.raises(WatchTrouble):
        await session.submit(replace(form, action="http://localhost:9/"), referer=forum.url)
    assert forum.asked == []


async def test_without_a_connection_nothing_was_written(open_to: OpenSession) -> None:
    session = await open_to("http://127.0.0.1:9/")

    with pytest.raises(Retry, match="No connection"):
        await session.submit(Form("http://127.0.0.1:9/yaz", fields=FIELDS), referer="http://127.0.0.1:9/")


async def test_a_server_that_takes_no_connection_got_no_form(open_to: OpenSession) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as callers:
        # Connections that nobody takes fill the queue; the next caller gets no answer at all.
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        url = "http://{}:{}/".format(*deaf.getsockname())
        session = await open_to(url, timeout=timedelta(milliseconds=500))

        with pytest.raises(Retry, match=r"No connection to .*: it took too long"):
            await session.submit(Form(f"{url}yaz", fields=FIELDS), referer=url)


@pytest.mark.parametrize("reads", [True, False])
async def test_a_connection_cut_after_it_was_made_is_unclear(
    reads: bool, open_to: OpenSession, raw_server: RawServer
) -> None:
    posts: list[bytes] = []

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        posts.append(await reader.readuntil(b"\r\n\r\n") if reads else b"")

    async with raw_server(cut) as url:
        session = await open_to(url)
        with pytest.raises(Unclear) as lost:
            await session.submit(Form(f"{url}yaz?token=gizli", fields=FIELDS), referer=url)
    assert len(posts) == 1
    assert "gizli" not in str(lost.value)


async def test_a_connection_the_server_tired_of_loses_no_form(open_to: OpenSession, raw_server: RawServer) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\noldu")
        await reader.read(1)

    async with raw_server(once) as url:
        session = await open_to(url)
        await session.get(url, signing_in=True)
        assert (await session.submit(Form(f"{url}yaz"), referer=url)).html == "oldu"


async def test_a_server_that_hangs_after_the_form_is_unclear(open_to: OpenSession, raw_server: RawServer) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw_server(hang) as url:
        session = await open_to(url, timeout=timedelta(milliseconds=500))
        with pytest.raises(Unclear, match="took too long"):
            await session.submit(Form(f"{url}yaz", fields=FIELDS), referer=url)


async def test_a_host_that_closed_itself_gets_no_form(
    forum: Forum, session: ForumSession, form: Form, clock: HandClock
) -> None:
    forum.says("/yavas", "", 503, Retry_After="600")
    with pytest.raises(BridgeError):
        await session.get("/yavas", signing_in=True)

    with pytest.raises(Retry) as closed:
        await session.submit(form, referer=forum.url)
    assert closed.value.after == timedelta(minutes=10)
    assert forum.paths() == ["/yavas"]


async def test_a_form_is_not_sent_before_it_is_of_age(
    forum: Forum, session: ForumSession, form: Form, clock: HandClock
) -> None:
    forum.says("/thread", "<form></form>")
    await session.get("/thread")
    clock.now += timedelta(seconds=0.5)
    clock.slept.clear()
    await session.submit(form, referer=f"{forum.url}/thread", age=timedelta(seconds=4))
    assert clock.slept == [3.5]


async def test_robots_txt_does_not_govern_writing(forum: Forum, session: ForumSession, form: Form) -> None:
    forum.says("/robots.txt", "User-agent: *\nDisallow: /\n")
    forum.says("/yaz", "oldu")

    assert (await session.submit(form, referer=forum.url)).html == "oldu"
