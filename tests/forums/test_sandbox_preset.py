"""The sandbox's preset against the sandbox's own forum."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from forum_bridge.errors import NotPosted, Retry
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Cursor, Draft, Reading, ReceiptState, SignInState, ThreadRef, Watch, WatchKind
from forum_bridge.sandbox.forum import ForumServer, seeded
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def server() -> AsyncIterator[ForumServer]:
    async with ForumServer(seeded(now)) as server:
        yield server


@pytest.fixture
async def adapter(server: ForumServer) -> AsyncIterator[HtmlWriter]:
    settings = SessionSettings(server.url, "forum-bridge-tests/1", timedelta())
    credentials = Credentials("acme_destek", SecretStr("acme-parola"))
    async with open_session(settings, credentials, Pacer(now), now) as session:
        adapter = Registry.load().get("sandbox").build({}, session)
        assert isinstance(adapter, HtmlWriter)
        assert (await adapter.sign_in()).state is SignInState.OK
        yield adapter


async def whole_board(adapter: HtmlWriter, url: str) -> Reading:
    reading, posts = await adapter.read(Watch(WatchKind.BOARD, f"{url}/board/1"), None), 0
    while reading.gap:
        posts += len(reading.posts)
        reading = await adapter.read(Watch(WatchKind.BOARD, f"{url}/board/1"), reading.cursor or Cursor())
    return reading


async def first_open_thread(adapter: HtmlWriter, url: str) -> ThreadRef:
    reading = await whole_board(adapter, url)
    return next(seen.ref for seen in reading.threads if not seen.locked)


async def test_the_round_of_reading_replying_and_finding_again(server: ForumServer, adapter: HtmlWriter) -> None:
    thread = await first_open_thread(adapter, server.url)
    before = await adapter.read(Watch(WatchKind.THREAD, thread.url), None)
    receipts = [await adapter.reply(thread, Draft("**Merhaba** ğüşİ 😀")) for _ in range(2)]
    after = await adapter.read(Watch(WatchKind.THREAD, thread.url), before.cursor)
    assert [post.id for post in after.posts][-2:] == [receipt.post_id for receipt in receipts]
    assert "<strong>Merhaba</strong>" in after.posts[-1].html
    ours = await adapter.own_posts(thread, before.posts[-1].id)
    assert (ours.complete, [post.id for post in ours.posts]) == (True, [receipt.post_id for receipt in receipts])


async def test_what_it_says_is_understood(server: ForumServer, adapter: HtmlWriter) -> None:
    thread = await first_open_thread(adapter, server.url)
    server.forum.switches.moderation = True
    assert (await adapter.reply(thread, Draft("Onay bekler"))).state is ReceiptState.QUEUED
    server.forum.switches.moderation = False
    await adapter.reply(thread, Draft("Bir"))
    server.forum.switches.flood_seconds = 30
    with pytest.raises(Retry) as flood:
        await adapter.reply(thread, Draft("İki"))
    assert flood.value.after is not None
    server.forum.switches.flood_seconds = 0
    with pytest.raises(NotPosted, match="write something"):
        await adapter.reply(thread, Draft(" "))
