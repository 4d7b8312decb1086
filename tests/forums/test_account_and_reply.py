"""Signing in, posting, and finding our posts again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web
from tests.forums.conftest import Build
from tests.forums.little import ACCOUNT, PASSWORD, LittleForum

from forum_bridge.errors import Forbidden, NotPosted, Retry, SignInNeeded, Unclear
from forum_bridge.forums.html.adapter import HtmlWriter
from forum_bridge.model import (
    Author,
    Draft,
    PostId,
    ReceiptState,
    SignInState,
    ThreadId,
    ThreadRef,
    Watch,
    WatchKind,
)  # fmt: skip


@pytest.fixture
def thread(forum: LittleForum) -> ThreadRef:
    forum.post(1, "ayşe", "Soru?")
    return ThreadRef(ThreadId("1"), f"{forum.url}/thread/1")


def texts(forum: LittleForum) -> list[str]:
    return [post.text for post in forum.threads[1]]


async def test_signing_in(forum: LittleForum, build: Build) -> None:
    adapter = await build(PASSWORD)
    outcome = await adapter.sign_in()
    assert (outcome.state, outcome.account) == (SignInState.OK, Author(ACCOUNT, ACCOUNT))


async def test_a_wrong_password_is_refused_and_never_shown(forum: LittleForum, build: Build) -> None:
    outcome = await (await build("yanlış-Parola-77")).sign_in()
    assert outcome.state is SignInState.REFUSED
    assert "password is wrong" in outcome.detail
    assert forum.taken() == ["/login", "/login"]  # the forum has said it: no other page is asked
    assert "yanlış-Parola-77" not in repr(outcome)


async def test_without_credentials_there_is_nothing_to_sign_in_with(build: Build) -> None:
    assert (await (await build()).sign_in()).state is SignInState.REFUSED


async def test_a_riddle_is_left_to_people(forum: LittleForum, build: Build) -> None:
    adapter = await build(PASSWORD, login={"captcha": "img.riddle"})
    form = '<html><img class="riddle"><form class="login-form"><input name="username"></form></html>'
    forum.trouble["/login"] = web.Response(text=form, content_type="text/html")
    assert (await adapter.sign_in()).state is SignInState.CAPTCHA


async def test_a_challenge_is_blocked(forum: LittleForum, build: Build) -> None:
    adapter = await build(PASSWORD)
    forum.trouble["/login"] = web.Response(status=403, headers={"cf-mitigated": "challenge"})
    assert (await adapter.sign_in()).state is SignInState.BLOCKED


async def test_a_reply_is_posted_once_and_its_id_known(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef
) -> None:
    receipt = await member.reply(thread, Draft("Çözüm: **yeniden başlatın** 🚂"))
    assert (receipt.post_id, receipt.url, receipt.state) == ("2", f"{forum.url}/post/2", ReceiptState.POSTED)
    assert texts(forum) == ["Soru?", "Çözüm: **yeniden başlatın** 🚂"]


async def test_a_form_that_was_too_old_is_fetched_and_sent_again_once(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef
) -> None:
    forum.stale_tokens = 1
    await member.reply(thread, Draft("Bir kez"))
    assert texts(forum) == ["Soru?", "Bir kez"]
    forum.stale_tokens = 2
    with pytest.raises(Retry, match="form has expired"):
        await member.reply(thread, Draft("Hiç"))
    assert texts(forum) == ["Soru?", "Bir kez"]


async def test_what_the_forum_says_decides(forum: LittleForum, member: HtmlWriter, thread: ThreadRef) -> None:
    forum.reply_says = "Please wait 41 more seconds before you post again"
    with pytest.raises(Retry) as flood:
        await member.reply(thread, Draft("Erken"))
    assert flood.value.after == timedelta(seconds=41)
    forum.reply_says = "Hesabınız burada yazamaz."
    with pytest.raises(NotPosted, match="burada yazamaz"):
        await member.reply(thread, Draft("Yasak"))
    forum.reply_says = "Your post waits for a moderator."
    assert (await member.reply(thread, Draft("Onay"))).state is ReceiptState.QUEUED
    forum.reply_says = "A sentence that nobody foresaw"
    with pytest.raises(Unclear, match="nobody foresaw"):
        await member.reply(thread, Draft("Belki"))


async def test_a_customer_who_quotes_the_forums_words_changes_nothing(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef
) -> None:
    forum.post(1, "ayşe", "Bana 'This thread is locked' diyor, The form has expired da diyor")
    await member.reply(thread, Draft("This thread is locked"))
    assert texts(forum)[-1] == "This thread is locked"


async def test_a_closed_thread_refuses(forum: LittleForum, member: HtmlWriter, thread: ThreadRef) -> None:
    forum.locked.add(1)
    with pytest.raises(NotPosted, match="closed"):
        await member.reply(thread, Draft("Geç"))


async def test_a_session_that_ended_asks_to_sign_in_before_anything_is_sent(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef
) -> None:
    forum.sessions.clear()
    with pytest.raises(SignInNeeded):
        await member.reply(thread, Draft("Misafir olarak değil"))
    assert texts(forum) == ["Soru?"]


async def test_what_the_forum_says_by_an_element_counts_in_any_language(
    forum: LittleForum, build: Build, thread: ThreadRef
) -> None:
    adapter = await build(PASSWORD, says={"flood": "css: .wait =~ (?P<seconds>[0-9]+)", "locked": "css: .closed"})
    await adapter.sign_in()
    forum.reply_says = '<b class="wait">Attendez 7 secondes</b>'
    with pytest.raises(Retry, match="Attendez 7") as asked:
        await adapter.reply(thread, Draft("Çok çabuk"))
    assert asked.value.after == timedelta(seconds=7)
    forum.reply_says = '<b class="closed">Fermé</b>'
    with pytest.raises(NotPosted, match="Fermé"):
        await adapter.reply(thread, Draft("Geç kaldı"))


async def test_a_forum_that_has_the_post_already_is_believed_only_after_a_look(
    forum: LittleForum, build: Build, thread: ThreadRef
) -> None:
    adapter = await build(PASSWORD, says={"already": "You have already posted this"})
    await adapter.sign_in()
    forum.reply_says = "You have already posted this reply."
    with pytest.raises(Unclear, match="already posted this reply"):
        await adapter.reply(thread, Draft("Bir kez"))


async def test_a_thread_that_is_gone_or_forbidden(forum: LittleForum, member: HtmlWriter, thread: ThreadRef) -> None:
    for status in (404, 403):
        forum.trouble["/thread/1"] = web.Response(status=status)
        with pytest.raises(NotPosted):
            await member.reply(thread, Draft("Yok"))


async def test_where_no_page_tells_whether_we_are_signed_in_a_refusal_is_the_forums(
    forum: LittleForum, build: Build
) -> None:
    forum.post(1, "elif")
    member = await build(PASSWORD, login={"home": "anasayfa"})  # 404
    await member.sign_in()
    forum.trouble["/thread/1"] = web.Response(status=403)
    with pytest.raises(Forbidden, match="thread/1"):
        await member.read(Watch(WatchKind.THREAD, f"{forum.url}/thread/1"), None)
    assert "/anasayfa" in forum.taken()


async def test_an_answer_lost_on_the_way_back_is_unclear_and_not_sent_again(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef
) -> None:
    forum.trouble["/post/2"] = web.Response(status=502)
    with pytest.raises(Unclear):
        await member.reply(thread, Draft("Bir kez"))
    assert texts(forum) == ["Soru?", "Bir kez"]
    ours = await member.own_posts(thread, PostId("1"))
    assert (ours.complete, [post.id for post in ours.posts]) == (True, ["2"])


async def test_own_posts_over_pages(forum: LittleForum, member: HtmlWriter, thread: ThreadRef) -> None:
    for number in range(2, 12):
        forum.post(1, ACCOUNT if number % 4 == 0 else "mehmet")
    found = await member.own_posts(thread, PostId("5"))
    assert (found.complete, [post.id for post in found.posts]) == (True, ["8"])
    every = await member.own_posts(thread, None)
    assert (every.complete, [post.id for post in every.posts]) == (True, ["4", "8"])


async def test_own_posts_is_complete_only_if_every_page_was_read(
    forum: LittleForum, member: HtmlWriter, thread: ThreadRef, build: Build
) -> None:
    for _ in range(8):
        forum.post(1, ACCOUNT)
    forum.trouble["/thread/1?page=2"] = web.Response(status=500)
    found = await member.own_posts(thread, PostId("2"))
    assert (found.complete, [post.id for post in found.posts]) == (False, ["7", "8", "9"])
    bounded = await build(PASSWORD, pages_a_poll=1)
    await bounded.sign_in()
    assert not (await bounded.own_posts(thread, PostId("2"))).complete
    forum.trouble["/thread/1"] = web.Response(status=403)
    with pytest.raises(Forbidden):
        await member.own_posts(thread, PostId("2"))
