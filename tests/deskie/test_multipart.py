"""Files on their way to the desk, as PHP gets them."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import BodyPartReader, web
from aiohttp.test_utils import BaseTestServer, TestServer
from tests.deskie.conftest import EMAIL, KEY, StandingClock

from forum_bridge.deskie import Budget, DeskieClient, NewCase, Priority
from forum_bridge.errors import Retry, Unclear
from forum_bridge.model import Upload

Parts = dict[str, tuple[str | None, str | None, bytes]]


Uploads = Callable[[int], Upload]


@pytest.fixture
def upload() -> Iterator[Uploads]:
    with ExitStack() as stack:

        def make(size: int) -> Upload:
            file = stack.enter_context(tempfile.TemporaryFile())
            file.write(b"%PDF" + bytes(size - 4))
            return Upload('Şikâyet "2".pdf', "application/pdf", size, file)

        yield make


class Desk:
    """Takes multipart bodies apart."""

    def __init__(self) -> None:
        self.parts: Parts = {}
        self.length: int | None = None
        self.headers = b""

    async def handle(self, request: web.Request) -> web.Response:
        self.length = request.content_length
        self.parts = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            assert part.name is not None
            self.headers += part.headers["Content-Disposition"].encode()
            self.parts[part.name] = (part.filename, part.headers.get("Content-Type"), bytes(await part.read()))
        return web.json_response({"case": {"case_id": 7}, "message": {"message_id": 8}}, status=201)


def client_of(
    server: BaseTestServer, http: aiohttp.ClientSession, clock: StandingClock, seconds: float
) -> DeskieClient:
    budget = Budget(clock, share=1.0, ceiling=20)
    return DeskieClient(
        http, str(server.make_url("/api/")), EMAIL, KEY, budget, clock, timeout=timedelta(seconds=seconds)
    )


async def test_fields_and_files_stand_under_phps_names(
    http: aiohttp.ClientSession, clock: StandingClock, upload: Uploads
) -> None:
    desk, app = Desk(), web.Application()
    app.router.add_post("/api/{rest:.*}", desk.handle)
    async with TestServer(app) as server:
        client = client_of(server, http, clock, 20)
        new = NewCase(
            "s:1", "cch42", "Kırık", "<p>Ş</p>", "Deniz", labels=(3, 4), custom_fields={"cf_1": "a", "cf_2": True},
            files=(upload(200_004), upload(200_004)),
        )  # fmt: skip
        assert (await client.create_case(new)).id == 7
        texts = {name: data.decode() for name, (filename, _, data) in desk.parts.items() if filename is None}
        assert texts == {
            "case[user_custom_id]": "s:1",
            "case[channel]": "cch42",
            "case[subject]": "Kırık",
            "case[content_html]": "<p>Ş</p>",
            "case[user_full_name]": "Deniz",
            "case[labels][0]": "3",
            "case[labels][1]": "4",
            "case[custom_fields][cf_1]": "a",
            "case[custom_fields][cf_2]": "1",
        }
        for index in (0, 1):
            name, mime, data = desk.parts[f"case[attachments][{index}]"]
            assert (name, mime, len(data), data[:4]) == ("Şikâyet %222%22.pdf", "application/pdf", 200_004, b"%PDF")
        assert 'filename="Şikâyet %222%22.pdf"'.encode() in desk.headers  # as it is, not in percents: PHP reads neither
        assert desk.length is not None
        assert desk.length > 400_008
        await client.add_message(7, 9, "<p>b</p>", files=[upload(10)])
        assert set(desk.parts) == {"message[user_id]", "message[content_html]", "message[attachments][0]"}
        await client.add_note(7, "<p>c</p>", files=[upload(10)])
        assert set(desk.parts) == {"note[content_html]", "note[attachments][0]"}


async def test_a_large_file_has_more_time_than_a_small_call(
    http: aiohttp.ClientSession, clock: StandingClock, upload: Uploads
) -> None:
    async def slow(request: web.Request) -> web.Response:
        await request.read()
        await never.wait()
        return web.Response()

    never, app = asyncio.Event(), web.Application()
    app.router.add_post("/api/{rest:.*}", slow)
    async with TestServer(app) as server:
        client = client_of(server, http, clock, 0.1)
        with pytest.raises(Unclear, match=r"within 0\.1 s"):
            await client.add_message(7, 9, "<p>b</p>")
        with pytest.raises(Unclear, match=r"within 0\.2 s"):
            await client.add_message(7, 9, "<p>b</p>", files=[upload(20_000)])
        never.set()


async def test_who_prepares_much_can_ask_first(http: aiohttp.ClientSession, clock: StandingClock) -> None:
    budget = Budget(clock, share=1.0, ceiling=4)
    client = DeskieClient(http, "http://127.0.0.1:1/api/", EMAIL, KEY, budget, clock)
    for _ in range(3):
        client.ready(Priority.MESSAGE)  # draws nothing
    budget.take(2, Priority.MESSAGE)
    with pytest.raises(Retry):
        client.ready(Priority.MESSAGE)
