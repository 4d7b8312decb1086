"""A preset is guessed for a forum that nobody prepared for, and then does all that an adapter does there: it reads,
signs in, replies and finds what it wrote."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.engines.place import Time, serving
from tests.workbench.odd_forum import CHARSET, MEMBERS, PASSWORD, PER_PAGE, USER, OddForum

from forum_bridge.forums.contract import CanReply, CanSignIn, ShowsPages
from forum_bridge.forums.registry import Registry
from forum_bridge.model import Draft, SignInState, ThreadId, ThreadRef
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import Credentials, SessionSettings, open_session
from forum_bridge.workbench.fitting import Fitted, collect, fit, sorted_out
from forum_bridge.workbench.guess.ids import POSITIONS
from forum_bridge.workbench.look import fetched, saved, visiting
from forum_bridge.workbench.making import made
from forum_bridge.workbench.writing import save_new

POSTS = (
    (4707, "Ayşe Öz"), (4714, "deniz_k"), (4721, "Misafir Kişi"), (4728, "Ayşe Öz"), (4735, "Çağrı"), (4742, "deniz_k"),
)  # fmt: skip


async def fitted(forum: OddForum, url: str) -> Fitted:
    async with visiting(url, lambda: forum.now) as session:
        return fit(*await collect(session, await fetched(session, url), lambda _: None))


async def test_a_guest_s_look_at_a_live_forum_is_enough_to_read_it() -> None:
    forum = OddForum()
    async with serving(forum.app) as url:
        found = await fitted(forum, f"{url}/forum/oku.asp?konu=17")
    page = found.reading.page
    assert page is not None
    assert (page.ref.id, page.ref.title) == ("17", "Kargom nerede kaldı?")
    assert page.next == f"{url}/forum/oku.asp?konu=17&syf=2"
    written = forum.threads[17].posts[:PER_PAGE]
    assert [(post.id, post.author.name, post.author.id) for post in page.posts] == [
        (str(number), author, str(MEMBERS[author]) if author in MEMBERS else None) for number, author in POSTS
    ]
    assert [post.time for post in page.posts] == [minute(each.when) for each in written]
    assert [post.edited and minute(post.edited) for post in page.posts] == [
        each.edited and minute(each.edited) for each in written
    ]
    assert [post.html for post in page.posts] == [each.text for each in written]
    assert page.posts[2].url == f"{url}/forum/oku.asp?konu=17&yazi=4721#y4721"
    assert (found.rows, found.other and len(found.other.posts), found.missing) == (2, 3, ())
    board, login = (dict(found.guessed.draft.section(name).keys) for name in ("board", "login"))
    assert board["moved"] == "td:nth-of-type(3)"  # "Bugün" would be another word tomorrow
    assert (login["page"], login["user"], login["password"]) == ("giris.asp", "kullanici", "parola")


def minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


async def test_each_page_is_asked_for_once() -> None:
    forum = OddForum()
    async with serving(forum.app) as url:
        await fitted(forum, f"{url}/forum/oku.asp?konu=17")
    assert forum.asked == [
        "/robots.txt",
        "/forum/oku.asp?konu=17",
        "/forum/oku.asp?konu=17&syf=2",
        "/forum/bolum.asp?bolum=3",
        "/forum/giris.asp",
        "/forum/oku.asp?konu=21",
    ]


async def test_what_cannot_be_had_is_told_and_the_rest_is_fitted() -> None:
    forum = OddForum(login_page=False)
    async with serving(forum.app) as url:
        found = await fitted(forum, f"{url}/forum/oku.asp?konu=17")
    assert len(found.missing) == 1
    assert "the page to sign in on" in found.missing[0]
    assert found.reading.page is not None
    assert [section.name for section in found.guessed.draft.later] == ["login", "reply"]


async def test_a_thread_of_one_page_and_positions_for_ids_are_told() -> None:
    forum = OddForum()
    del forum.threads[17].posts[PER_PAGE:]
    for thread in forum.threads.values():
        for place, post in enumerate(thread.posts, 1):
            post.number = place
    async with serving(forum.app) as url:
        found = await fitted(forum, f"{url}/forum/oku.asp?konu=17")
    doubts = dict(found.guessed.draft.unsure())
    assert "begin with a longer one" in doubts[""]
    assert "another thread has the same ones" in doubts["posts.id"]


async def test_numbers_that_only_look_like_positions_are_cleared_by_another_thread() -> None:
    forum = OddForum()
    number = 0
    for thread in forum.threads.values():
        for post in thread.posts:
            post.number = number = number + 1
    async with serving(forum.app) as url:
        found = await fitted(forum, f"{url}/forum/oku.asp?konu=17")
    assert "posts.id" not in dict(found.guessed.draft.unsure())
    alone = fit(found.pages)
    assert dict(alone.guessed.draft.unsure())["posts.id"] == POSITIONS


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Path]:
    """Pages as a browser saves them: as a guest and as a member."""
    forum = OddForum()
    html = {
        "thread": forum.thread_page(17),
        "second": forum.thread_page(17, 2),
        "board": forum.board_page(),
        "login": forum.login_page(),
        "member": forum.thread_page(17, 1, USER),
        "reply": forum.reply_page(17),
    }
    for name, text in html.items():
        path = tmp_path / f"{name}.html"
        path.write_bytes(text.encode(CHARSET))
        os.utime(path, (forum.now.timestamp(), forum.now.timestamp()))
    return {name: tmp_path / f"{name}.html" for name in html}


async def test_with_a_member_s_pages_it_replies_and_finds_what_it_wrote(pages: dict[str, Path], tmp_path: Path) -> None:
    forum, time = OddForum(), Time()
    async with serving(forum.app) as url:
        address = f"{url}/forum/oku.asp?konu=17"
        first, *more = pages.values()
        found = fit(sorted_out([saved(first, address), *(saved(each, beside=address) for each in more)]))
        assert list(found.guessed.draft.later) == []
        folder = tmp_path / "adapters"
        save_new(made("kahve", found, None, forum.now).text, folder, "kahve")
        entry = Registry.load(folder).get("kahve")
        assert entry.fault is None
        settings = SessionSettings(f"{url}/forum/", "forum-bridge-tests/1", timedelta())
        account = Credentials(USER, SecretStr(PASSWORD))
        async with open_session(settings, account, Pacer(time, time.sleep), time) as session:
            adapter = entry.build({}, session)
            assert isinstance(adapter, CanSignIn)
            assert isinstance(adapter, CanReply)
            assert isinstance(adapter, ShowsPages)
            assert (await adapter.sign_in()).state is SignInState.OK
            thread = ThreadRef(ThreadId("17"), address)
            receipt = await adapter.reply(thread, Draft("Şubede [b]bekliyor[/b], ölçüler tamam."))
            own = await adapter.own_posts(thread, None)
            last = (await adapter.page(f"{address}&syf=2")).posts[-1]
        written = forum.threads[17].posts[-1]
        assert (written.author, written.text) == (USER, "Şubede <b>bekliyor</b>, ölçüler tamam.")
        assert receipt.post_id == str(written.number) == last.id
        assert [post.id for post in own.posts] == [str(written.number)]
