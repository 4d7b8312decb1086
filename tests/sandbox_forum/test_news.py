from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from bs4 import BeautifulSoup

from forum_bridge.sandbox.forum import Forum, ForumServer, Person

from .conftest import until

if TYPE_CHECKING:
    from .conftest import Visitor


async def news(visitor: Visitor, after: int, of: str = "thread/1") -> dict[str, object]:
    async with visitor.session.get(f"{visitor.url}/{of}/since?after={after}") as answer:
        assert answer.status == 200
        told: dict[str, object] = await answer.json()
        return told


def ids(told: dict[str, object]) -> list[str]:
    return [str(article["data-post-id"]) for article in BeautifulSoup(str(told["html"]), "lxml").select("article.post")]


async def test_a_waiting_page_gets_the_new_post_and_nothing_else(forum: Forum, deniz: Person) -> None:
    async with ForumServer(forum, patience=30) as server, aiohttp.ClientSession() as session:
        url = f"{server.url}/thread/1/since?after={forum.thread(1).change}"
        waiting = asyncio.create_task(session.get(url))
        await until(lambda: forum.bell.awaited)
        forum.reply(1, deniz, "yeni")
        async with await waiting as answer:
            told = await answer.json()
    assert ids(told) == ["4"]
    assert told["change"] == forum.thread(1).change


async def test_nothing_new_is_204(guest: Visitor, forum: Forum) -> None:
    for path in (f"/thread/1/since?after={forum.thread(1).change}", f"/board/1/since?after={forum.change}"):
        assert (await guest.get(path)).status == 204


async def test_changed_removed_and_locked(guest: Visitor, forum: Forum, deniz: Person) -> None:
    fourth = forum.reply(1, deniz, "dört")
    before = forum.thread(1).change
    forum.edit(2, "değişti")
    forum.delete(fourth.id)
    forum.lock(1)
    told = await news(guest, before)
    assert (ids(told), told["removed"], told["locked"]) == (["2"], [4], True)


async def test_a_post_that_waits_for_a_moderator_is_no_news(guest: Visitor, forum: Forum, deniz: Person) -> None:
    before = forum.thread(1).change
    forum.switches.moderation = True
    post = forum.reply(1, deniz, "bekleyen")
    assert ids(await news(guest, before)) == []
    forum.approve(post.id)
    assert ids(await news(guest, before)) == ["4"]


async def test_a_page_from_before_a_restart_gets_everything(guest: Visitor) -> None:
    assert ids(await news(guest, 9999)) == ["1", "2", "3"]


async def test_the_board_tells_its_rows(guest: Visitor, forum: Forum) -> None:
    before = forum.change
    forum.open_thread("Ada", "Yeni konu", "merhaba")
    rows = BeautifulSoup(str((await news(guest, before, "board/1"))["html"]), "lxml").select("li.thread-row")
    assert [row["data-thread-id"] for row in rows] == ["2", "1"]


async def test_a_server_that_stops_lets_waiting_pages_go_and_can_start_again(forum: Forum) -> None:
    for _ in range(2):
        async with aiohttp.ClientSession() as session:
            async with ForumServer(forum, patience=600) as server:
                waiting = asyncio.create_task(
                    session.get(f"{server.url}/thread/1/since?after={forum.thread(1).change}")
                )
                await until(lambda: forum.bell.awaited)
            async with await waiting as answer:
                assert answer.status == 204
