"""Nothing that a stranger writes may come alive on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forum_bridge.sandbox.forum import Forum, Person
from forum_bridge.sandbox.forum.text import rendered
from forum_bridge.sandbox.look.clean import clean, paragraphs

if TYPE_CHECKING:
    from .conftest import Visitor

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[tıkla](javascript:alert(1))",
    "[tıkla](JaVaScRiPt&colon;alert(1))",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '[x](https://a.example "\\" onmouseover=alert(1)")',
    "> **<img src=x onerror=alert(1)>** [yazdı](javascript:alert(1)):\n> x",
    '> **" onmouseover="alert(1)** [yazdı](/post/1):\n> x',
    "<svg/onload=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<a href="vbscript:x">x</a><iframe srcdoc="<script>1</script>"></iframe><style>*{display:none}</style>',
]
ALIVE = {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "link", "meta", "input"}


def assert_dead(html: str) -> None:
    for tag in BeautifulSoup(html, "lxml").find_all(True):
        assert tag.name not in ALIVE, html
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), html
            assert name != "style", html
            if name in {"href", "src"}:
                assert urlsplit(str(value)).scheme in {"", "http", "https", "mailto"}, html


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_comes_alive(attack: str) -> None:
    assert_dead(rendered(attack))
    assert_dead(clean(attack))
    assert_dead(paragraphs(attack))


@given(st.lists(st.sampled_from([*ATTACKS, "<", ">", "**", "\n> ", "[a](", ")", "`", '"', "&", "metin"])).map("".join))
@example("> **a** [b](c):")
@settings(deadline=None, max_examples=200)
def test_no_mixture_comes_alive(text: str) -> None:
    assert_dead(rendered(text))
    assert_dead(clean(text))


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_attack_reaches_a_page_live(guest: Visitor, forum: Forum, deniz: Person, attack: str) -> None:
    clean_page = await guest.get("/thread/1")
    scripts = len(clean_page.soup.select("script"))
    forum.reply(1, deniz, attack)
    forum.open_thread(attack[:40], attack, attack)
    forum.register(f"x {attack}"[:40], "uzun-parola")
    for path in ("/board/1", "/thread/1", "/thread/2", "/user/3"):
        page = await guest.get(path)
        assert page.status == 200
        soup = page.soup
        assert len(soup.select("body script")) == 0, path
        assert len(soup.select("script")) <= scripts, path
        assert [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")] == [], path
        schemes = {urlsplit(str(a["href"])).scheme for a in soup.select("a[href]")}
        assert schemes <= {"", "http", "https", "mailto"}, path


async def test_pages_forbid_scripts_that_are_not_ours(guest: Visitor) -> None:
    for path in ("/board/1", "/thread/1", "/login", "/nothing"):
        policy = (await guest.get(path)).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


async def test_styles_and_scripts_come_from_the_package(guest: Visitor) -> None:
    page = await guest.get("/thread/1")
    wanted = [str(tag["href"]) for tag in page.soup.select("link[rel=stylesheet], link[rel=icon]")]
    wanted += [str(tag["src"]) for tag in page.soup.select("script")] + ["/static/live.js", "/static/forum.css"]
    for path in wanted:
        assert path.startswith("/static/")
        assert (await guest.get(path)).status == 200, path
    assert (await guest.get("/static/../page.py")).status == 404
