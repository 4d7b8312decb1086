"""The desk as an object: ids, waiting, and an extra screen on the same server."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.sandbox.desk import Desk, DeskServer, Refusal
from forum_bridge.sandbox.desk.fields import expanded
from forum_bridge.sandbox.desk.ids import case_number

if TYPE_CHECKING:
    from tests.sandbox_desk.conftest import Api


@given(st.sets(st.integers(1, 10**9 - 1), min_size=2, max_size=50))
def test_case_numbers_are_well_formed_and_unique(ids: set[int]) -> None:
    numbers = {case_number(case_id) for case_id in ids}
    assert len(numbers) == len(ids)
    assert all(re.fullmatch(r"\d{3}-\d{6}", text) for text in numbers)


@given(st.lists(st.tuples(st.text("ab[]", max_size=8), st.text(max_size=3))))
def test_no_bracket_name_breaks_the_reader(pairs: list[tuple[str, object]]) -> None:
    assert isinstance(expanded(pairs), dict)


def test_brackets_make_a_tree() -> None:
    pairs = [("case[labels][]", "5"), ("case[labels][]", "6"), ("case[custom_fields][cf_1]", "x"), ("page", "2")]
    assert expanded(pairs) == {
        "case": {"labels": {"0": "5", "1": "6"}, "custom_fields": {"cf_1": "x"}},
        "page": "2",
    }


async def test_cases_newest_first_and_by_reference(api: Api, desk: Desk) -> None:
    first, second = await api.open_case(), await api.open_case()
    assert desk.cases() == [second, first]
    assert desk.case(first.case_number) is desk.case(first.case_id) is desk.case(str(first.case_id)) is first
    for ref in (1, "1", "000-000000", "²", "", "9" * 5_000):
        with pytest.raises(Refusal, match="case_not_found"):
            desk.case(ref)


async def test_a_waiting_page_learns_of_a_change(api: Api, desk: Desk) -> None:
    version = desk.version
    waiting = asyncio.create_task(desk.wait_past(version, timeout=5))
    case = await api.open_case()
    assert await waiting > version
    assert await desk.wait_past(version, timeout=5) == desk.version
    assert await desk.wait_past(desk.version, timeout=0) == desk.version
    waiting = asyncio.create_task(desk.wait_past(desk.version, timeout=5))
    desk.set_status(case.case_id, "closed")
    await waiting


async def test_waiting_for_what_never_comes(desk: Desk) -> None:
    with pytest.raises(TimeoutError):
        await desk.wait_for(lambda: False, timeout=0)
    await desk.wait_for(lambda: True, timeout=0)


async def test_an_extra_screen_beside_the_api(desk: Desk) -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="Temsilci ekranı")

    def add(app: web.Application) -> None:
        app.router.add_get("/", hello)

    async with DeskServer(desk, extra=add) as server, aiohttp.request("GET", f"{server.url}/") as answer:
        assert await answer.text() == "Temsilci ekranı"
        assert desk.base_url == server.url


async def test_a_handler_whose_client_left_is_cancelled(desk: Desk) -> None:
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return web.Response()

    def add(app: web.Application) -> None:
        app.router.add_get("/wait", wait)

    async with DeskServer(desk, extra=add) as server, aiohttp.ClientSession() as session:
        call = asyncio.create_task(session.get(f"{server.url}/wait"))
        await entered.wait()
        call.cancel()
        await asyncio.wait_for(cancelled.wait(), timeout=5)


async def test_a_taken_port_is_an_error(server: DeskServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with DeskServer(Desk(), port=port):
            pass


async def test_the_key_stays_out_of_sight(desk: Desk) -> None:
    assert "sandbox-" not in repr(desk.agents)
