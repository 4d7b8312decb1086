from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forum_bridge.sandbox.forum import Forum, Person

from .conftest import attr, one

if TYPE_CHECKING:
    from .conftest import Visitor


async def test_the_board_shows_newest_activity_first(guest: Visitor, forum: Forum, deniz: Person) -> None:
    cargo = forum.open_thread(deniz, "Kargo takibi: neredeyim?", "Siparişim nerede?")
    ada = forum.open_thread("Ada", "Fatura", "PDF olur mu?")
    forum.lock(ada.thread_id)
    last = forum.reply(cargo.thread_id, "Ada", "Bende de öyle.")
    board = await guest.get("/board/1")
    rows = board.soup.select("li.thread-row")
    assert [attr(row, "a.thread-link", "href") for row in rows] == [
        "/thread/2-kargo-takibi-neredeyim",
        "/thread/3-fatura",
        "/thread/1-hos-geldiniz-welcome",
    ]
    assert rows[0]["data-thread-id"] == "2"
    assert rows[0]["data-last-post-id"] == str(last.id)
    assert attr(rows[0], ".reply-count", "data-count") == "1"
    assert attr(rows[0], "a.last-post", "href") == f"/post/{last.id}"
    assert attr(rows[0], "a.last-post time", "datetime") == "2026-03-04T12:00:00+00:00"
    assert attr(rows[0], ".thread-starter a.user-link", "href") == f"/user/{deniz.id}"
    assert rows[1]["data-locked"] == "true"
    assert rows[1].select_one(".locked") is not None
    assert rows[1].select_one(".thread-starter a") is None
    assert one(rows[1], ".thread-starter .guest-name").get_text() == "Ada"


async def test_a_long_board_has_pages(guest: Visitor, forum: Forum, deniz: Person) -> None:
    for number in range(20):
        forum.open_thread(deniz, f"Konu {number}", "metin")
    first, second = await guest.get("/board/1"), await guest.get("/board/1?page=2")
    assert len(first.soup.select("li.thread-row")) == 20
    assert attr(first.soup, "a[rel=next]", "href") == "/board/1?page=2"
    assert second.texts("a.thread-link") == ["Hoş geldiniz / Welcome"]
    assert second.soup.select_one("a[rel=next]") is None
    for beyond in ("/board/1?page=3", "/board/1?page=0", "/board/1?page=x", "/board/2"):
        assert (await guest.get(beyond)).status == 404, beyond


async def test_a_thread_has_ten_posts_a_page_oldest_first(guest: Visitor, forum: Forum, deniz: Person) -> None:
    opening = forum.open_thread(deniz, "Uzun", "1")
    for number in range(2, 13):
        forum.reply(opening.thread_id, deniz, str(number))
    first, second = await guest.get("/thread/2-uzun"), await guest.get("/thread/2-uzun?page=2")
    assert first.texts("div.post-body") == [str(number) for number in range(1, 11)]
    assert second.texts("div.post-body") == ["11", "12"]
    assert attr(first.soup, "nav.pages a[rel=next]", "href") == "/thread/2-uzun?page=2"
    assert second.soup.select_one("a[rel=next]") is None
    assert one(second.soup, "[aria-current=page]").get_text() == "2"
    assert [article["data-opening"] for article in first.soup.select("[data-opening]")] == ["true"]
    assert second.soup.select_one("[data-opening]") is None
    assert (await guest.get("/thread/2-uzun?page=3")).status == 404


async def test_addresses_of_a_thread_lead_to_its_own(guest: Visitor) -> None:
    for wrong in ("/thread/1", "/thread/1-baska", "/thread/1?page=1"):
        answer = await guest.get(wrong, follow=False)
        assert answer.status == 301
        assert answer.headers["Location"].startswith("/thread/1-hos-geldiniz-welcome")
    for nothing in ("/thread/99", "/thread/x", "/thread/1٢", "/post/99", "/user/99", "/nothing"):
        page = await guest.get(nothing)
        assert (page.status, page.code) == (404, "gone"), nothing


async def test_a_permalink_leads_to_the_page_of_the_post(guest: Visitor, forum: Forum, deniz: Person) -> None:
    posts = [forum.open_thread(deniz, "Uzun", "1")]
    posts += [forum.reply(posts[0].thread_id, deniz, "x") for _ in range(10)]
    for post, there in ((posts[9], "/thread/2-uzun"), (posts[10], "/thread/2-uzun?page=2")):
        answer = await guest.get(f"/post/{post.id}", follow=False)
        assert (answer.status, answer.headers["Location"]) == (302, f"{there}#post-{post.id}")
    forum.delete(posts[10].id)
    assert (await guest.get(f"/post/{posts[10].id}")).status == 404


