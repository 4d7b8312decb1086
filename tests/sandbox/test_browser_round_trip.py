"""The sandbox as a newcomer meets it: two pages in a browser, nothing but clicks and keys."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from forum_bridge.sandbox.sandbox import Sandbox, open_sandbox

pytestmark = pytest.mark.browser


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with open_sandbox(tmp_path / "ledger.sqlite", lambda: datetime.now(UTC)) as running:
        yield running


async def test_a_post_becomes_a_case_and_the_answer_stands_in_the_thread(
    sandbox: Sandbox, chromium: Browser, page: Page
) -> None:
    forum, desk = page, await chromium.new_page(locale="en-GB")
    await desk.goto(sandbox.desk_url)
    await expect(desk.locator("html")).to_have_attribute("lang", "en")

    await forum.goto(sandbox.forum_url)
    await expect(forum.locator("html")).to_have_attribute("lang", "tr")
    await forum.locator("[data-test=new-thread]").click()
    await forum.locator("[data-test=thread-title]").fill("Kargo nerede?")
    await forum.locator("[data-test=thread-text]").fill("Siparişim **nerede**? 📦 ığüşöç")
    await forum.locator("[data-test=thread-send]").click()
    await expect(forum.locator("[data-test=post] .post-body")).to_contain_text("nerede")

    await desk.locator("[data-test=case]", has_text="Kargo nerede?").click(timeout=10_000)
    await expect(desk.locator("[data-test=message]").first).to_contain_text("📦 ığüşöç")
    editor = desk.locator("[data-test=editor]")
    await editor.click()
    await desk.keyboard.type("Merhaba, ")
    await desk.locator("[data-test=bold]").click()
    await desk.keyboard.type("yarın")
    await desk.locator("[data-test=bold]").click()
    await desk.keyboard.type(" sizde. ")
    await desk.locator("[data-test=link]").click()
    await desk.locator("[data-test=link-address]").fill("https://example.com/takip")
    await desk.locator("[data-test=link-add]").click()
    await desk.keyboard.press("Enter")
    await desk.locator("[data-test=list]").click()
    await desk.keyboard.type("kargo numarası 44-19")
    await desk.locator("[data-test=send]").click()

    ours = forum.locator("[data-test=post]", has_text="acme_destek").locator(".post-body")
    await expect(ours).to_be_visible(timeout=10_000)  # the page refreshed itself
    await expect(ours.locator("blockquote")).to_contain_text("nerede")
    await expect(ours.locator("strong", has_text="yarın")).to_be_visible()
    await expect(ours.locator("a[href='https://example.com/takip']")).to_be_visible()
    await expect(ours.locator("li")).to_have_text("kargo numarası 44-19")
    await expect(ours).to_contain_text("— Elif Kaya")
    await expect(desk.locator("[data-test=delivery]")).to_have_attribute("data-status", "200")
    for each in (forum, desk):
        await each.goto("about:blank")
