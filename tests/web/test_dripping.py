"""A forum that answers drop by drop for ever is left after the configured time, whatever was asked of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.web.drip import DRIPS, dripping

from forum_bridge.errors import Retry, Unclear
from forum_bridge.web.forms import Form

if TYPE_CHECKING:
    from tests.web.conftest import OpenSession

LIMIT = timedelta(seconds=0.4)
EACH_DRIP = pytest.mark.parametrize("drip", DRIPS)


@EACH_DRIP
async def test_a_page_that_drips_is_read_another_time(drip: str, open_to: OpenSession) -> None:
    async with dripping(*DRIPS[drip]) as server:
        session = await open_to(server.url, timeout=LIMIT, i_have_permission=True)
        with pytest.raises(Retry, match="took too long"):
            await session.get("/konu")
    assert server.asked == 1


async def test_a_robots_txt_that_drips_holds_nothing_up(open_to: OpenSession) -> None:
    async with dripping(*DRIPS["body"]) as server:
        session = await open_to(server.url, timeout=LIMIT)
        with pytest.raises(Retry, match=r"robots\.txt"):
            await session.get("/konu")


@EACH_DRIP
async def test_a_form_whose_answer_drips_may_have_been_taken(drip: str, open_to: OpenSession) -> None:
    async with dripping(*DRIPS[drip]) as server:
        session = await open_to(server.url, timeout=LIMIT)
        with pytest.raises(Unclear, match="took too long"):
            await session.submit(Form(f"{server.url}yaz", fields=(("ileti", "selam"),)), referer=server.url)
    assert server.asked == 1


@EACH_DRIP
async def test_an_api_whose_answer_drips_may_have_taken_it(drip: str, open_to: OpenSession) -> None:
    async with dripping(*DRIPS[drip]) as server:
        session = await open_to(server.url, timeout=LIMIT)
        with pytest.raises(Unclear, match="took too long"):
            await session.call("/api/posts", {"text": "selam"})
    assert server.asked == 1
