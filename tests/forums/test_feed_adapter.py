"""Reading a feed from poll to poll, alone and as the bell of another adapter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.forums.conftest import OpenSession
from tests.forums.little import ACCOUNT, PASSWORD, START, LittleForum

from forum_bridge.errors import (
    BridgeError,
    ConfigurationRefused,
    Gone,
    Retry,
    RobotsForbid,
    SignInNeeded,
    Unreadable,
    WatchTrouble,
)
from forum_bridge.forums.contract import Adapter, CanReply, CanSignIn
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Cursor, Draft, Markup, PostId, Reading, Watch, WatchKind

Build = Callable[..., Awaitable[Adapter]]


@dataclass
class FeedSite:
    """A site that publishes a feed, on another host (``localhost``) than the little forum; twenty items at most."""

    items: list[tuple[str, str, str, int]] = field(default_factory=list)  # link, author, text, minutes after START
    told: web.Response | None = None
    robots: str = ""
    robots_asked: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    def say(self, link: str, text: str = "Merhaba", author: str = "ayşe", minutes: int = 0) -> None:
        self.items.insert(0, (link, author, text, minutes))

    def text(self) -> str:
        items = "".join(
            f"<item><title>Re: Konu</title><link>{link}</link><author>{author}</author>"
            f"<description>{text}</description>"
            f"<pubDate>{format_datetime(START + timedelta(minutes=minutes))}</pubDate></item>"
            for link, author, text, minutes in self.items[:20]
        )
        return f'<rss version="2.0"><channel><title>Forum</title>{items}</channel></rss>'

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FeedSite]:
        app = web.Application()
        app.router.add_get("/feed.xml", self._feed)
        app.router.add_get("/robots.txt", self._robots)
        async with TestServer(app, host="localhost") as server:
            self.url = f"http://localhost:{server.port}/feed.xml"
            yield self

    async def _robots(self, _request: web.Request) -> web.Response:
        self.robots_asked += 1
        return web.Response(text=self.robots)

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        etag = f'"{hash(self.text())}"'
        self.asked.append((request.headers.get("If-None-Match", ""), request.headers.get("Cookie")))
        if self.told is not None:
            told, self.told = self.told, None
            return told
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(text=self.text(), content_type="application/rss+xml", headers={"ETag": etag})


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with FeedSite().running() as site:
        yield site


@pytest.fixture
def feed(open_to: OpenSession) -> Build:
    async def built(password: str | None = None, **options: object) -> Adapter:
        return Registry.load().get("feed").build(options, await open_to(password), timezone="Europe/Istanbul")

    return built


def watch(site: FeedSite, minutes: int | None = None) -> Watch:
    return Watch(WatchKind.FEED, site.url, None if minutes is None else START + timedelta(minutes=minutes))


def stored(reading: Reading) -> Cursor:
    assert reading.cursor is not None
    return Cursor(json.loads(json.dumps(reading.cursor.state)))


def ids(reading: Reading) -> list[str]:
    return [post.id.rpartition("/")[2] for post in reading.posts]


async def test_a_feed_on_another_host_is_read_once_and_then_asked_for_politely(site: FeedSite, feed: Build) -> None:
    for number in range(3):
        site.say(f"https://f.example/{number}", minutes=number)
    adapter = await feed()
    first = await adapter.read(watch(site), None)
    assert ids(first) == ["0", "1", "2"]
    assert {seen.ref.id for seen in first.threads} == {f"https://f.example/{number}" for number in range(3)}
    assert not first.gap
    second = await adapter.read(watch(site), stored(first))
    assert (second.posts, site.asked[-1][0] != "") == ((), True)
    site.say("https://f.example/3", minutes=3)
    third = await adapter.read(watch(site), stored(second))
    assert (ids(third), third.gap) == (["3"], False)
    assert site.robots_asked == 1


async def test_an_item_that_changed_comes_again(site: FeedSite, feed: Build) -> None:
    site.say("https://f.example/1", "Eski")
    site.say("https://f.example/2", "Durur")
    adapter = await feed()
    first = await adapter.read(watch(site), None)
    site.items[1] = ("https://f.example/1", "ayşe", "Yeni", 0)
    second = await adapter.read(watch(site), stored(first))
    assert [(post.id, post.html) for post in second.posts] == [("https://f.example/1", "Yeni")]


async def test_a_window_full_of_new_items_is_a_gap(site: FeedSite, feed: Build) -> None:
    for number in range(20):
        site.say(f"https://f.example/{number}", minutes=number)
    adapter = await feed()
    first = await adapter.read(watch(site), None)
    for number in range(20, 45):
        site.say(f"https://f.example/{number}", minutes=number)
    second = await adapter.read(watch(site), stored(first))
    assert (len(second.posts), second.gap) == (20, True)
    assert not (await adapter.read(watch(site), stored(second))).gap


async def test_it_reads_feeds_only_and_never_writes(site: FeedSite, feed: Build) -> None:
    adapter = await feed()
    assert not isinstance(adapter, CanReply | CanSignIn)
    entry = Registry.load().get("feed")
    assert entry.capabilities == {"read"}
    assert entry.watches == {WatchKind.FEED}
    with pytest.raises(WatchTrouble, match="not a thread"):
        await adapter.read(Watch(WatchKind.THREAD, site.url), None)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (web.Response(status=404), Gone),
        (web.Response(status=500), Retry),
        (web.Response(text="<html><body>Bakımdayız</body></html>", content_type="text/html"), Unreadable),
        (web.Response(text='<rss version="2.0"><channel></channel></rss>'), Unreadable),
        (web.Response(status=302, headers={"Location": "http://127.0.0.2:9/feed.xml"}), WatchTrouble),
        (web.Response(body=b"<rss>" + b"x" * 5_000_000 + b"</rss>"), Unreadable),
    ],
    ids=["gone", "busy", "a page", "emptied", "elsewhere", "endless"],
)
async def test_what_is_no_feed_is_never_taken_for_nothing_new(
    site: FeedSite, feed: Build, told: web.Response, error: type[Exception]
) -> None:
    site.say("https://f.example/1")
    adapter = await feed()
    first = await adapter.read(watch(site), None)
    site.told = told
    with pytest.raises(error):
        await adapter.read(watch(site), stored(first))


@pytest.mark.parametrize("declared", ["windows-1254", "utf-8", None])
async def test_a_charset_that_is_declared_wrong_or_not_at_all_is_found(
    site: FeedSite, feed: Build, declared: str | None
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    site.say("https://f.example/1", "Işık ğüşiöç")
    sent = "windows-1254" if declared != "utf-8" else "utf-8"
    site.told = web.Response(body=(head + site.text()).encode(sent), content_type="text/xml")
    reading = await (await feed()).read(watch(site), None)
    assert reading.posts[0].html == "Işık ğüşiöç"


async def test_robots_of_the_feeds_own_host_count_and_no_cookie_travels(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    forum.post(1, "ayşe")
    adapter = await feed(PASSWORD, page_with="sandbox")
    assert isinstance(adapter, CanSignIn)
    await adapter.sign_in()
    site.say(f"{forum.url}/thread/1")
    await adapter.read(watch(site), None)
    assert [cookie for _, cookie in site.asked] == [None]
    site.robots = "User-agent: *\nDisallow: /"
    with pytest.raises(RobotsForbid):
        await (await feed()).read(watch(site), None)


async def test_threads_are_read_by_the_adapter_that_knows_their_pages(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    for _ in range(4):
        forum.post(1, "ayşe", "Uzun uzun bir metin")
    forum.post(2, "mehmet")
    site.say(f"{forum.url}/post/4", "Uzun…")
    site.say(f"{forum.url}/post/3", "Uzun…")
    adapter = await feed(page_with="sandbox", thread_match=r"/post/(\d)")
    first = await adapter.read(watch(site), None)
    assert {post.id for post in first.posts} == {"1", "2", "3", "4"}  # what the feed never showed is there, too
    assert {post.author.id for post in first.posts} == {"ayşe"}
    forum.taken()
    assert (await adapter.read(watch(site), stored(first))).posts == ()
    assert forum.taken() == []
    new = forum.post(2, "elif")
    site.say(f"{forum.url}/post/{new}")
    assert {post.id for post in (await adapter.read(watch(site), stored(first))).posts} == {"5", "6"}


async def test_answers_go_the_way_of_the_adapter_that_knows_the_pages(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    forum.post(1, "ayşe")
    site.say(f"{forum.url}/post/1")
    assert not isinstance(await feed(), CanReply)
    adapter = await feed(PASSWORD, page_with="sandbox")
    assert isinstance(adapter, CanReply) and isinstance(adapter, CanSignIn)
    assert adapter.markup is Markup.MARKDOWN
    await adapter.sign_in()
    thread = (await adapter.read(watch(site), None)).threads[0].ref
    receipt = await adapter.reply(thread, Draft("Yarın sizde."))
    assert [entry.text for entry in forum.threads[1]] == ["Merhaba", "Yarın sizde."]
    own = await adapter.own_posts(thread, PostId("1"))
    assert [post.id for post in own.posts] == [receipt.post_id] and own.complete


async def test_a_gap_is_filled_from_the_board(site: FeedSite, feed: Build, forum: LittleForum) -> None:
    forum.post(1, "ayşe")
    site.say(f"{forum.url}/post/1")
    adapter = await feed(page_with="sandbox", board=f"{forum.url}/board/1")
    reading = await adapter.read(watch(site), None)
    for number in range(30):
        post = forum.post(number % 5 + 1, "mehmet")
        site.say(f"{forum.url}/post/{post}")
    site.items[:] = site.items[:3]
    found: set[str] = set()
    for _ in range(20):
        reading = await adapter.read(watch(site), stored(reading))
        found |= {post.id for post in reading.posts}
        if not reading.gap:
            break
    assert set(map(str, range(2, 32))) <= found


async def test_more_threads_than_one_poll_may_read_wait(site: FeedSite, feed: Build, forum: LittleForum) -> None:
    for thread in range(1, 8):
        site.say(f"{forum.url}/post/{forum.post(thread, 'ayşe')}")
    adapter = await feed(page_with="sandbox", threads_a_poll=2)
    forum.trouble["/post/3"] = web.Response(status=500)
    found: set[str] = set()
    reading = await adapter.read(watch(site), None)
    for _ in range(20):
        found |= {post.id for post in reading.posts}
        if not reading.gap:
            break
        reading = await adapter.read(watch(site), stored(reading))
    found |= {post.id for post in (await adapter.read(watch(site), stored(reading))).posts}
    assert found == set(map(str, range(1, 8)))


async def polled(
    forum: LittleForum, adapter: Adapter, of: Watch, cursor: Cursor | None, polls: int = 1
) -> tuple[set[str], Cursor]:
    """Poll every minute, as a poll does: what is found, and the cursor, which an error may carry as well."""
    found: set[str] = set()
    for _ in range(polls):
        forum.now += timedelta(minutes=1)
        try:
            reading = await adapter.read(of, cursor)
        except BridgeError as error:
            assert error.cursor is not None
            cursor = Cursor(json.loads(json.dumps(error.cursor)))
            continue
        assert not reading.gap
        found, cursor = found | {str(post.id) for post in reading.posts}, stored(reading)
    assert cursor is not None
    return found, cursor


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("met", [True, False])
async def test_what_the_feed_no_longer_shows_is_read_once_the_pages_are_back(
    site: FeedSite, feed: Build, forum: LittleForum, status: int, met: bool
) -> None:
    adapter, of, cursor = await feed(page_with="sandbox"), watch(site, minutes=-60), None
    wanted: set[str] = set()
    for thread in range(1, 13):
        if thread == 3 or not met:
            forum.refusing["/"] = status
        post = forum.post(thread, "ayşe", minutes=0)
        wanted.add(str(post))
        site.say(f"{forum.url}/post/{post}", minutes=thread)
        site.items[:] = site.items[:2]
        found, cursor = await polled(forum, adapter, of, cursor)
        wanted -= found
    forum.refusing.clear()
    found, _ = await polled(forum, adapter, of, cursor, 10)
    assert found == wanted


async def test_a_queue_outlives_a_session_that_ends(site: FeedSite, feed: Build, forum: LittleForum) -> None:
    adapter, of = await feed(PASSWORD, page_with="sandbox"), watch(site)
    for thread in (1, 2):
        site.say(f"{forum.url}/post/{forum.post(thread, 'ayşe')}")
    _, cursor = await polled(forum, adapter, of, None)
    del site.items[1]
    site.say(f"{forum.url}/post/{forum.post(3, 'ayşe')}")
    assert isinstance(adapter, CanSignIn)
    await adapter.sign_in()
    assert (await polled(forum, adapter, of, cursor))[0] == {"1", "2", "3"}


async def test_a_thread_that_is_gone_is_forgotten_and_one_that_is_forbidden_stops_no_other(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    adapter, of, cursor = await feed(page_with="sandbox"), watch(site), None
    forum.robots = "User-agent: *\nDisallow: /post/2"
    forum.refusing["/post/1"] = 404
    posts = [forum.post(thread, "ayşe") for thread in (1, 2, 3)]
    for post in posts:
        site.say(f"{forum.url}/post/{post}")
    found, cursor = await polled(forum, adapter, of, cursor, 90)
    assert found == {"3"}
    assert forum.taken().count("/post/1") == 5
    assert cursor.state["waiting"] == {}
    forum.refusing.clear()
    site.say(f"{forum.url}/post/{forum.post(1, 'mehmet')}")
    assert (await polled(forum, adapter, of, cursor))[0] == {"1", "4"}


async def test_a_board_behind_a_feed_that_cannot_be_read_keeps_its_queue(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    forum.post(1, "ayşe")
    site.say(f"{forum.url}/post/1")
    adapter, of = await feed(page_with="sandbox", board=f"{forum.url}/board/1"), watch(site)
    _, cursor = await polled(forum, adapter, of, None)
    site.items.clear()
    for thread in (2, 3):
        site.say(f"{forum.url}/post/{forum.post(thread, 'mehmet')}")
    forum.refusing["/"] = 500
    _, cursor = await polled(forum, adapter, of, cursor, 3)
    site.items.clear()
    site.say(f"{forum.url}/post/3")
    forum.refusing.clear()
    assert {"2", "3"} <= (await polled(forum, adapter, of, cursor, 2))[0]


async def test_threads_that_rested_before_the_watch_began_are_left_alone(
    site: FeedSite, feed: Build, forum: LittleForum
) -> None:
    for thread, minutes in ((1, 5), (2, 60)):
        site.say(f"{forum.url}/post/{forum.post(thread, 'ayşe', minutes=minutes)}", minutes=minutes)
    reading = await (await feed(page_with="sandbox")).read(watch(site, minutes=30), None)
    assert [post.id for post in reading.posts] == ["2"]


async def test_an_account_signs_in_where_the_pages_ask_for_it(site: FeedSite, feed: Build, forum: LittleForum) -> None:
    site.say(f"{forum.url}/post/{forum.post(1, 'ayşe')}")
    adapter = await feed(PASSWORD, page_with="sandbox")
    with pytest.raises(SignInNeeded):
        await adapter.read(watch(site), None)
    assert isinstance(adapter, CanSignIn)
    account = (await adapter.sign_in()).account
    assert account is not None
    assert account.name == ACCOUNT
    assert len((await adapter.read(watch(site), None)).posts) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"page_with": "yok"}, "no adapter 'yok'"),
        ({"page_with": "feed"}, "no adapter 'feed'"),
        ({"board": "https://f.example/"}, "need page_with"),
        ({"page_with": "sandbox", "page_with_options": {"posts": {"boddy": ".x"}}}, r"posts\.boddy"),
        ({"thread_match": "("}, "not a regular expression"),
    ],
)
async def test_options_that_make_no_sense_are_refused(feed: Build, options: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationRefused, match=told):
        await feed(**options)


async def test_a_cursor_of_another_shape_is_read_from_the_beginning(site: FeedSite, feed: Build) -> None:
    site.say("https://f.example/1")
    odd = Cursor({"seen": 7, "waiting": {"a": ["nowhere", 1], "b": 3}, "cursors": [], "validators": "x"})
    assert ids(await (await feed()).read(watch(site), odd)) == ["1"]
