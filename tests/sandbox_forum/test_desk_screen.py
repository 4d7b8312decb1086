from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from bs4 import BeautifulSoup

from forum_bridge.sandbox.desk import Case, Desk
from forum_bridge.sandbox.desk.casework import CaseFields
from forum_bridge.sandbox.desk.correspondence import Writing
from forum_bridge.sandbox.desk.people import Contact
from forum_bridge.sandbox.desk.screen import add_screen
from forum_bridge.sandbox.desk.server import DeskServer
from forum_bridge.sandbox.look.page import Sides

from .conftest import StandingClock, Visitor, attr, one

if TYPE_CHECKING:
    from .conftest import Page

ELIF, MERT, LEFT = "905", "911", "887"


@pytest.fixture
async def desk(clock: StandingClock) -> AsyncIterator[Desk]:
    made = Desk(clock=clock)
    yield made
    await made.close()


@pytest.fixture
async def agent(desk: Desk) -> AsyncIterator[Visitor]:
    sides = Sides()
    async with (
        DeskServer(desk, extra=lambda app: add_screen(app, desk, sides, patience=0.05)) as server,
        aiohttp.ClientSession() as session,
    ):
        sides.forum, sides.desk = "http://forum.example", server.url
        yield Visitor(session, server.url)


def opened(desk: Desk, html: str, *, name: str = "Deniz", subject: str = "Siparişim nerede?") -> Case:
    user = desk.people.find_or_create(Contact("cch42", f"sandbox:{name}", full_name=name))
    case = desk.casework.open(user, CaseFields(subject=subject))
    desk.correspondence.open_with(case, Writing(html=html))
    return case


def again(desk: Desk, case: Case, html: str) -> None:
    desk.correspondence.by_customer(case.case_id, case.user_id, Writing(html=html))


async def submit(screen: Visitor, case: Case, form_name: str, **fields: str) -> Page:
    form = (await screen.get(f"/case/{case.case_id}")).soup.select_one(f"form[action$='/{form_name}'] input[name=csrf]")
    assert form is not None
    return await screen.post(f"/case/{case.case_id}/{form_name}", {"csrf": str(form["value"]), **fields})


@pytest.mark.parametrize(("lang", "words"), [("tr", ["Talepler", "Açık"]), ("en", ["Cases", "Open"])])
async def test_the_list_shows_what_an_agent_needs(agent: Visitor, desk: Desk, lang: str, words: list[str]) -> None:
    case = opened(desk, "<p>Merhaba &amp; <b>selam</b></p>")
    page = await agent.get("/", Accept_Language=lang)
    assert attr(page.soup, "html", "lang") == lang
    row = one(page.soup, "[data-test=case]")
    assert row["href"] == f"/case/{case.case_id}"
    text = row.get_text(" ", strip=True)
    for shown in ("Deniz", "Siparişim nerede?", "Merhaba & selam", case.case_number, words[1]):
        assert shown in text
    assert words[0] in page.texts("h1")
    assert attr(page.soup, "[data-test=to-forum]", "href") == "http://forum.example"


async def test_an_empty_desk_says_what_to_do(agent: Visitor) -> None:
    assert "Write a post on the forum" in (await agent.get("/")).text


async def test_newest_message_first_and_unread_until_read(agent: Visitor, desk: Desk, clock: StandingClock) -> None:
    first = opened(desk, "<p>bir</p>")
    clock.turn(minutes=1)
    second = opened(desk, "<p>iki</p>", name="Ada")
    clock.turn(minutes=1)
    again(desk, first, "<p>üç</p>")
    page = await agent.get("/")
    ids = [int(str(row["data-case-id"])) for row in page.soup.select("[data-test=case]")]
    assert ids == [first.case_id, second.case_id]
    assert len(page.soup.select("[data-test=unread]")) == 2
    await agent.get(f"/case/{first.case_id}")
    page = await agent.get("/")
    assert page.soup.select_one(f"[data-case-id='{first.case_id}'] [data-test=unread]") is None
    assert page.soup.select_one(f"[data-case-id='{second.case_id}'] [data-test=unread]") is not None
    again(desk, first, "<p>dört</p>")
    assert len((await agent.get("/")).soup.select("[data-test=unread]")) == 2


async def test_an_answer_is_stored_clean_and_its_delivery_shown(agent: Visitor, desk: Desk) -> None:
    heard: list[int] = []

    async def hook(_request: web.Request) -> web.Response:
        heard.append(1)
        return web.Response(status=200 if len(heard) == 1 else 404)

    app = web.Application()
    app.router.add_post("/deskie", hook)
    async with TestServer(app) as server:
        desk.channels["cch42"].webhook_url = str(server.make_url("/deskie"))
        case = opened(desk, "<p>soru</p>")
        html = '<p><b>kalın</b> <a href="https://a.example/x">bağ</a></p><ul><li>bir</li></ul><script>alert(1)</script>'
        answer = await submit(agent, case, "answer", html=html, agent=MERT, act="reply")
        message = desk.messages(case)[-1]
        assert answer.headers["Location"] == f"/case/{case.case_id}#message-{message.message_id}"
        assert message.staff_id == int(MERT)
        assert message.content_html == html.partition("<script>")[0]
        await desk.webhooks_idle()
        await submit(agent, case, "answer", html="<p>ikinci</p>", agent=ELIF, act="reply")
        await desk.webhooks_idle()
        page = await agent.get(f"/case/{case.case_id}")
        assert page.texts("[data-test=delivery]") == ["Delivered · 200", "Delivery failed · 404"]
        assert [found["data-kind"] for found in page.soup.select("[data-test=message]")] == [
            "customer",
            "agent",
            "agent",
        ]
        assert page.texts(".line-author") == ["Deniz", "Mert Demir", "Elif Kaya"]
        assert "/deskie" not in page.text, "the webhook's address is a secret"


