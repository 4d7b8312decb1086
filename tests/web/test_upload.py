"""Files in forms: named in the page's charset, read from where they lie while they are sent, and never half a file."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import BodyPartReader, web

from forum_bridge.errors import Retry, Unclear, Unreadable
from forum_bridge.model import Upload
from forum_bridge.web.forms import Form, find_form
from forum_bridge.web.upload import CHUNK, SLOWEST, Streamed

if TYPE_CHECKING:
    from tests.web.conftest import Forum, OpenSession, PageOf, RawServer

    from forum_bridge.web.session import ForumSession

PDF = b"%PDF-1.7\r\n--\r\n" + bytes(range(256)) * 700
PAGE = """
<form id="reply" method="post" enctype="multipart/form-data" action="/yaz">
<input type="hidden" name="jeton" value="x1"><input type="hidden" name="MAX_FILE_SIZE" value="100">
<textarea name="ileti"></textarea><input type="file" name="ek[]" multiple><input type="file" name="kapalı" disabled>
</form>"""


def upload(name: str, content: bytes = PDF, mime: str = "application/pdf") -> Upload:
    return Upload(name, mime, len(content), io.BytesIO(content))


@pytest.fixture
def big() -> Iterator[tuple[Upload, str]]:
    """20 MB in a real file, and their digest."""
    with tempfile.TemporaryFile() as file:
        digest = hashlib.sha256()
        for number in range(20):
            piece = bytes([number]) * 1_000_000
            digest.update(piece)
            file.write(piece)
        yield Upload("büyük.zip", "application/zip", 20_000_000, file), digest.hexdigest()


def form_on(page_of: PageOf, forum: Forum, charset: str = "utf-8") -> Form:
    form = find_form(page_of(PAGE, url=forum.url, charset=charset), "#reply")
    assert form is not None
    return form.filled({"ileti": "Şükrü'ye"})


@pytest.mark.parametrize(
    ("charset", "codec", "shown"),
    [
        ("utf-8", "utf-8", "İade ğüşöç “1” 😀.pdf"),
        ("windows-1254", "cp1254", "İade ğüşöç “1” &#128512;.pdf"),
    ],
)
async def test_names_stand_as_bare_bytes_of_the_pages_charset(
    charset: str, codec: str, shown: str, forum: Forum, session: ForumSession, page_of: PageOf
) -> None:
    raw: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        assert request.headers["Content-Length"] == str(len(await request.read()))
        raw.append(await request.read())
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    form = form_on(page_of, forum, charset)
    await session.submit(form.carrying([("ek[]", upload("İade ğüşöç “1” 😀.pdf"))]), referer=forum.url)

    boundary, _, rest = raw[0].partition(b"\r\n")
    parts = (b"\r\n" + rest).removesuffix(b"\r\n" + boundary + b"--\r\n").split(b"\r\n" + boundary)
    head, _, content = parts[-1].partition(b"\r\n\r\n")
    assert content == PDF
    assert head.decode(codec).split("\r\n") == [
        "",
        f'Content-Disposition: form-data; name="ek[]"; filename="{shown}"',
        "Content-Type: application/pdf",
    ]
    assert 'name="ileti"\r\n\r\nŞükrü\'ye'.encode(codec) in parts[2]


async def test_a_server_reads_fields_first_then_the_files_in_order(
    forum: Forum, session: ForumSession, page_of: PageOf
) -> None:
    got: list[tuple[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                got.append((name, (value.filename, value.content_type, value.file.read())))
            else:
                got.append((name, value))
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    files = [("ek[]", upload("bir.pdf")), ("ek[]", upload("boş.txt", b"", "text/plain"))]
    await session.submit(form_on(page_of, forum).carrying(files), referer=forum.url)

    assert got == [
        ("jeton", "x1"),
        ("MAX_FILE_SIZE", "100"),
        ("ileti", "Şükrü'ye"),
        ("ek[]", ("bir.pdf", "application/pdf", PDF)),
        ("ek[]", ("boş.txt", "text/plain", b"")),
    ]


async def test_a_name_cannot_end_its_header(forum: Forum, session: ForumSession, page_of: PageOf) -> None:
    raw: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        raw.append(await request.read())
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    bad = upload('a"\r\nX-Kötü: 1\r\n\r\n.pdf', b"x", "text/plain\r\nX: 1")
    await session.submit(form_on(page_of, forum).carrying([("ek[]", bad)]), referer=forum.url)
    assert 'filename="a%22%0D%0AX-Kötü: 1%0D%0A%0D%0A.pdf"\r\n'.encode() in raw[0]
    assert b"Content-Type: text/plain%0D%0AX: 1\r\n\r\nx\r\n--" in raw[0]


async def test_twenty_megabytes_are_never_held(
    forum: Forum, session: ForumSession, page_of: PageOf, big: tuple[Upload, str]
) -> None:
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            assert isinstance(part, BodyPartReader)
            digest = hashlib.sha256()
            while piece := await part.read_chunk(CHUNK):
                digest.update(piece)
            got.append(digest.hexdigest())
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    form = form_on(page_of, forum).carrying([("ek[]", big[0])])
    tracemalloc.start()
    try:
        await session.submit(form, referer=forum.url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got[-1] == big[1]
    assert peak < 4_000_000


async def test_a_file_goes_as_often_as_its_form(forum: Forum, session: ForumSession, page_of: PageOf) -> None:
    got: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        file = (await request.post())["ek[]"]
        assert isinstance(file, web.FileField)
        got.append(file.file.read())
        if request.path == "/yaz":
            return web.Response(status=307, headers={"Location": "/burada"})
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    forum.on("/burada", take)
    form = form_on(page_of, forum).carrying([("ek[]", upload("bir.pdf"))])
    await session.submit(form, referer=forum.url)
    await session.submit(form, referer=forum.url)
    assert got == [PDF] * 4


def test_files_go_only_where_the_page_offers_it(page_of: PageOf, forum: Forum) -> None:
    form = form_on(page_of, forum)
    assert form.takes == ("ek[]",)
    with pytest.raises(Unreadable, match=r"no field for files kapalı; it has ek\[\]"):
        form.carrying([("kapalı", upload("a.pdf"))])
    for plain in (replace(form, multipart=False), replace(form, method="GET")):
        with pytest.raises(Unreadable, match="not made to carry files"):
            plain.carrying([("ek[]", upload("a.pdf"))])
        assert plain.carrying([]) == plain


@pytest.mark.parametrize("status", [413, 200])
async def test_a_refusal_before_the_last_byte_is_heard(
    status: int, forum: Forum, session: ForumSession, page_of: PageOf, big: tuple[Upload, str]
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(text="Çok büyük", status=status)

    forum.on("/yaz", refuse)
    page = await session.submit(form_on(page_of, forum).carrying([("ek[]", big[0])]), referer=forum.url)
    assert (page.status, page.html) == (status, "Çok büyük")


async def test_a_line_that_breaks_under_a_file_is_unclear(
    raw_server: RawServer, open_to: OpenSession, big: tuple[Upload, str]
) -> None:
    async def hang_up(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.readexactly(300_000)
        outgoing.transport.abort()

    async with raw_server(hang_up) as url:
        session = await open_to(url, i_have_permission=True)
        form = Form(f"{url}yaz", multipart=True, takes=("ek",)).carrying([("ek", big[0])])
        with pytest.raises(Unclear):
            await session.submit(form, referer=url)
    assert not big[0].content.closed


async def test_a_file_that_has_become_shorter_is_never_sent_as_if_whole(
    forum: Forum, session: ForumSession, page_of: PageOf
) -> None:
    whole: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        whole.append(await request.read())
        return web.Response(text="oldu")

    forum.on("/yaz", take)
    cut = replace(upload("a.pdf"), size=len(PDF) + 10)
    with pytest.raises(Unclear):
        await session.submit(form_on(page_of, forum).carrying([("ek[]", cut)]), referer=forum.url)
    assert whole == []


async def test_nobody_there_means_nothing_was_sent(open_to: OpenSession, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    session = await open_to(url, i_have_permission=True)
    form = Form(f"{url}yaz", multipart=True, takes=("ek",)).carrying([("ek", upload("a.pdf"))])
    with pytest.raises(Retry):
        await session.submit(form, referer=url)


async def test_a_file_may_take_longer_than_a_page(forum: Forum, open_to: OpenSession, page_of: PageOf) -> None:
    async def slow(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(0.3)
        return web.Response(text="oldu")

    forum.on("/yaz", slow)
    session = await open_to(forum.url, timeout=timedelta(seconds=0.2))
    form = form_on(page_of, forum)
    with pytest.raises(Unclear):
        await session.submit(form, referer=forum.url)
    patient = form.carrying([("ek[]", upload("a.pdf", bytes(10 * SLOWEST)))])
    assert (await session.submit(patient, referer=forum.url)).html == "oldu"


async def test_what_is_announced_is_what_is_sent() -> None:
    body = Streamed(("baş".encode(), upload("a.pdf"), b"son"))
    for _ in range(2):
        assert b"".join([piece async for piece in body.pieces()]) == b"ba\xc5\x9f" + PDF + b"son"
    assert body.size == len(PDF) + 7
