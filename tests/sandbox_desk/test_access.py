"""Who may use the API, and how often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.desk import API_KEY, EMAIL, Desk

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api, ManualTime


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ((EMAIL, API_KEY), 200),
        (("Destek@ACME.example", API_KEY), 200),
        ((EMAIL, "wrong"), 401),
        ((EMAIL, "şifre"), 401),
        ((EMAIL, ""), 401),
        (("nobody@acme.example", API_KEY), 403),
        (("mert.demir@acme.example", ""), 401),  # has no key
        (None, 401),
    ],
)
async def test_basic_auth(api: Api, login: tuple[str, str] | None, status: int) -> None:
    got = await api.call("GET", "/api/cases.json", login=login)
    assert got.status == status
    assert ("error" in got.data) is (status != 200)


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic !!!", "Basic bm9jb2xvbg=="])
async def test_garbled_auth_is_401(api: Api, header: str) -> None:
    got = await api.call("GET", "/api/cases.json", headers={"Authorization": header}, login=None)
    assert (got.status, "error" in got.data) == (401, True)


async def test_a_disabled_agents_key_no_longer_works(api: Api, desk: Desk) -> None:
    desk.set_agent(905, active=False)
    got = await api.get("/api/cases.json")
    assert (got.status, got.data) == (403, {"error": "staff_not_active"})


async def test_nothing_happens_without_a_key(api: Api, desk: Desk) -> None:
    body = {"case": {"user_custom_id": "u", "channel": "cch42", "subject": "s", "content": "c"}}
    await api.call("POST", "/api/cases.json", body, login=(EMAIL, "wrong"))
    assert desk.cases() == []


async def test_answers_are_pretty_printed_with_4_spaces(api: Api) -> None:
    got = await api.get("/api/languages.json")
    assert got.text == json.dumps(got.data, indent=4, ensure_ascii=False)
    assert "Türkçe" in got.text
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("path", ["/api/nothing.json", "/api/cases", "/api/"])
async def test_an_unknown_path_is_a_404_in_json(api: Api, path: str) -> None:
    got = await api.get(path)
    assert (got.status, got.data) == (404, {"error": "not_found"})


async def test_a_read_costs_one_unit_and_a_write_two(api: Api, desk: Desk) -> None:
    desk.switches.rate_limit_per_minute = 50
    read = await api.get("/api/cases.json")
    assert (read.headers["rate_limit_per_minute"], read.headers["api_calls_left"]) == ("50", "49")
    assert "retry_after" not in read.headers
    for left, method in (("47", "POST"), ("45", "PUT"), ("43", "DELETE")):
        got = await api.call(method, "/api/cases/1.json")
        assert got.headers["api_calls_left"] == left, method


async def test_over_the_limit_nothing_is_done_until_the_minute_ends(api: Api, desk: Desk, time: ManualTime) -> None:
    desk.switches.rate_limit_per_minute = 3
    case = await api.open_case()  # at second 11 of the minute
    refused = await api.say(case)
    assert refused.status == 429
    assert refused.headers["api_calls_left"] == "0"
    assert refused.headers["retry_after"] == "49"
    assert len(desk.messages(case)) == 1
    time.pass_by(48)
    assert (await api.get("/api/cases.json")).status == 429
    time.pass_by(1)
    after = await api.get("/api/cases.json")
    assert (after.status, after.headers["api_calls_left"]) == (200, "2")


async def test_switch_rejected_calls_cost(api: Api, desk: Desk) -> None:
    desk.switches.rate_limit_per_minute = 3
    desk.switches.rejected_calls_cost = False
    case = await api.open_case()
    assert (await api.say(case)).headers["api_calls_left"] == "1"
    assert (await api.get("/api/cases.json")).status == 200


async def test_switch_legacy_rate_limit(api: Api, desk: Desk) -> None:
    desk.switches.rate_limit_per_minute = 0
    desk.switches.legacy_rate_limit = True
    got = await api.get("/api/cases.json")
    assert (got.status, got.data) == (403, {"error": "rate limit exceeded"})


async def test_switch_rate_headers(api: Api, desk: Desk) -> None:
    desk.switches.rate_headers = False
    assert "api_calls_left" not in (await api.get("/api/cases.json")).headers
    desk.switches.rate_limit_per_minute = 0
    got = await api.get("/api/cases.json")
    assert got.status == 429
    assert "retry_after" not in got.headers
