from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.forum import Forum, Person, Refused

from .conftest import attr, one

if TYPE_CHECKING:
    from .conftest import StandingClock, Visitor

THREAD = "/thread/1-hos-geldiniz-welcome"


async def test_a_reply_leads_to_the_new_post(browser: Visitor, forum: Forum, deniz: Person) -> None:
    await browser.get(THREAD)
    answer = await browser.submit("/thread/1/reply", text="  Merhaba 🙂  ")
    assert (answer.status, answer.headers["Location"]) == (302, "/post/4")
    assert (forum.post(4).text, forum.post(4).author) == ("Merhaba 🙂", deniz)


async def test_a_guest_may_write_under_a_free_name(guest: Visitor, forum: Forum) -> None:
    assert (await guest.submit("/thread/1/reply", text="Selam", guest_name="Ada")).headers["Location"] == "/post/4"
    for name in ("", "  ", "deniz", "x" * 41):
        refused = await guest.submit("/thread/1/reply", text="Metnim", guest_name=name)
        assert (refused.status, refused.code) == (200, "guest_name")
        assert attr(refused.soup, "body", "data-page") == "reply"
        assert "Metnim" in one(refused.soup, "form.reply-form textarea").get_text()
    assert len(forum.posts()) == 4


async def test_where_guests_may_not_write_they_are_sent_to_sign_in(guest: Visitor, forum: Forum) -> None:
    forum.switches.guests_may_post = False
    assert (await guest.get(THREAD)).soup.select_one("form.reply-form") is None
    answer = await guest.submit("/thread/1/reply", text="Selam", guest_name="Ada")
    assert (answer.status, answer.headers["Location"]) == (302, f"/login?next={THREAD}")
    assert attr((await guest.get("/board/1/new")).soup, "body", "data-page") == "login"
    assert len(forum.posts()) == 3


async def test_flood_is_an_error_page_with_200(browser: Visitor, forum: Forum, clock: StandingClock) -> None:
    await browser.get(THREAD)
    forum.switches.flood_seconds = 30
    await browser.submit("/thread/1/reply", text="bir")
    clock.turn(seconds=10.5)
    page = await browser.submit("/thread/1/reply", text="iki")
    assert (page.status, page.code, attr(page.soup, "body", "data-page")) == (200, "flood", "error")
    assert page.texts("[data-code=flood]") == ["Please wait 20 more seconds before you post again."]
    assert "iki" in one(page.soup, "form.reply-form textarea").get_text()
    clock.turn(seconds=20)
    assert (await browser.submit("/thread/1/reply", text="iki")).status == 302


async def test_a_moderated_post_is_unseen_until_approved(browser: Visitor, forum: Forum) -> None:
    await browser.get(THREAD)
    forum.switches.moderation = True
    page = await browser.submit("/thread/1/reply", text="bekleyen")
    assert (page.status, page.code) == (200, "queued")
    assert page.texts("[data-code=queued]") == ["Your post waits for a moderator."]
    assert "bekleyen" not in (await browser.get(THREAD)).text
    assert (await browser.get("/post/4")).status == 404
    await browser.control("approve", post=4)
    assert "bekleyen" in (await browser.get(THREAD)).text


async def test_a_locked_thread_takes_no_reply(browser: Visitor, forum: Forum) -> None:
    await browser.get(THREAD)
    forum.lock(1)
    page = await browser.get(THREAD)
    assert page.soup.select_one("form.reply-form") is None
    assert page.code == "locked"
    assert attr(page.soup, "#thread", "data-locked") == "true"
    refused = await browser.submit("/thread/1/reply", text="geç")
    assert (refused.status, refused.code) == (403, "locked")
    forum.lock(1, False)
    assert (await browser.submit("/thread/1/reply", text="geç")).status == 302


