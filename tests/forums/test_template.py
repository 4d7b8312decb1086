"""The template for adapters in Python: copied into the adapters folder it is found, and it reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.forums.conftest import OpenSession

from forum_bridge.errors import Gone, Unreadable
from forum_bridge.forums import template
from forum_bridge.forums.contract import Adapter, CanReply
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Cursor, Reading, Watch, WatchKind

PAGE = 3


@dataclass
class Square:
    """The invented forum of the template, three posts a page."""

    posts: list[int] = field(default_factory=list)
    html: str | None = None
    asked: list[str] = field(default_factory=list)

    async def thread(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        number = int(request.query.get("sayfa", "1"))
        shown = self.posts[(number - 1) * PAGE : number * PAGE]
        if not shown:
            return web.Response(status=404)
        articles = "".join(
            f'<article class="gonderi" id="g{each}"><a class="yazar" href="/uye/{each % 2}">Kişi {each % 2}</a>'
            f'<time datetime="2026-11-22T21:{each:02}">bugün</time><div class="metin"><p>Metin {each} ğüş 😀</p></div>'
            "</article>"
            for each in shown
        )
        more = len(self.posts) > number * PAGE
        following = f'<a class="sonraki" href="/konu/7?sayfa={number + 1}">Sonraki</a>' if more else ""
        html = f'<html><body><h1 class="baslik">Kargo</h1>{articles}{following}</body></html>'
        return web.Response(text=self.html or html, content_type="text/html")


@pytest.fixture
def square() -> Square:
    return Square(list(range(1, 9)))


@pytest.fixture
async def address(square: Square) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/konu/7", square.thread)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.port}/konu/7"


@pytest.fixture
async def adapter(tmp_path: Path, open_to: OpenSession) -> Adapter:
    shutil.copy(template.__file__, tmp_path / "meydan.py")
    entry = Registry.load(tmp_path).get("meydan")
    assert entry.fault is None
    assert entry.capabilities == {"read"}
    assert entry.watches == {WatchKind.THREAD}
    return entry.build({"pages_a_poll": 2}, await open_to(), timezone="Europe/London")


def ids(reading: Reading) -> list[int]:
    return [int(post.id) for post in reading.posts]


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return Cursor(json.loads(json.dumps(reading.cursor.state)))


async def drained(adapter: Adapter, of: Watch, cursor: Cursor | None) -> tuple[set[int], Cursor]:
    found: set[int] = set()
    while True:
        reading = await adapter.read(of, cursor)
        found, cursor = found | set(ids(reading)), stored(reading)
        if not reading.gap:
            return found, cursor


async def test_a_copy_reads_a_thread_bound_by_bound(adapter: Adapter, square: Square, address: str) -> None:
    watch = Watch(WatchKind.THREAD, address)
    first = await adapter.read(watch, None)
    assert (ids(first), first.gap) == ([1, 2, 3, 4, 5, 6], True)
    post = first.posts[0]
    assert (post.author.key, post.author.name, post.html) == ("1", "Kişi 1", "<p>Metin 1 ğüş 😀</p>")
    assert post.time == datetime(2026, 11, 22, 21, 1, tzinfo=UTC)
    assert (post.opening, first.threads[0].opening, first.threads[0].ref.title) == (True, post, "Kargo")
    assert not isinstance(adapter, CanReply)
    rest, cursor = await drained(adapter, watch, stored(first))
    assert {7, 8} <= rest
    square.asked.clear()
    assert (await adapter.read(watch, cursor)).posts == ()
    assert square.asked == ["/konu/7?sayfa=3"]


async def test_new_posts_are_read_and_shifted_pages_lose_none(adapter: Adapter, square: Square, address: str) -> None:
    watch = Watch(WatchKind.THREAD, address)
    _, cursor = await drained(adapter, watch, None)
    square.posts += [9, 10]
    found, cursor = await drained(adapter, watch, cursor)
    assert {9, 10} <= found
    square.posts[:] = [*square.posts[3:], 11, 12, 13]  # the last page is there and begins behind a new post
    found, cursor = await drained(adapter, watch, cursor)
    assert {11, 12, 13} <= found
    square.posts[:] = [1, 2, 14]  # everything else was deleted
    found, cursor = await drained(adapter, watch, cursor)
    assert 14 in found


async def test_what_it_does_not_understand_it_says(adapter: Adapter, square: Square, address: str) -> None:
    watch = Watch(WatchKind.THREAD, address)
    square.html = "<html><body>Bakımdayız</body></html>"
    with pytest.raises(Unreadable):
        await adapter.read(watch, None)
    square.html = None
    square.posts.clear()
    with pytest.raises(Gone):
        await adapter.read(watch, None)
