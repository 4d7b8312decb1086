"""The pages in a real browser: they refresh themselves, and what one types is never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from forum_bridge.sandbox.desk import Desk
from forum_bridge.sandbox.desk.screen import add_screen
from forum_bridge.sandbox.desk.server import DeskServer
from forum_bridge.sandbox.forum import Forum, ForumServer, Person

from .test_desk_screen import again, opened

pytestmark = pytest.mark.browser


@pytest.fixture
async def running() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.close()


async def test_a_thread_refreshes_itself_and_keeps_what_one_types(page: Page, forum: Forum) -> None:
    elif_ = forum.person("Elif Şahin")
    assert elif_ is not None
    async with ForumServer(forum) as server:
        await page.goto(f"{server.url}/thread/1")
        text = page.locator("[data-test=reply-text]")
        await text.fill("yarım kalan cümle")
        post = forum.reply(1, elif_, "canlı gönderi")
        await expect(page.locator("[data-test=post].fresh .post-body")).to_have_text("canlı gönderi")
        forum.edit(post.id, "düzeltilmiş gönderi")
        await expect(page.locator(f"#post-{post.id} .post-body")).to_have_text("düzeltilmiş gönderi")
        forum.delete(post.id)
        await expect(page.locator("[data-test=post]")).to_have_count(3)
        await expect(text).to_have_value("yarım kalan cümle")
        await page.reload()
        await expect(text).to_have_value("yarım kalan cümle")
        await page.locator("[data-test=reply-send]").click()
        await expect(page.locator("[data-test=post]").last.locator(".post-body")).to_have_text("yarım kalan cümle")
        await expect(text).to_have_value("")
        await page.goto("about:blank")


async def test_a_refused_reply_keeps_its_text(page: Page, forum: Forum, deniz: Person) -> None:
    async with ForumServer(forum) as server:
        await page.goto(f"{server.url}/thread/1")
        forum.reply(1, deniz, "az önce")
        forum.switches.flood_seconds = 3600
        await page.locator("[data-test=reply-text]").fill("çok çabuk")
        await page.locator("[data-test=reply-send]").click()
        await expect(page.locator("[data-code=flood]")).to_be_visible()
        await expect(page.locator("[data-test=reply-text]")).to_have_value("çok çabuk")
        await page.goto(f"{server.url}/thread/1")
        await expect(page.locator("[data-test=reply-text]")).to_have_value("çok çabuk")
        await page.goto("about:blank")


async def test_quoting_adds_to_what_stands_in_the_box(page: Page, forum: Forum) -> None:
    async with ForumServer(forum) as server:
        await page.goto(f"{server.url}/thread/1")
        text = page.locator("[data-test=reply-text]")
        await text.fill("önce bu")
        await page.locator("#post-3 .quote-link").click()
        await expect(text).to_have_value(
            "önce bu\n\n> **Harry Whitlock** [yazdı](/post/3):\n"
            "> Mine came by e-mail the next morning. Have a look in the spam folder, it was there. :)\n\n"
        )
        await page.goto("about:blank")


async def test_an_agent_writes_bold_a_link_and_a_list(page: Page, running: Desk) -> None:
    case = opened(running, "<p>Siparişim nerede?</p>")
    async with DeskServer(running, extra=lambda app: add_screen(app, running)) as server:
        await page.goto(server.url)
        await page.locator("[data-test=case]").click()
        editor = page.locator("[data-test=editor]")
        await editor.click()
        await page.locator("[data-test=bold]").click()
        await page.keyboard.type("Kalın")
        await page.locator("[data-test=bold]").click()
        await page.keyboard.type(" ve ")
        await page.locator("[data-test=link]").click()
        await page.locator("[data-test=link-address]").fill("acme.example/takip")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await page.locator("[data-test=list]").click()
        await page.keyboard.type("bir")
        await page.keyboard.press("Enter")
        await page.keyboard.type("iki")
        again(running, case, "<p>Orada mısınız?</p>")
        await expect(page.locator("[data-test=message]")).to_have_count(2)
        await expect(editor).to_contain_text("iki")
        await page.reload()
        await expect(editor).to_contain_text("iki")
        await page.locator("[data-test=agent]").select_option("911")
        await page.locator("[data-test=send]").click()
        await expect(page.locator("[data-test=message][data-kind=agent] .line-author")).to_have_text("Mert Demir")
        await expect(editor).to_have_text("")
        await page.goto("about:blank")
    html = running.messages(case)[-1].content_html
    assert "<b>Kalın</b>" in html
    assert '<a href="https://acme.example/takip">acme.example/takip</a>' in html
    assert "<li>bir</li><li>iki</li>" in html


async def test_a_word_that_is_marked_becomes_the_link(page: Page, running: Desk) -> None:
    case = opened(running, "<p>soru</p>")
    async with DeskServer(running, extra=lambda app: add_screen(app, running)) as server:
        await page.goto(f"{server.url}/case/{case.case_id}")
        await page.locator("[data-test=editor]").click()
        await page.keyboard.type("takip")
        await page.keyboard.press("Control+A")
        await page.locator("[data-test=link]").click()
        await page.locator("[data-test=link-address]").fill("https://acme.example/")
        await page.locator("[data-test=link-add]").click()
        await page.locator("[data-test=note]").click()
        await expect(page.locator("[data-test=message][data-kind=note] a")).to_have_text("takip")
        await page.locator("[data-test=close]").click()
        await expect(page.locator("[data-test=reopen]")).to_be_visible()
        await page.goto("about:blank")
    assert '<a href="https://acme.example/">takip</a>' in running.messages(case)[-1].content_html


@pytest.mark.parametrize("width", [390, 1280])
async def test_no_page_is_wider_than_the_screen(page: Page, running: Desk, forum: Forum, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    forum.reply(1, "Ada", "uzun" * 200 + "\n\n`" + "kod" * 200 + "`\n\n    " + "satır" * 200)
    case = opened(running, "<p>" + "uzun" * 200 + "</p>", subject="Konu" * 40)
    async with (
        ForumServer(forum) as server,
        DeskServer(running, extra=lambda app: add_screen(app, running)) as desk_server,
    ):
        forum_paths = ["/board/1", "/thread/1", "/login", "/register", "/board/1/new", "/user/3"]
        for url in [server.url + path for path in forum_paths] + [
            desk_server.url,
            f"{desk_server.url}/case/{case.case_id}",
        ]:
            await page.goto(url)
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url
        await page.goto("about:blank")
