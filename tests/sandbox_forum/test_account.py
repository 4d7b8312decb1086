from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forum_bridge.sandbox.forum import Forum

from .conftest import attr

if TYPE_CHECKING:
    from .conftest import Page, Visitor


def account(page: Page) -> str | None:
    found = page.soup.select_one(".account[data-user-id] .name")
    return found.get_text(strip=True) if found else None


async def test_signing_in_leads_back_to_where_one_was(guest: Visitor) -> None:
    page = await guest.get("/login?next=/thread/1-hos-geldiniz-welcome")
    assert attr(page.soup, "form.login-form input[name=next]", "value") == "/thread/1-hos-geldiniz-welcome"
    answer = await guest.submit(
        "/login", username="ACME_destek", password="acme-parola", next="/thread/1-hos-geldiniz-welcome"
    )
    assert (answer.status, answer.headers["Location"]) == (302, "/thread/1-hos-geldiniz-welcome")
    assert account(await guest.get("/board/1")) == "acme_destek"


@pytest.mark.parametrize(
    ("name", "password"), [("acme_destek", "wrong"), ("nobody", "acme-parola"), ("", ""), ("acme_destek", "")]
)
async def test_a_wrong_password_brings_the_form_again_with_200(guest: Visitor, name: str, password: str) -> None:
    page = await guest.sign_in(name, password)
    assert (page.status, page.code) == (200, "wrong_password")
    assert attr(page.soup, "body", "data-page") == "login"
    assert page.texts("[data-code=wrong_password]") == ["The user name or the password is wrong."]
    assert page.soup.select_one("form.login-form") is not None
    assert account(await guest.get("/board/1")) is None


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "board", "/\r\nX: y"]
)
async def test_signing_in_never_leads_elsewhere(guest: Visitor, elsewhere: str) -> None:
    answer = await guest.submit("/login", username="acme_destek", password="acme-parola", next=elsewhere)
    assert answer.headers["Location"] == "/board/1"


async def test_a_form_without_its_token_is_refused(guest: Visitor, forum: Forum) -> None:
    for path in ("/login", "/register", "/thread/1/reply", "/board/1/new", "/logout", "/enter"):
        answer = await guest.post(path, {"csrf": "ğ", "text": "x", "guest_name": "Ada", "title": "x"})
        assert (answer.status, answer.code) == (403, "form_expired"), path
    assert len(forum.posts()) == 3


async def test_a_browser_is_deniz_at_once_and_a_program_is_not(browser: Visitor, guest: Visitor) -> None:
    assert account(await browser.get("/")) == "Deniz"
    assert account(await guest.get("/")) is None
    assert account(await guest.get("/", User_Agent="Mozilla/5.0 (compatible; forum-bridge/0.1)")) is None


async def test_without_an_automatic_visitor_a_browser_is_a_guest(browser: Visitor, forum: Forum) -> None:
    forum.switches.auto_user = ""
    page = await browser.get("/thread/1-hos-geldiniz-welcome")
    assert account(page) is None
    assert page.soup.select_one("[data-test=enter]") is None


async def test_who_signs_out_stays_a_guest_until_one_click(browser: Visitor) -> None:
    await browser.get("/")
    await browser.submit("/logout")
    assert account(await browser.get("/board/1")) is None
    page = await browser.get("/thread/1-hos-geldiniz-welcome")
    assert page.texts("[data-test=enter]") == ["Post as Deniz"]
    answer = await browser.submit("/enter", next="/thread/1-hos-geldiniz-welcome", follow=True)
    assert (answer.url, account(answer)) == ("/thread/1-hos-geldiniz-welcome", "Deniz")


async def test_an_expired_session_is_a_guest_and_never_somebody_else(browser: Visitor) -> None:
    await browser.sign_in("acme_destek", "acme-parola")
    assert account(await browser.get("/board/1")) == "acme_destek"
    csrf = await browser.csrf()
    assert await browser.control("expire", user="acme_destek") == {"expired": 1}
    assert account(await browser.get("/board/1")) is None
    late = await browser.post("/thread/1/reply", {"csrf": csrf, "text": "geç kaldım"})
    assert (late.status, late.code) == (403, "form_expired")


async def test_one_can_open_an_account(guest: Visitor, forum: Forum) -> None:
    taken = await guest.submit("/register", username=" deniz ", password="uzun-parola")
    assert (taken.status, taken.code) == (200, "name_taken")
    short = await guest.submit("/register", username="Ayşe", password="kısa")
    assert short.code == "name_taken"
    await guest.submit("/register", username="Ayşe", password="uzun-parola")
    assert account(await guest.get("/board/1")) == "Ayşe"
    assert forum.person("AYŞE") is not None


def test_no_password_in_a_repr(forum: Forum) -> None:
    assert "acme-parola" not in repr(forum.person("acme_destek"))
