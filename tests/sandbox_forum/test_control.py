from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.forum import Forum

if TYPE_CHECKING:
    from .conftest import Visitor


async def test_switches_are_turned_from_outside(guest: Visitor, forum: Forum) -> None:
    await guest.control("switches", flood_seconds=9, merge_posts=True, auto_user="Elif Şahin")
    assert (forum.switches.flood_seconds, forum.switches.merge_posts) == (9, True)
    assert forum.switches.auto_user == "Elif Şahin"


async def test_threads_are_turned_round_and_have_smaller_pages(guest: Visitor, forum: Forum) -> None:
    async def shown(page: int) -> list[int]:
        html = await (await guest.session.get(f"{guest.url}/thread/1?page={page}")).text()
        return [int(each) for each in re.findall(r'data-post-id="(\d+)"', html)]

    assert await shown(1) == [1, 2, 3]
    await guest.control("switches", posts_a_page=2, newest_first=True)
    assert [await shown(page) for page in (1, 2)] == [[3, 2], [1]]
    async with guest.session.get(f"{guest.url}/post/1") as answer:
        assert answer.url.query_string == "page=2"
    await guest.control("switches", posts_a_page=0, newest_first=False)
    assert await shown(1) == [1]


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("switches", {"flood_seconds": True}),
        ("switches", {"flood_seconds": 3, "nonsense": 1}),
        ("faults", {"what": None}),
        ("faults", {"what": "nonsense"}),
        ("faults", {"what": 500, "match": "("}),
        ("post", {"thread": "1", "author": "Deniz", "text": "x"}),
    ],
)
async def test_nonsense_turns_nothing(guest: Visitor, forum: Forum, act: str, fields: dict[str, object]) -> None:
    async with guest.session.post(f"{guest.url}/_control/{act}", json=fields) as answer:
        assert answer.status == 400
    assert (forum.switches.flood_seconds, forum.faults.as_json(), len(forum.posts())) == (0, [], 3)


async def test_posts_come_change_and_go(guest: Visitor, forum: Forum) -> None:
    told = await guest.control("post", thread=1, author="elif şahin", text="Merhaba")
    assert isinstance(told, dict)
    assert (told["id"], told["author"], told["author_id"]) == (4, "Elif Şahin", 4)
    await guest.control("edit", post=4, text="Selam")
    assert forum.post(4).text == "Selam"
    thread = await guest.control("thread", author="Ada", title="Yeni", text="konu")
    assert isinstance(thread, dict)
    assert (thread["thread"], thread["author_id"]) == (2, None)
    await guest.control("lock", thread=2)
    assert forum.thread(2).locked
    await guest.control("delete", post=4)
    state = await (await guest.session.get(f"{guest.url}/_control/state")).json()
    assert [post["id"] for post in state["posts"]] == [1, 2, 3, 5]
    assert state["threads"][0] == {"id": 2, "title": "Yeni", "path": "/thread/2-yeni", "locked": True}
    assert "parola" not in str(state)


async def test_a_refusal_is_told(guest: Visitor, forum: Forum) -> None:
    forum.lock(1)
    fields = {"thread": 1, "author": "Deniz", "text": "x"}
    async with guest.session.post(f"{guest.url}/_control/post", json=fields) as answer:
        assert (answer.status, await answer.json()) == (409, {"error": "locked", "wait": 0})


async def test_faults_are_ordered_and_forgotten(guest: Visitor) -> None:
    await guest.control("faults", match="/board/", what=500, times=5)
    assert (await guest.get("/board/1")).status == 500
    async with guest.session.delete(f"{guest.url}/_control/faults") as answer:
        assert answer.status == 200
    assert (await guest.get("/board/1")).status == 200


async def test_no_web_page_elsewhere_can_turn_a_switch(guest: Visitor, forum: Forum) -> None:
    """A form elsewhere can send text/plain without being asked; application/json it cannot."""
    headers = {"Content-Type": "text/plain"}
    async with guest.session.post(
        f"{guest.url}/_control/switches", data='{"flood_seconds": 9}', headers=headers
    ) as answer:
        assert answer.status == 415
    assert forum.switches.flood_seconds == 0


async def test_moderators_move_merge_split_and_delete(guest: Visitor, forum: Forum) -> None:
    await guest.control("thread", author="Ada", title="Kargo", text="Nerede?")
    assert await guest.control("merge", thread=2, into=1) == {"thread": 1, "path": "/thread/1-hos-geldiniz-welcome"}
    assert [post.id for post in forum.thread(1).visible] == [1, 2, 3, 4]
    assert (await guest.get("/thread/2-kargo")).url == "/thread/1-hos-geldiniz-welcome"
    assert await guest.control("split", posts=[2, 4], title="Fatura") == {"thread": 3, "path": "/thread/3-fatura"}
    assert (await guest.get("/post/4")).url == "/thread/3-fatura"
    assert await guest.control("move", thread=3, redirect=False) == {"thread": 4, "path": "/thread/4-fatura"}
    assert (await guest.get("/thread/3-fatura")).status == 404
    await guest.control("split", posts=[4], into=1)
    assert [post.id for post in forum.thread(1).visible] == [1, 3, 4]
    await guest.control("delete_thread", thread=4)
    assert [post.id for post in forum.posts()] == [1, 3, 4]
    async with guest.session.post(f"{guest.url}/_control/split", json={"posts": "4"}) as answer:
        assert answer.status == 400


async def test_an_account_is_deleted_and_its_posts_stay(guest: Visitor, forum: Forum) -> None:
    await guest.control("forget", user="Elif Şahin")
    assert (forum.post(2).author, forum.person("Elif Şahin")) == ("Silinmiş kullanıcı", None)
    assert forum.register("Elif Şahin", "yeni-parola").id == 6