async def test_a_channel_without_a_webhook_says_so(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    await submit(agent, case, "answer", html="<p>yanıt</p>", agent=ELIF, act="reply")
    await desk.webhooks_idle()
    assert attr((await agent.get(f"/case/{case.case_id}")).soup, "[data-test=delivery]", "data-state") == "none"


async def test_a_note_is_a_note(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    await submit(agent, case, "answer", html="<p>aramızda</p>", agent=ELIF, act="note")
    page = await agent.get(f"/case/{case.case_id}")
    assert desk.messages(case)[-1].note
    assert page.soup.select("[data-test=message]")[-1]["data-kind"] == "note"
    assert page.soup.select_one("[data-test=delivery]") is None
    assert desk.deliveries == []


async def test_without_scripts_plain_text_is_sent(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    await submit(agent, case, "answer", html="", text="bir <b>\r\niki\r\n\r\nüç", agent=ELIF, act="reply")
    assert desk.messages(case)[-1].content_html == "<p>bir &lt;b&gt;<br>iki</p><p>üç</p>"
    assert 'http-equiv="refresh"' in (await agent.get(f"/case/{case.case_id}")).text
    assert 'http-equiv="refresh"' not in (await agent.get(f"/case/{case.case_id}?write=1")).text


async def test_what_the_desk_refuses_is_told_and_the_text_kept(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    for html in ("", "<p><br></p>", "<script>x</script>"):
        page = await submit(agent, case, "answer", html=html, agent=ELIF, act="reply")
        assert (page.status, page.code) == (200, "empty")
    page = await submit(agent, case, "answer", html="<p>kalsın</p>", agent=LEFT, act="reply")
    assert page.code == "staff_not_active"
    assert page.texts("[data-test=editor]") == ["kalsın"]
    assert len(desk.messages(case)) == 1
    assert LEFT not in [option["value"] for option in page.soup.select("[data-test=agent] option")]


async def test_a_form_without_its_token_is_refused(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    for act in ("answer", "status"):
        page = await agent.post(f"/case/{case.case_id}/{act}", {"csrf": "ğ", "html": "<p>x</p>", "status": "closed"})
        assert page.status == 403
    assert (len(desk.messages(case)), case.status) == (1, "open")


async def test_closing_and_reopening(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>soru</p>")
    assert attr((await agent.get(f"/case/{case.case_id}")).soup, "[data-test=close]", "value") == "closed"
    await submit(agent, case, "status", status="closed")
    page = await agent.get(f"/case/{case.case_id}")
    assert (case.status, attr(page.soup, "[data-test=status]", "data-status")) == ("closed", "closed")
    assert attr(page.soup, "[data-test=reopen]", "value") == "open"
    await submit(agent, case, "status", status="open")
    assert case.status == "open"


async def test_customers_html_never_comes_alive(agent: Visitor, desk: Desk) -> None:
    attack = '<img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>'
    case = opened(desk, attack, name=attack, subject=attack)
    for path in ("/", f"/case/{case.case_id}"):
        page = await agent.get(path)
        assert page.soup.select("body script") == []
        assert [tag for tag in page.soup.find_all(True) if tag.has_attr("onerror")] == []
        assert page.soup.select("a[href^=javascript]") == []
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


async def test_news_brings_the_changed_parts(agent: Visitor, desk: Desk) -> None:
    case = opened(desk, "<p>bir</p>")
    path, version = f"/case/{case.case_id}/news", desk.version
    assert (await agent.get(f"{path}?after={version}")).status == 204
    again(desk, case, "<p>iki</p>")
    opened(desk, "<p>başka</p>", name="Ada")
    async with agent.session.get(f"{agent.url}{path}?after={version}") as answer:
        told = await answer.json()
    parts = {part: BeautifulSoup(told[part], "lxml") for part in ("messages", "cases", "head")}
    assert [found.get_text() for found in parts["messages"].select(".said")] == ["bir", "iki"]
    assert len(parts["cases"].select("[data-test=case]")) == 2
    assert parts["head"].select_one("[data-test=subject]") is not None
    assert (told["change"], told["unread"]) == (desk.version, 1)
    assert (await agent.get("/news?after=999999")).status == 200, "a page from before a restart"


async def test_merged_trashed_and_missing_cases(agent: Visitor, desk: Desk) -> None:
    child, parent = opened(desk, "<p>bir</p>"), opened(desk, "<p>iki</p>")
    desk.merge(child.case_id, parent.case_id)
    moved = await agent.get(f"/case/{child.case_id}", follow=False)
    assert moved.headers["Location"] == f"/case/{parent.case_id}"
    desk.trash(parent.case_id)
    assert attr((await agent.get("/")).soup, "[data-test=case]", "data-status") == "trash"
    for missing in ("/case/1", "/case/x"):
        assert (await agent.get(missing)).status == 404
    desk.people.purge(parent.user_id)
    assert (await agent.get(f"/case/{parent.case_id}")).status == 200
