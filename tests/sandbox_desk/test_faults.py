"""Ordered faults: what the client sees, and whether the write took effect."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import aiohttp
import pytest

from forum_bridge.sandbox.desk import API_KEY, EMAIL, Desk, DeskServer, Refusal, What

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api

BODY = {"case": {"user_custom_id": "u", "channel": "cch42", "subject": "s", "content": "c"}}


@pytest.mark.parametrize("what", [What.SERVER_ERROR, What.BAD_GATEWAY, What.UNAVAILABLE, What.GATEWAY_TIMEOUT])
@pytest.mark.parametrize("takes_effect", [False, True])
async def test_an_error_status(api: Api, desk: Desk, what: What, *, takes_effect: bool) -> None:
    desk.faults.next(r"POST /api/cases\.json", what, takes_effect=takes_effect)
    got = await api.call("POST", "/api/cases.json", BODY)
    assert (got.status, got.data) == (int(what), {})
    assert len(desk.cases()) == int(takes_effect)
    assert (await api.call("POST", "/api/cases.json", BODY)).status == 201


async def test_too_many_comes_with_its_headers(api: Api, desk: Desk) -> None:
    desk.faults.next("GET", "429")
    got = await api.get("/api/cases.json")
    assert (got.status, got.headers["api_calls_left"], got.headers["retry_after"]) == (429, "0", "1")


@pytest.mark.parametrize(("what", "stored"), [(What.CUT_BEFORE, 0), (What.CUT_AFTER, 1)])
async def test_a_cut_connection(
    api: Api, desk: Desk, caplog: pytest.LogCaptureFixture, what: What, stored: int
) -> None:
    caplog.set_level(logging.DEBUG)
    case = await api.open_case()
    fault = desk.faults.next(r"POST .*/messages\.json", what)
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await api.say(case, "kesik")
    assert [message.content for message in desk.messages(case)][1:] == ["kesik"] * stored
    assert fault.hits == 1
    assert (await api.say(case, "bütün")).status == 201
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_cut_after_a_new_case_and_its_answer_to_the_webhook(api: Api, desk: Desk) -> None:
    desk.faults.next("POST", What.CUT_AFTER, times=2)
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await api.call("POST", "/api/cases.json", BODY)
    assert len(desk.cases()) == 2


@pytest.mark.parametrize("takes_effect", [False, True])
async def test_a_hang_until_the_client_leaves(api: Api, desk: Desk, *, takes_effect: bool) -> None:
    fault = desk.faults.next("POST", What.HANG, takes_effect=takes_effect)
    call = asyncio.create_task(api.call("POST", "/api/cases.json", BODY))
    await desk.wait_for(lambda: fault.hits == 1 and len(desk.cases()) == int(takes_effect))
    assert not call.done()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert (await api.get("/api/cases.json")).data["total_count"] == int(takes_effect)
    fault.release()  # nobody waits for it any more
    assert (await api.get("/api/cases.json")).data["total_count"] == int(takes_effect)


async def test_a_hang_until_released(api: Api, desk: Desk) -> None:
    fault = desk.faults.next("POST", What.HANG)
    call = asyncio.create_task(api.call("POST", "/api/cases.json", BODY))
    await desk.wait_for(lambda: fault.hits == 1)
    assert desk.cases() == []
    fault.release()
    assert (await call).status == 201


async def test_a_hang_does_not_hold_the_server_up(desk: Desk) -> None:
    async with aiohttp.ClientSession() as session:
        async with DeskServer(desk) as server:
            fault = desk.faults.next("POST", What.HANG)
            login = {"Authorization": aiohttp.encode_basic_auth(EMAIL, API_KEY)}
            call = asyncio.create_task(session.post(f"{server.url}/api/cases.json", json=BODY, headers=login))
            await desk.wait_for(lambda: fault.hits == 1)
        await asyncio.gather(call, return_exceptions=True)
    assert desk.cases() == []


@pytest.mark.parametrize("takes_effect", [False, True])
async def test_malformed_json_and_an_html_page_with_200(api: Api, desk: Desk, *, takes_effect: bool) -> None:
    desk.faults.next("POST", What.MALFORMED, takes_effect=takes_effect)
    desk.faults.next("POST", What.HTML, takes_effect=takes_effect)
    half = await api.call("POST", "/api/cases.json", BODY)
    page = await api.call("POST", "/api/cases.json", BODY)
    assert (half.status, half.data, half.headers["Content-Type"]) == (200, {}, "application/json; charset=utf-8")
    assert half.text.startswith("{")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.text.startswith("<!DOCTYPE html>")
    assert len(desk.cases()) == 2 * int(takes_effect)


async def test_only_what_matches_and_as_often_as_ordered(api: Api, desk: Desk) -> None:
    desk.faults.next(r"GET /api/users\.json\?user_custom_id=", "500", times=2)
    assert (await api.get("/api/users.json")).status == 200
    assert (await api.get("/api/cases.json")).status == 200
    statuses = [(await api.get("/api/users.json?user_custom_id=x")).status for _ in range(3)]
    assert statuses == [500, 500, 200]
    desk.faults.next("GET", "500", times=9)
    desk.faults.clear()
    assert (await api.get("/api/cases.json")).status == 200


@pytest.mark.parametrize(("match", "what", "times"), [("[", "500", 1), ("GET", "404", 1), ("GET", "500", 0)])
def test_nonsense_is_refused(match: str, what: str, times: int) -> None:
    desk = Desk()
    with pytest.raises(Refusal, match="wrong_fault"):
        desk.faults.next(match, what, times)
    assert desk.faults.as_json() == []