async def test_consecutive_posts_become_one(browser: Visitor, forum: Forum) -> None:
    await browser.get(THREAD)
    forum.switches.merge_posts = True
    assert (await browser.submit("/thread/1/reply", text="ilk")).headers["Location"] == "/post/4"
    assert (await browser.submit("/thread/1/reply", text="ikinci")).headers["Location"] == "/post/4"
    post = forum.post(4)
    assert (post.text, post.edited is not None) == ("ilk\n\n---\n\nikinci", True)
    forum.reply(1, "Ada", "araya giren")
    assert (await browser.submit("/thread/1/reply", text="üçüncü")).headers["Location"] == "/post/6"


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \n ", "empty"), ("x" * 101, "too_long")])
async def test_a_text_that_cannot_stand_is_given_back(browser: Visitor, forum: Forum, text: str, code: str) -> None:
    await browser.get(THREAD)
    forum.switches.max_chars = 100
    page = await browser.submit("/thread/1/reply", text=text)
    assert (page.status, page.code, attr(page.soup, "body", "data-page")) == (200, code, "reply")
    assert one(page.soup, "textarea").get_text().strip() == text.strip()


async def test_a_post_of_100_kb_stands(browser: Visitor, forum: Forum) -> None:
    await browser.get(THREAD)
    text = "ğ " * 50_000
    assert (await browser.submit("/thread/1/reply", text=text)).status == 302
    assert forum.post(4).text == text.strip()


async def test_a_banned_person_is_told(browser: Visitor) -> None:
    await browser.get(THREAD)
    await browser.control("ban", user="deniz")
    page = await browser.submit("/thread/1/reply", text="merhaba")
    assert (page.status, page.code) == (403, "banned")


async def test_a_new_thread(browser: Visitor, forum: Forum) -> None:
    await browser.get("/board/1/new")
    page = await browser.submit("/board/1/new", title="Işık söndü!", text="Neden?", follow=True)
    assert page.url == "/thread/2-isik-sondu"
    assert page.texts("h1.thread-title") == ["Işık söndü!"]
    for fields in ({"title": " ", "text": "metin"}, {"title": "Başlık", "text": " "}):
        refused = await browser.post("/board/1/new", {"csrf": await browser.csrf(), **fields})
        assert refused.code == "empty"
        assert attr(refused.soup, "input[name=title]", "value") == fields["title"]
    assert len(forum.threads()) == 2


async def test_one_changes_and_deletes_only_ones_own(browser: Visitor, forum: Forum) -> None:
    await browser.get(THREAD)
    await browser.submit("/thread/1/reply", text="yanlış")
    assert (await browser.submit("/post/4/edit", text="doğru")).headers["Location"] == "/post/4"
    assert forum.post(4).text == "doğru"
    assert (await browser.submit("/post/4/edit", text=" ")).code == "empty"
    for other in ("/post/1/edit", "/post/1/delete"):
        refused = await browser.submit(other, text="benim değil")
        assert (refused.status, refused.code) == (403, "not_yours")
    assert (await browser.submit("/post/4/delete")).headers["Location"] == THREAD
    assert (await browser.get("/post/4")).status == 404


async def test_a_thread_without_posts_is_gone(browser: Visitor, forum: Forum) -> None:
    await browser.get("/board/1/new")
    await browser.submit("/board/1/new", title="Boş", text="tek gönderi")
    assert (await browser.submit("/post/4/delete")).headers["Location"] == "/board/1"
    assert (await browser.get("/thread/2")).status == 404
    assert len(forum.threads()) == 1


def test_a_refused_act_changes_nothing(forum: Forum, deniz: Person) -> None:
    forum.lock(1)
    before = forum.change
    with pytest.raises(Refused, match="locked"):
        forum.reply(1, deniz, "x")
    with pytest.raises(Refused, match="gone"):
        forum.reply(9, deniz, "x")
    with pytest.raises(Refused, match="empty"):
        forum.edit(1, " ")
    with pytest.raises(Refused, match="empty"):
        forum.open_thread(deniz, "Başlık", " ")
    assert (forum.change, len(forum.posts()), len(forum.threads())) == (before, 3, 1)
