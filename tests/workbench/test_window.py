"""The window on loopback: who may look, and what its headers forbid."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

import aiohttp
import pytest
from bs4 import BeautifulSoup
from tests.workbench.stage import Workplace, workplace

from forum_bridge.workbench import window
from forum_bridge.workbench.trying.wording import texts
from forum_bridge.workbench.window.server import showing


@pytest.fixture
async def place(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@pytest.fixture
async def url(place: Workplace) -> AsyncIterator[str]:
    async with showing(place.stage, patience=0.05) as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_only_who_has_the_address_sees_anything(url: str, session: aiohttp.ClientSession) -> None:
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    assert len(parts.path.strip("/")) >= 32
    for path in ("/", "/page", "/since", "/static/window.js", "/shared/look.css", f"{parts.path[:-2]}/"):
        async with session.get(f"http://{parts.netloc}{path}") as answer:
            assert answer.status == 404, path
            assert "Kargom" not in await answer.text()
    for path in (
        "",
        "page",
        "since?seen=0",
        "static/window.js",
        "shared/look.css",
        "shared/live.js",
        "shared/icon.svg",
    ):
        async with session.get(url + path) as answer:
            assert answer.status == 200, path
    for path in ("static/../server.py", "shared/%2e%2e/page.py"):
        async with session.get(url + path) as answer:
            assert answer.status in {403, 404}, path


async def test_another_site_s_page_sees_nothing(url: str, session: aiohttp.ClientSession) -> None:
    for name, value in (
        ("Host", "evil.example"),
        ("Host", "evil.example:80"),
        ("Host", "127.0.0.1.evil.example"),
        ("Host", "127.0.0.1@evil.example"),
        ("Host", "["),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ):
        for path in ("", "page", "since?seen=0", "static/window.js"):
            async with session.get(url + path, headers={name: value}) as answer:
                assert answer.status in {400, 403}, (name, value, path)
                assert "Kargom" not in await answer.text()


async def test_nothing_can_be_sent(url: str, session: aiohttp.ClientSession) -> None:
    for method in ("POST", "PUT", "DELETE"):
        async with session.request(method, url) as answer:
            assert answer.status == 405


async def test_policies_let_nothing_run_or_load_that_is_not_ours(url: str, session: aiohttp.ClientSession) -> None:
    async with session.get(url) as answer:
        outer, soup = answer.headers, BeautifulSoup(await answer.text(), "lxml")
    async with session.get(f"{url}page") as answer:
        inner, stranger = answer.headers, BeautifulSoup(await answer.text(), "lxml")
    for headers in (outer, inner):
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "form-action 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in outer["Content-Security-Policy"]
    assert "sandbox allow-same-origin;" in inner["Content-Security-Policy"]
    assert "script-src" not in inner["Content-Security-Policy"]
    frame = soup.select_one("iframe")
    assert frame is not None
    assert frame["sandbox"] == ["allow-same-origin"]
    for tag in soup.select("[src], link[href]"):
        assert not urlsplit(str(tag.get("src") or tag.get("href"))).scheme
    assert [tag["href"] for tag in stranger.select("[href]")] == ["static/colours.css", "static/page.css"]
    assert stranger.select("[src], [action], script, form[method]") == []


async def test_news_come_when_there_are_some(url: str, place: Workplace, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{url}since?seen=1") as answer:
        assert answer.status == 204
    place.mend("body: .soz", "body: .sozz")
    await place.stage.look()
    async with session.get(f"{url}since?seen=1&lang=tr") as answer:
        news = await answer.json()
    assert (news["change"], news["page"], sorted(news["parts"])) == (2, 2, ["legend", "panel", "status"])
    assert "posts.body hiçbir şey bulmuyor" in news["parts"]["panel"]


async def test_who_waits_is_woken_by_a_save_and_let_go_at_the_end(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    place = workplace(tmp_path)
    async with showing(place.stage) as url:
        waiting = asyncio.create_task(session.get(f"{url}since?seen=1"))
        while not place.stage.bell.awaited:  # noqa: ASYNC110 - what is awaited has no event of its own
            await asyncio.sleep(0)
        place.mend("body: .soz", "body: .sozz")  # the server looks by itself
        async with await asyncio.wait_for(waiting, 20) as answer:
            assert (await answer.json())["change"] == 2
        waiting = asyncio.create_task(session.get(f"{url}since?seen=2"))
        while not place.stage.bell.awaited:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    async with await asyncio.wait_for(waiting, 5) as answer:
        assert answer.status == 204


async def test_the_language_is_the_browser_s_unless_another_is_chosen(url: str, session: aiohttp.ClientSession) -> None:
    for accept, query, lang, word in (
        ("tr-TR,tr;q=0.9,en;q=0.5", "", "tr", "Gönderiler"),
        ("de,en;q=0.5", "", "en", "Posts"),
        ("en", "?lang=tr", "tr", "Gönderiler"),
        ("tr", "?lang=de", "tr", "Gönderiler"),
    ):
        async with session.get(url + query, headers={"Accept-Language": accept}) as answer:
            soup = BeautifulSoup(await answer.text(), "lxml")
        html, posts = soup.select_one("html"), soup.select_one("#posts")
        assert html is not None
        assert posts is not None
        assert (html["lang"], posts.get_text().split()[0]) == (lang, word)


def test_every_text_is_shown_somewhere() -> None:
    folder = Path(window.__file__).parents[1]
    shown = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".py", ".html"})
    shown += Path(folder.parent, "cli", "adapter_try.py").read_text("utf-8")
    made = ("label.", "finding.", "why.", "read.posts.", "read.rows.", "case.more.")  # of parts
    lost = [key for key in texts() if f'"{key}"' not in shown and not key.startswith(made)]
    assert lost == []
    assert all(list(Formatter().parse(text)) for versions in texts().values() for text in versions.values())
