"""A forum's page as it is shown: nothing of it may come alive, and what a preset finds is marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.place import registry
from tests.sandbox_forum.test_safety import ATTACKS
from tests.workbench.test_theme import themed

from forum_bridge.workbench import window
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.trying.attempt import preset_of
from forum_bridge.workbench.trying.examine import examined
from forum_bridge.workbench.window.inert import inert, language_of, plain
from forum_bridge.workbench.window.marks import ORDER, legend, marks

URL = "https://forum.example/konu/1"
NAMES = {key: key.upper() for key in ORDER}
HOSTILE = [
    *ATTACKS,
    '<base href="https://evil.example/"><a href="x">x</a>',
    '<meta http-equiv=refresh content="0;url=https://evil.example/">',
    '<link rel=stylesheet href="https://evil.example/a.css"><link rel=preload as=image href="https://evil.example/a.png">',
    "<style>@import url(https://evil.example/a.css); body{background:url(https://evil.example/b.png)}</style>",
    '<p style="background:url(https://evil.example/c.png)" background="https://evil.example/d.png">x',
    '<svg><image href="https://evil.example/e.png"/><use href="https://evil.example/f.svg#x"/><a href="javascript:1">',
    '<form action="https://evil.example/" method=post><input type=image src="https://evil.example/g.png" autofocus>',
    '<form><input onfocus=alert(1) autofocus><button formaction="javascript:alert(1)">x</button></form>',
    '<iframe src="https://evil.example/"></iframe><object data="https://evil.example/"></object><embed src=x>',
    '<video src="https://evil.example/h" poster="https://evil.example/i" autoplay></video><audio src=x controls>',
    '<a href="https://evil.example/" target=_top ping="https://evil.example/ping" download>x</a><area href=x>',
    '<img srcset="https://evil.example/j 2x" data-src=x data-fb="time" data-n="1" title="x">',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template><math><annotation-xml encoding='text/html'><script>1</script>",
    "<details ontoggle=alert(1) open><dialog open><marquee onstart=alert(1)>x",
    "<table><tr><td background=https://evil.example/k><xmp><script>alert(1)</script></xmp>",
    "<!--><script>alert(1)</script--><![CDATA[<script>alert(1)</script>]]>",
]
ALLOWED = {
    "data-n",
    "data-fb",
    "title",
    "alt",
    "value",
    "placeholder",
    "start",
    "colspan",
    "rowspan",
    "disabled",
    "open",
    "type",
}


def assert_inert(html: str) -> None:
    for tag in BeautifulSoup(html, "lxml").find_all(True):
        assert tag.name not in {
            "script", "style", "iframe", "object", "embed", "svg", "math", "base", "link", "meta", "video", "audio",
            "template", "noscript", "area",
        }, html  # fmt: skip
        assert tag.attrs.keys() <= ALLOWED, html
        if tag.name in {"input", "button", "select", "textarea"}:
            assert "disabled" in tag.attrs, html
            assert tag.attrs.get("type") != "image", html


@pytest.mark.parametrize("attack", HOSTILE)
def test_nothing_comes_alive(attack: str) -> None:
    page = inert(Seen(URL, f"<html><body>{attack}<p>gönderi</p></body></html>"), {}, NAMES)
    assert_inert(page)
    assert_inert(plain(attack))


@given(
    st.lists(st.sampled_from([*HOSTILE, "<table>", "<td>", "</p>", "<", '"', "<svg>", "<title>", "metin"])).map("".join)
)
@settings(deadline=None, max_examples=150)
def test_no_mixture_comes_alive(text: str) -> None:
    assert_inert(inert(Seen(URL, text), {0: ["time"], 5: ["author", "body"]}, NAMES))


def test_what_the_page_says_of_marks_is_not_believed() -> None:
    page = inert(Seen(URL, '<p data-fb="time" data-n="7" title="hile">x</p>'), {}, NAMES)
    assert BeautifulSoup(page, "lxml").select("[data-fb]") == []
    assert "hile" not in page


def test_secrets_of_forms_are_left_out_and_pictures_are_words() -> None:
    html = (
        "<form><input type=hidden name=token value=gizli-1><input type=password value=gizli-2><input value=ara></form>"
        "<img src=x.png alt='gülen yüz'><img src=y.png>"
    )
    page = inert(Seen(URL, html), {}, NAMES)
    assert "gizli" not in page
    assert "ara" in page
    assert "gülen yüz" in page
    assert "<img" not in page
    assert plain('<img src="https://x.example/a" alt="☺"> a <a href="https://x.example">b</a>') == "☺ a <a>b</a>"


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=tr><p>x", "tr"),
        ('<html lang="en-GB"><p>x', "en-GB"),
        ('<html lang="&quot;onload=1"><p>x', ""),
        ("<p>x", ""),
    ],
)
def test_the_page_s_own_language(html: str, language: str) -> None:
    assert language_of(Seen(URL, html)) == language


def test_what_a_preset_finds_is_marked_where_it_stands() -> None:
    seen = themed()
    preset = preset_of(registry().get("mybb"), None)
    assert preset is not None
    found = examined(seen, preset)
    soup = BeautifulSoup(inert(seen, marks(found), NAMES), "lxml")
    for each in legend(found):
        places = soup.select(f'[data-fb~="{each.key}"]')
        assert bool(places) == bool(each.count), each
        if each.first is not None:
            (first,) = soup.select(f'[data-n="{each.first}"]')
            assert each.key in str(first["data-fb"]).split()
            assert each.key.upper() in str(first["title"])
    whole = soup.select('[data-fb^="container"]')
    assert len(whole) == len(found.items)


def test_the_colours_stand_in_the_order_in_which_they_count() -> None:
    sheet = Path(window.__file__).with_name("static").joinpath("colours.css").read_text("utf-8")
    keys = re.findall(r'\[data-fb~="(\w+)"\]', sheet)
    assert keys == [key for key in ORDER if key not in {"container", "row"}]
