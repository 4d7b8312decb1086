"""What an API says to a refusal stands in the error, and nothing else of the error is lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import web
from multidict import CIMultiDict
from tests.engines.place import START, Time, serving

from forum_bridge.errors import Forbidden, Gone, Retry, WatchTrouble
from forum_bridge.forums.api.client import ApiClient, raise_refusal
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.page import Page
from forum_bridge.web.session import SessionSettings, open_session


@pytest.mark.parametrize(("status", "kind"), [(403, Forbidden), (404, Gone)])
async def test_a_refusal_tells_what_the_api_says(status: int, kind: type[WatchTrouble]) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"message": "Yavaş olun."}, status=status)

    app, time = web.Application(), Time()
    app.router.add_get("/api", refuse)
    async with serving(app) as url:
        settings = SessionSettings(url, "forum-bridge-tests/1", timedelta())
        async with open_session(settings, None, Pacer(time, time.sleep), time) as session:
            with pytest.raises(kind, match=f"answered {status}. Yavaş olun") as refused:
                await ApiClient(session).read(f"{url}/api")
    assert refused.value.explanation == kind.explanation


async def test_documents_whose_slashes_are_escaped_are_read() -> None:
    html = '<p><a href="/x">x</a></p>' * 600

    async def told(_: web.Request) -> web.Response:
        body = json.dumps({"html": html}).replace("/", "\\/")  # as PHP writes it
        return web.Response(text=body, content_type="application/json")

    app, time = web.Application(), Time()
    app.router.add_route("*", "/api", told)
    async with serving(app) as url:
        settings = SessionSettings(url, "forum-bridge-tests/1", timedelta())
        async with open_session(settings, None, Pacer(time, time.sleep), time) as session:
            client = ApiClient(session)
            assert await client.read(f"{url}/api") == {"html": html}
            assert (await client.write(f"{url}/api")).document == {"html": html}
            assert (await client.submit(f"{url}/api", {"a": "b"})).document == {"html": html}


def test_how_long_to_wait_is_not_lost() -> None:
    page = Page(
        "https://forum.example/api",
        429,
        '{"message": "Yavaş olun."}',
        "utf-8",
        CIMultiDict({"Retry-After": "40"}),
        START,
    )
    with pytest.raises(Retry, match=r"answered 429\. Yavaş olun") as refused:
        raise_refusal(page)
    assert refused.value.after == timedelta(seconds=40)
