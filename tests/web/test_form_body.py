"""Forms on the wire: what the server reads is what was filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum_bridge.web.form_body import body, query_address
from forum_bridge.web.forms import Form, find_form

if TYPE_CHECKING:
    from tests.web.conftest import Forum, PageOf

    from forum_bridge.web.session import ForumSession

NAMES = st.text("abcşğıİ[]._-09", min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=6), st.booleans(), st.sampled_from(["GET", "POST"]))
async def test_the_server_reads_what_was_filled_in(
    forum: Forum, session: ForumSession, fields: list[tuple[str, str]], multipart: bool, method: str
) -> None:
    got: list[tuple[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        got.extend((await request.post()).items() if request.method == "POST" else request.query.items())
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    await session.submit(Form(f"{forum.url}yaz", method, tuple(fields), multipart=multipart), referer=forum.url)

    assert got == [(name, re.sub(r"\r\n?|\n", "\r\n", text)) for name, text in fields]


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_turkish_board_of_old_reads_turkish_and_a_reference_for_the_emoji(
    multipart: bool, forum: Forum, session: ForumSession, page_of: PageOf
) -> None:
    raw: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        raw.append(await request.read())
        return web.Response(body="Teşekkürler Şükrü".encode("cp1254"), content_type="text/html")

    forum.on("/yaz.asp", take)
    html = '<form method="post" action="/yaz.asp"><input name="başlık"><textarea name="ileti"></textarea></form>'
    form = find_form(page_of(html, url=forum.url, charset="windows-1254"), "form")
    assert form
    form = Form(form.action, form.method, form.fields, form.charset, multipart)
    answer = await session.submit(
        form.filled({"başlık": "Iğdır'da İş", "ileti": "Şöyle:\nçok güzel 😀"}), referer=forum.url
    )

    if multipart:
        assert 'name="başlık"\r\n\r\nIğdır\'da İş\r\n'.encode("cp1254") in raw[0]
        assert "Şöyle:\r\nçok güzel &#128512;\r\n--".encode("cp1254") in raw[0]
    else:
        assert parse_qsl(raw[0].decode("ascii"), encoding="cp1254") == [
            ("başlık", "Iğdır'da İş"),
            ("ileti", "Şöyle:\r\nçok güzel &#128512;"),
        ]
    assert (answer.html, answer.charset) == ("Teşekkürler Şükrü", "windows-1254")


def test_a_get_form_takes_the_place_of_the_query() -> None:
    form = Form("https://f.example/ara?eski=1#x", "GET", (("q", "ş &=+"), ("s", "")))

    assert query_address(form) == "https://f.example/ara?q=%C5%9F+%26%3D%2B&s="


def test_no_name_breaks_out_of_its_part() -> None:
    content, _ = body(Form("https://f.example/", fields=(('a"\r\nX: 1', "b"),), multipart=True))

    assert isinstance(content, bytes)
    assert b'name="a%22%0D%0AX: 1"\r\n\r\nb' in content