async def test_an_article_says_who_when_and_what(guest: Visitor, forum: Forum, deniz: Person) -> None:
    forum.reply(1, "Ada Yılmaz", "Merhaba ğüşıöç 🙂\nikinci satır")
    forum.edit(forum.reply(1, deniz, "ilk").id, "**son** hâli")
    page = await guest.get("/thread/1-hos-geldiniz-welcome")
    by_id = {article["data-post-id"]: article for article in page.soup.select("article.post")}
    assert list(by_id) == ["1", "2", "3", "4", "5"]
    assert by_id["2"]["id"] == "post-2"
    assert attr(by_id["2"], "a.author.user-link", "href") == "/user/4"
    assert attr(by_id["2"], "a.author", "data-user-id") == "4"
    assert one(by_id["2"], "div.post-signature").get_text(strip=True) == "İzmir ☀️"
    assert attr(by_id["2"], "time.post-time", "datetime") == "2026-03-03T10:00:00+00:00"
    assert by_id["4"].select_one("a.author") is None
    assert one(by_id["4"], "span.author.guest-name").get_text() == "Ada Yılmaz"
    assert by_id["4"].select_one("div.post-body br") is not None
    assert by_id["4"].select_one(".post-edited, .post-signature") is None
    assert by_id["5"].select_one(".post-edited time") is not None
    assert one(by_id["5"], "div.post-body strong").get_text() == "son"


async def test_a_quote_names_its_author(guest: Visitor, forum: Forum, deniz: Person) -> None:
    forum.reply(1, deniz, "> **Elif \\*Şahin\\*** [yazdı](/post/2):\n> ilk\n> ikinci\n\nyanıtım\n\n> sade alıntı")
    page = await guest.get("/thread/1-hos-geldiniz-welcome")
    body = one(page.soup, "#post-4 .post-body")
    named, plain = body.select("blockquote")
    assert named["data-author"] == "Elif *Şahin*"
    assert attr(named, "cite a", "href") == "/post/2"
    assert one(named, "p").get_text() == "ilk\nikinci"
    assert "data-author" not in plain.attrs
    assert plain.get_text(strip=True) == "sade alıntı"


async def test_quoting_gives_markdown_that_is_read_as_a_quote(browser: Visitor) -> None:
    plain = (await browser.get("/post/3/quote?plain=1", Accept_Language="tr")).text
    assert plain.startswith("> **Harry Whitlock** [yazdı](/post/3):\n> Mine came")
    assert "Bir sorum var" not in plain, "a quote within the quoted post is left out"
    page = await browser.get("/post/3/quote")
    assert one(page.soup, "textarea[name=text]").get_text().strip().startswith("> **Harry Whitlock** [wrote]")


async def test_a_page_read_again_costs_nothing_until_it_changes(guest: Visitor, forum: Forum, deniz: Person) -> None:
    for path in ("/board/1", "/thread/1-hos-geldiniz-welcome"):
        etag = (await guest.get(path)).headers["ETag"]
        again = await guest.get(path, If_None_Match=etag)
        assert (again.status, again.text) == (304, "")
        forum.reply(1, deniz, "yeni")
        assert (await guest.get(path, If_None_Match=etag)).status == 200


async def test_a_signed_in_program_gets_304_too(guest: Visitor) -> None:
    await guest.sign_in("acme_destek", "acme-parola")
    etag = (await guest.get("/thread/1-hos-geldiniz-welcome")).headers["ETag"]
    assert (await guest.get("/thread/1-hos-geldiniz-welcome", If_None_Match=etag)).status == 304


async def test_robots_may_read(guest: Visitor) -> None:
    robots = await guest.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Allow: /" in robots.text


async def test_pages_speak_the_language_asked_for(guest: Visitor) -> None:
    turkish = await guest.get("/board/1", Accept_Language="tr-TR,tr;q=0.9,en;q=0.8")
    english = await guest.get("/board/1", Accept_Language="de,en;q=0.5")
    assert (attr(turkish.soup, "html", "lang"), attr(english.soup, "html", "lang")) == ("tr", "en")
    assert "Yeni konu" in turkish.text
    assert "New thread" in english.text


async def test_the_header_leads_to_the_desk_and_hints(guest: Visitor) -> None:
    page = await guest.get("/board/1")
    assert page.texts("[data-test=to-forum][aria-current]") == ["Forum"]
    assert page.texts("[data-test=to-desk]") == ["Desk"]
    assert page.texts("p.try")[0].endswith("it becomes a case on the desk within two seconds.")


async def test_without_scripts_the_page_reloads_but_not_while_one_writes(guest: Visitor) -> None:
    page = await guest.get("/thread/1-hos-geldiniz-welcome")
    assert 'http-equiv="refresh"' in page.text
    assert attr(page.soup, "a.without-script", "href").endswith("write=1#reply")
    writing = await guest.get("/thread/1-hos-geldiniz-welcome?write=1")
    assert 'http-equiv="refresh"' not in writing.text
    assert writing.soup.select_one(".with-script form.reply-form") is None
    assert writing.soup.select_one("form.reply-form") is not None


async def test_every_control_has_a_name(browser: Visitor) -> None:
    for path in ("/board/1", "/thread/1-hos-geldiniz-welcome", "/login", "/register", "/board/1/new", "/post/1/quote"):
        soup = (await browser.get(path)).soup
        for field in soup.select("input:not([type=hidden]), textarea, select"):
            assert field.find_parent("label") or field.get("aria-label"), f"{path}: {field}"
        for button in soup.select("button, a"):
            assert button.get_text(strip=True) or button.get("aria-label"), f"{path}: {button}"
        assert not re.search(r"<[^>]+\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", str(soup)), path
