"""What goes wrong between us and Deskie, and which of `errors.py` it becomes: a lost write is never taken for a failed
one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.test_utils import unused_port
from tests.web.drip import DRIPS, dripping

from forum_bridge.deskie import CaseNotFound, DeskDeclined, DeskieClient, DeskRefused, NewCase, NotDeskie, RequestsSpent
from forum_bridge.deskie.transport import MAX_ANSWER
from forum_bridge.errors import BridgeError, NotPosted, Retry, Unclear

if TYPE_CHECKING:
    from aioresponses import aioresponses
    from tests.deskie.conftest import Desk, Handler, StandingClock

    from forum_bridge.deskie import Budget

KEY = "9f8e7d6c5b4a39281706"
NEW = NewCase("meydan:17", "cch42", "Kargo", "<p>Nerede?</p>", "Selin Aydın")
HTML = b"<!doctype html><html><title>Deskie</title></html>"

Ask = Callable[[DeskieClient], Awaitable[object]]


async def read(client: DeskieClient) -> object:
    return await client.case(1)


async def listing(client: DeskieClient) -> object:
    return await client.custom_channels()


async def create(client: DeskieClient) -> object:
    return await client.create_case(NEW)


async def append(client: DeskieClient) -> object:
    return await client.add_message(1, 2, "<p>x</p>")


async def close(client: DeskieClient) -> object:
    return await client.set_status(1, "closed")


async def note(client: DeskieClient) -> object:
    return await client.add_note(1, "<p>x</p>")


WRITES = [create, append, close, note]
READS = [read, listing]


async def fails(client: DeskieClient, ask: Ask) -> BridgeError:
    with pytest.raises(BridgeError) as caught:
        await ask(client)
    assert caught.value.explanation
    assert KEY not in repr(caught.value) + str(caught.value) + caught.value.explanation
    return caught.value


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_within(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"case": ')
    assert request.transport is not None
    request.transport.abort()
    return response


async def flood(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    padding = b" " * 65536
    for _ in range(MAX_ANSWER // len(padding) + 1):
        await response.write(padding)
    whole = b'{"case": {"case_id": 1}, "message": {"message_id": 1}, "0": {"custom_channel": {"channel_id": 1}}}'
    await response.write(whole)
    return response


@pytest.mark.parametrize("handler", [cut, cut_within, flood])
async def test_an_answer_that_never_came_whole(desk: Desk, client: DeskieClient, handler: Handler) -> None:
    desk.does(handler)
    for ask in WRITES:
        assert type(await fails(client, ask)) is Unclear
    for ask in READS:
        assert type(await fails(client, ask)) is Retry


async def test_an_answer_that_does_not_come(
    desk: Desk, http: aiohttp.ClientSession, client: DeskieClient, budget: Budget, clock: StandingClock
) -> None:
    hung = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await hung.wait()
        return web.Response()

    desk.answers({})
    desk.does(hang)
    await client.labels()  # so that the connection stands and only the answer is waited for
    short = DeskieClient(http, desk.url, "a@b.example", KEY, budget, clock, timeout=timedelta(seconds=0.2))
    assert type(await fails(short, create)) is Unclear
    assert isinstance(await fails(short, read), Retry)
    hung.set()


@pytest.mark.parametrize("drip", DRIPS)
async def test_an_answer_that_drips_for_ever(
    drip: str, http: aiohttp.ClientSession, budget: Budget, clock: StandingClock
) -> None:
    async with dripping(*DRIPS[drip]) as server:
        short = DeskieClient(http, server.url, "a@b.example", KEY, budget, clock, timeout=timedelta(seconds=0.4))
        assert type(await fails(short, create)) is Unclear
        assert type(await fails(short, read)) is Retry
    assert server.asked == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"case": {'),
        (201, b""),
        (200, HTML),
        (200, b"OK"),
        (201, b'"done"'),
        (200, b"{}"),
        (201, b'{"case": {"subject": "no id"}, "message": {"content": "no id"}}'),
        (200, b"[" * 100_000),
        (500, b'{"error": "internal"}'),
        (502, HTML),
        (504, b""),
        (408, b""),
    ],
)
async def test_a_write_whose_answer_says_nothing_is_unclear(
    desk: Desk, client: DeskieClient, status: int, body: bytes
) -> None:
    desk.answers(body, status)
    for ask in WRITES:
        assert type(await fails(client, ask)) is Unclear
    assert type(await fails(client, read)) is Retry


async def test_a_web_page_instead_of_the_api_is_named(desk: Desk, client: DeskieClient) -> None:
    desk.answers(HTML)
    error = await fails(client, listing)
    assert "a web page" in str(error)
    assert "deskie.base_url" in error.explanation


@pytest.mark.parametrize("ask", [*WRITES, *READS])
async def test_no_connection_wrote_nothing(
    http: aiohttp.ClientSession, budget: Budget, clock: StandingClock, ask: Ask
) -> None:
    address = f"http://127.0.0.1:{unused_port()}/api/"
    error = await fails(DeskieClient(http, address, "a@b.example", KEY, budget, clock), ask)
    assert type(error) is Retry
    assert "127.0.0.1" in str(error)


async def test_a_host_that_does_not_exist(http: aiohttp.ClientSession, budget: Budget, clock: StandingClock) -> None:
    client = DeskieClient(http, "http://deskie.invalid/api/", "a@b.example", KEY, budget, clock)
    error = await fails(client, create)
    assert type(error) is Retry
    assert "deskie.invalid" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "named", "key"),
    [
        (401, {"error": "wrong_key"}, "API key is wrong (wrong_key)", "deskie.api_key"),
        (401, b"", "API key is wrong", "deskie.api_key"),
        (403, {"error": "forbidden"}, "unknown e-mail or missing rights", "deskie.email"),
        (403, HTML, "firewall", "deskie.base_url"),
        (400, {"error": "staff_not_active"}, "disabled", "Enable that agent"),
        (200, {"error": "staff_has_not_access"}, "may not", "Grant that agent"),
    ],
)
async def test_refusals_name_the_key_to_mend(
    desk: Desk, client: DeskieClient, status: int, body: object, named: str, key: str
) -> None:
    desk.answers(body, status)
    for ask in (create, append, listing):
        error = await fails(client, ask)
        assert isinstance(error, DeskRefused)
        assert error.after == timedelta(minutes=5)
        assert named in str(error)
        assert key in error.explanation


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"error": "case_not_found"}),
        (404, b""),
        (400, {"error": "case_not_found"}),
        (200, {"error": "case_not_found"}),
    ],
)
async def test_a_case_that_is_gone(desk: Desk, client: DeskieClient, status: int, body: object) -> None:
    desk.answers(body, status)
    for ask in (append, close, note):
        assert type(await fails(client, ask)) is CaseNotFound
    with pytest.raises(CaseNotFound):
        await client.messages(1)


@pytest.mark.parametrize("body", [HTML, b"404: Not Found"])
async def test_a_wrong_address_is_not_taken_for_a_missing_case(desk: Desk, client: DeskieClient, body: bytes) -> None:
    desk.answers(body, 404)
    for ask in (*WRITES, *READS):
        error = await fails(client, ask)
        assert type(error) is NotDeskie
        assert "deskie.base_url" in error.explanation


async def test_redirects_are_not_followed(desk: Desk, client: DeskieClient) -> None:
    desk.answers(b"", 301, {"Location": "https://elsewhere.example/api/cases.json?token=1"})
    error = await fails(client, create)
    assert type(error) is NotDeskie
    assert "https://elsewhere.example/api/cases.json;" in str(error)
    assert len(desk.seen) == 1


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "wrong_email"}, "wrong_email"),
        (200, {"error": "phone_already_exist"}, "phone_already_exist"),
        (422, {"error": {"subject": "empty"}}, "error"),
        (409, {"error": "a\n<b>"}, "a?b?"),
        (413, HTML, ""),
        (404, {"error": "unknown_group"}, "unknown_group"),
    ],
)
async def test_what_deskie_declines_for_good(
    desk: Desk, client: DeskieClient, status: int, body: object, code: str
) -> None:
    desk.answers(body, status)
    error = await fails(client, create)
    assert isinstance(error, NotPosted)
    assert isinstance(error, DeskDeclined)
    assert error.code == code
    assert code in str(error)


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, b"", {"retry_after": "37"}, 37),
        (429, {"error": "x"}, {"Retry-After": "12"}, 12),
        (429, b"", {}, 60),
        (403, {"error": "Rate limit exceeded"}, {}, 60),
        (403, b"rate_limit", {"retry_after": "5"}, 5),
    ],
)
async def test_the_limit_is_obeyed_by_all_calls(
    desk: Desk, client: DeskieClient, status: int, body: object, headers: dict[str, str], seconds: int
) -> None:
    desk.answers(body, status, headers)
    error = await fails(client, append)
    assert type(error) is RequestsSpent
    assert error.after == timedelta(seconds=seconds)
    again = await fails(client, listing)
    assert isinstance(again, Retry)
    assert again.after == timedelta(seconds=seconds)
    assert len(desk.seen) == 1


async def test_a_read_in_maintenance_waits_as_told(desk: Desk, client: DeskieClient) -> None:
    desk.answers(b"", 503, {"Retry-After": "120"})
    error = await fails(client, read)
    assert isinstance(error, Retry)
    assert error.after == timedelta(seconds=120)


async def test_the_log_names_the_call_and_no_secret(desk: Desk, client: DeskieClient) -> None:
    desk.answers({})
    with structlog.testing.capture_logs() as log:
        await client.labels()
    (line,) = log
    assert (line["event"], line["call"], line["status"]) == ("desk_called", "GET labels.json", 200)
    assert KEY not in str(log) + repr(client) + repr(vars(client)["_transport"])


def certificate_fault() -> aiohttp.ClientConnectorCertificateError:
    key = cast("ConnectionKey", SimpleNamespace(host="acme.example", port=443, is_ssl=True, ssl=True))
    return aiohttp.ClientConnectorCertificateError(key, ssl.CertificateError("expired"))


@pytest.mark.parametrize(
    ("fault", "error", "named"),
    [
        (certificate_fault(), Retry, "its certificate is not valid"),
        (aiohttp.ConnectionTimeoutError(), Retry, "connection timeout"),
        (aiohttp.ServerDisconnectedError(), Unclear, "server disconnected"),
        (aiohttp.ClientOSError(104, "reset"), Unclear, "client os"),
        (TimeoutError(), Unclear, "no answer within 20 s"),
    ],
)
async def test_faults_that_no_server_on_loopback_can_cause(
    responses: aioresponses,
    http: aiohttp.ClientSession,
    budget: Budget,
    clock: StandingClock,
    fault: Exception,
    error: type[BridgeError],
    named: str,
) -> None:
    responses.post("https://acme.deskie.io/api/cases.json", exception=fault)
    caught = await fails(DeskieClient(http, "https://acme.deskie.io/api/", "a@b.example", KEY, budget, clock), create)
    assert type(caught) is error
    assert named in str(caught)


async def test_the_mended_aioresponses_answers(
    responses: aioresponses, http: aiohttp.ClientSession, budget: Budget, clock: StandingClock
) -> None:
    responses.get("https://acme.deskie.io/api/labels.json?page=1&limit=100", payload={"total_count": 0})
    assert await DeskieClient(http, "https://acme.deskie.io/api/", "a@b.example", KEY, budget, clock).labels() == []
