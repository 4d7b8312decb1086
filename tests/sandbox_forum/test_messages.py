"""Personal messages of the sandbox forum: who sees them, what is refused, and that nothing is lost by it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page as BrowserPage
from playwright.async_api import expect
from tests.sandbox_forum.conftest import StandingClock, Visitor, attr, one

from forum_bridge.sandbox.forum import Forum, ForumServer, Person, Refused


@pytest.fixture
def elif_(forum: Forum) -> Person:
    person = forum.person("Elif Şahin")
    assert person is not None
    return person


async def test_one_writes_reads_and_answers(browser: Visitor, guest: Visitor, forum: Forum, elif_: Person) -> None:
    await browser.get("/board/1")
    assert (await browser.get("/messages")).texts(".nothing") == ["No messages yet."]
    form = await browser.get(f"/messages/new?user={elif_.id}")
    assert attr(form.soup, "form.message-form input[name=to]", "value") == "Elif Şahin"
    sent = await browser.submit(
        "/messages/new", follow=True, to="elif şahin", subject="Kargo 📦", text="**Sizinki** geldi mi?"
    )
    assert (sent.url, sent.texts("h1.thread-title")) == ("/messages/1", ["Kargo 📦"])
    assert one(sent.soup, "article.post strong").get_text() == "Sizinki"
    await guest.sign_in("Elif Şahin", "elif-parola")
    inbox = await guest.get("/messages")
    assert inbox.texts(".thread-row.unread .thread-link") == ["Kargo 📦"]
    assert inbox.texts(".unread-count") == ["1"]
    assert inbox.texts(".thread-with .user-link") == ["Deniz"]
    read = await guest.get("/messages/1")
    assert read.texts(".unread-count") == []
    assert (await guest.get("/messages")).texts(".unread") == []
    back = await guest.submit("/messages/1/reply", follow=True, text="Evet!")
    assert back.texts("article.post .author") == ["Deniz", "Elif Şahin"]
    assert (await guest.get("/message/2", follow=False)).headers["Location"] == "/messages/1#message-2"
    assert [message.text for message in forum.messages.everything()] == ["**Sizinki** geldi mi?", "Evet!"]


async def test_nobody_else_sees_anything_of_it(
    browser: Visitor, guest: Visitor, forum: Forum, deniz: Person, elif_: Person
) -> None:
    message = forum.messages.open(deniz, elif_, "Çok gizli", "Yalnızca sana")
    for path in ("/messages", "/messages/1", f"/message/{message.id}", "/messages/new", "/messages/1/since"):
        page = await guest.get(path)
        assert (page.url.partition("?")[0], "gizli" in page.text) == ("/login", False), path
    await guest.sign_in("Harry Whitlock", "harry-password")
    for path in ("/messages/1", f"/message/{message.id}", "/messages/1/since"):
        page = await guest.get(path)
        assert (page.status, page.code, "gizli" in page.text) == (403, "not_member", False), path
    assert (await guest.submit("/messages/1/reply", text="Ben de!")).status == 403
    assert (await guest.get("/messages")).texts(".thread-row") == []
    assert (await guest.get("/messages/7")).status == 404
    assert len(forum.messages.everything()) == 1
    await browser.get("/board/1")
    for path in ("/board/1", "/thread/1", "/user/4", "/robots.txt"):
        assert "gizli" not in (await browser.get(path)).text


async def test_what_is_refused_keeps_its_text_and_changes_nothing(
    browser: Visitor, forum: Forum, clock: StandingClock, elif_: Person, deniz: Person
) -> None:
    await browser.get("/board/1")

    async def write(**fields: str) -> str | None:
        filled = {"to": "Elif Şahin", "subject": "Konu", "text": "Metin <b>", **fields}
        page = await browser.post("/messages/new", {"csrf": await browser.csrf(), **filled})
        if page.code is not None:
            assert "\nMetin &lt;b&gt;</textarea>" in page.text or fields.get("text") is not None
        return page.code

    assert await write(to="Kimse") == "no_such_user"
    assert await write(to="Deniz") == "no_such_user"
    assert await write(subject="  ") == "empty"
    assert await write(text=" ") == "empty"
    forum.switches.max_chars = 5
    assert await write() == "too_long"
    forum.switches.max_chars = 200
    elif_.takes_messages = False
    assert await write() == "takes_none"
    elif_.takes_messages = True
    deniz.banned = True
    assert await write() == "banned"
    deniz.banned = False
    assert forum.messages.everything() == []
    forum.switches.flood_seconds = 30
    assert await write() is None
    again = await browser.submit("/messages/1/reply", text="Hemen <i>")
    assert (again.code, "Hemen &lt;i&gt;" in again.text) == ("flood", True)
    assert "Please wait 30 more seconds" in again.text
    assert (await browser.post("/messages/1/reply", {"text": "Jetonsuz"})).code == "form_expired"
    clock.turn(seconds=31)
    assert (await browser.submit("/messages/1/reply", text="Sonra")).status == 302
    assert [message.text for message in forum.messages.everything()] == ["Metin <b>", "Sonra"]


async def test_pages_of_messages_and_of_conversations(
    browser: Visitor, forum: Forum, deniz: Person, elif_: Person
) -> None:
    for number in range(22):
        forum.messages.open(elif_, deniz, f"Konu {number}", "Söz")
    for number in range(10):
        forum.messages.reply(3, elif_, f"Ek {number}")
    await browser.get("/board/1")
    first, second = await browser.get("/messages"), await browser.get("/messages?page=2")
    assert (len(first.texts(".thread-row")), second.texts(".thread-link")) == (20, ["Konu 1", "Konu 0"])
    assert first.texts(".thread-link")[:2] == ["Konu 2", "Konu 21"]  # the newest message first
    assert (await browser.get("/message/32", follow=False)).headers["Location"] == "/messages/3?page=2#message-32"
    assert (await browser.get("/messages/3?page=2")).texts("article.post .post-body") == ["Ek 9"]
    assert (await browser.get("/messages/3?page=3")).status == 404


async def test_messages_count_apart_and_outlive_an_account(forum: Forum, deniz: Person, elif_: Person) -> None:
    made = forum.messages.open(elif_, deniz, "Konu", "Söz")
    assert (made.id, made.conversation_id) == (1, 1)
    assert forum.post(1).text != made.text
    forum.close_account(elif_, "Silinmiş kullanıcı")
    assert made.author_name == "Silinmiş kullanıcı"
    with pytest.raises(Refused, match="takes_none"):
        forum.messages.reply(1, deniz, "Orada mısın?")


async def test_the_controls_write_as_anybody_and_show_all(guest: Visitor, forum: Forum) -> None:
    await guest.control("message", author="Deniz", to="acme_destek", subject="Kargo", text="Nerede?")
    await guest.control("message", author="acme_destek", conversation=1, text="Yolda")
    assert await guest.control("takes_messages", user="Deniz", takes=False) == {"user": "Deniz", "takes": False}
    async with guest.session.post(
        f"{guest.url}/_control/message", json={"author": "acme_destek", "conversation": 1, "text": "Geldi mi?"}
    ) as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "takes_none")
    async with guest.session.get(f"{guest.url}/_control/state") as answer:
        told = (await answer.json())["messages"]
    assert [(each["conversation"], each["author"], each["text"]) for each in told] == [
        (1, "Deniz", "Nerede?"),
        (1, "acme_destek", "Yolda"),
    ]


async def test_both_languages(browser: Visitor, forum: Forum, deniz: Person, elif_: Person) -> None:
    forum.messages.open(elif_, deniz, "Konu", "Söz")
    await browser.get("/board/1")
    turkish = await browser.get("/messages", Accept_Language="tr")
    assert (turkish.texts("h1"), turkish.texts(".badge-new")) == (["Mesajlar"], ["Yeni"])
    english = await browser.get("/messages/1", Accept_Language="en")
    assert english.texts(".private") == ["Only you and Elif Şahin can read this."]


@pytest.mark.browser
async def test_an_open_conversation_refreshes_itself_and_keeps_what_one_types(
    page: BrowserPage, forum: Forum, deniz: Person, elif_: Person
) -> None:
    forum.messages.open(elif_, deniz, "Konu", "Söz")
    async with ForumServer(forum) as server:
        await page.goto(f"{server.url}/messages")
        forum.messages.open(elif_, deniz, "İkinci", "Söz")
        await expect(page.locator(".thread-row .thread-link").first).to_have_text("İkinci")
        await page.goto(f"{server.url}/messages/1")
        text = page.locator("[data-test=reply-text]")
        await text.fill("yarım kalan cümle")
        forum.messages.reply(1, elif_, "canlı mesaj")
        await expect(page.locator("[data-test=message].fresh .post-body")).to_have_text("canlı mesaj")
        await page.reload()
        await expect(text).to_have_value("yarım kalan cümle")
        await page.locator("[data-test=reply-send]").click()
        await expect(page.locator("[data-test=message]").last.locator(".post-body")).to_have_text("yarım kalan cümle")
        await expect(text).to_have_value("")
        await page.goto("about:blank")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
async def test_no_page_of_messages_is_wider_than_the_screen(
    page: BrowserPage, forum: Forum, deniz: Person, elif_: Person, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    forum.messages.open(elif_, deniz, "uzun" * 30, "uzun" * 200 + "\n\n    " + "satır" * 200)
    async with ForumServer(forum) as server:
        for path in ("/messages", "/messages/1", "/messages/new", "/user/4"):
            await page.goto(server.url + path)
            assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        await page.goto("about:blank")
