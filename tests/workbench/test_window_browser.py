"""The window in a real browser: the page in colours, refreshed on save, in two languages, on a phone; and a hostile
page that runs, loads and moves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, FrameLocator, Page, Request, expect
from tests.engines.place import START
from tests.workbench.odd_forum import OddForum
from tests.workbench.stage import URL, workplace
from tests.workbench.test_inert import HOSTILE

from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.window.server import showing

pytestmark = pytest.mark.browser


def inside(page: Page) -> FrameLocator:
    return page.frame_locator("[data-test=page]")


async def colour(page: Page, css: str) -> str:
    style = await inside(page).locator(css).first.evaluate("e => getComputedStyle(e).outlineColor")
    return str(style)


async def test_what_is_read_is_in_colours_and_follows_the_file(page: Page, tmp_path: Path) -> None:
    place = workplace(tmp_path)
    async with showing(place.stage) as url:
        await page.goto(url)
        times, bodies = inside(page).locator('[data-fb~="time"]'), inside(page).locator('[data-fb~="body"]')
        await expect(times).to_have_count(6)
        await expect(bodies).to_have_count(6)
        assert len({await colour(page, f'[data-fb~="{key}"]') for key in ("time", "body", "author_id", "title")}) == 4
        await expect(page.locator("[data-test=nothing-missing]")).to_have_text("Eksik yok.")
        await expect(page.locator("[data-test=when]").first).to_have_text("19 Kas 2026 05:00")
        await expect(page.locator("[data-test=case]")).to_contain_text("Ayşe Öz")
        await expect(page.locator("[data-test=answer] pre")).to_contain_text("[b]yarın elinizde[/b] olacak.")

        await place.followed("Yazıldı:", "Yazildi:")
        await expect(page.locator("[data-test=finding]")).to_contain_text("düzenli ifade")
        await expect(times).to_have_count(0)
        await expect(page.locator("[data-test=key-time]")).to_be_disabled()

        await place.followed("body: .soz ", "body .soz ")
        await expect(page.locator("[data-test=fault-line]")).to_contain_text("body .soz")
        await expect(page.locator("[data-test=status]")).to_have_text("dosyada hata var")
        await expect(bodies).to_have_count(6)  # the last good view stays
        await expect(page.locator("[data-test=post]")).to_have_count(6)

        await place.followed("body .soz ", "body: .soz ")
        await place.followed("Yazildi:", "Yazıldı:")
        await expect(times).to_have_count(6)
        await expect(page.locator("[data-test=fault]")).to_have_count(0)
        await page.goto("about:blank")


async def test_one_key_alone_a_post_on_the_page_and_the_keyboard(page: Page, tmp_path: Path) -> None:
    place = workplace(tmp_path)
    async with showing(place.stage) as url:
        await page.goto(url)
        chip, page_text = page.locator("[data-test=key-edited]"), inside(page).locator("body")
        await chip.focus()
        await page.keyboard.press("Enter")
        await expect(chip).to_have_attribute("aria-pressed", "true")
        await expect(inside(page).locator(".on")).to_have_text(["Son düzenleme: Bugün, 21:00"])
        await expect(inside(page).locator(".on")).to_be_in_viewport()
        await place.followed("edited: .not", "edited: div.not")  # what is chosen stays chosen
        await expect(page.locator('tr[data-key="edited"] code')).to_contain_text("div.not")
        await expect(inside(page).locator(".on")).to_have_count(1)
        await expect(chip).to_have_attribute("aria-pressed", "true")
        await expect(chip).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(chip).to_have_attribute("aria-pressed", "false")
        await expect(inside(page).locator(".on")).to_have_count(0)
        last = page.locator("[data-test=go]").last
        await last.click()
        await expect(page_text.get_by_text("Bir daha bu firmayla")).to_be_in_viewport()
        assert await page.evaluate("[scrollY, document.body.scrollTop]") == [0, 0]
        await page.locator(".w-languages [hreflang=en]").click()
        await expect(page.locator("[data-test=nothing-missing]")).to_have_text("Nothing is missing.")
        await page.goto("about:blank")


async def test_nothing_is_wider_than_the_screen(page: Page, tmp_path: Path) -> None:
    forum = OddForum()
    forum.threads[17].title = "Uzun" * 60
    code = "<pre>" + "kod" * 200 + "</pre><table><tr><td>" + "ab" * 300 + "</td></tr></table>"
    forum.threads[17].posts[0].text = "uzun" * 200 + code
    place = workplace(tmp_path, Seen(f"{URL}&{'uzun' * 60}", forum.thread_page(17), served=START))
    async with showing(place.stage) as url:
        await page.goto(url)
        await expect(page.locator("[data-test=post]")).to_have_count(6)
        await place.followed("body: .soz ", "body: '.soz[[" + "uzun" * 100 + "' ")
        await expect(page.locator("[data-test=fault-line]")).to_be_visible()
        for width in (320, 390, 860, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            for view in ("read", "page"):
                if width <= 860:
                    await page.locator(f".w-tabs [data-view={view}]").click()
                for element in ("document.documentElement", "document.getElementById('read')"):
                    over = await page.evaluate(f"{element}.scrollWidth - {element}.clientWidth")
                    assert over <= 0, (width, view, element)
            await expect(page.locator("[data-test=page]")).to_be_visible()
            chip = page.locator("[data-test=key-time]")
            await chip.scroll_into_view_if_needed()
            await chip.click()
            await expect(inside(page).locator(".on").first).to_be_in_viewport()
            await chip.click()
        await page.goto("about:blank")


async def test_a_hostile_page_runs_loads_and_moves_nothing(chromium: Browser, tmp_path: Path) -> None:
    html = OddForum().thread_page(17)
    pieces = "".join(f"<div>{each}</div>" for each in HOSTILE)  # some never end, so they stand behind the posts
    top = "".join(each for each in HOSTILE if each.startswith(("<base", "<meta", "<link", "<style")))
    hostile = html.replace("<head>", f"<head>{top}").replace("</center>", f"{pieces}</center>")
    hostile = hostile.replace("<body", "<body onload=alert(1) background=https://evil.example/z.png")
    hostile = hostile.replace(
        "Merhaba, geçen",
        f"<img src=https://evil.example/y.png onerror=alert(1)><svg onload=alert(1)></svg>{top}Merhaba, geçen",
    )
    place = workplace(tmp_path, Seen(URL, hostile, served=START))
    asked: list[str] = []
    told: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page = await chromium.new_page()
    page.on("request", note)
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    async with showing(place.stage) as url:
        await page.goto(url)
        await expect(page.locator("[data-test=post]")).to_have_count(6)
        await expect(inside(page).locator('[data-fb~="time"]')).to_have_count(6)
        for link in (await inside(page).locator("a").all())[:5]:
            await link.click(force=True)
        await page.evaluate("new Promise(done => setTimeout(done, 400))")  # for what would come by itself
        assert page.url == url
        assert [frame.url.partition("?")[0] for frame in page.frames] == [url, f"{url}page"]
        assert [each for each in asked if not each.startswith(url)] == []
        assert told == []
        await page.goto(f"{url}page")  # by itself it is as dead
        await page.evaluate("1")
        assert [each for each in asked if not each.startswith(url)] == []
        await page.goto("about:blank")
    await page.close()
