"""JSON of an API that nobody could take apart, or only for long: it neither raises what nobody expects nor keeps the
event loop."""

from __future__ import annotations

import json
import threading

import pytest

from forum_bridge.depth import too_much
from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import made, number, parsed, within
from forum_bridge.forums.json_text import MOST
from forum_bridge.web.aside import LONG

DEEP = "<div>" * 40_000 + "dip"


MANY = f"[{'[],' * 300_000}1]"


@pytest.mark.parametrize(
    "text", ["[" * 4_000_000, '{"a":' * 500_000, "[" * 990 + "]" * 980, "9" * 5000, "<html>", "", MANY]
)
def test_what_is_no_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        parsed(text, "https://forum.example/api")


def test_signs_within_texts_are_no_values() -> None:
    text = json.dumps({"html": '[b],"\\' * 100_000, "x": ["[", ",{"]})
    assert text.count("[") + text.count(",") > MOST / 2
    assert parsed(text.replace("b", "[{,,"), "https://forum.example/api") is not None
    assert within(parsed(text, "https://forum.example/api"), "x", 1) == ",{"


@pytest.mark.parametrize("escaped", [False, True])
def test_html_on_which_parsers_would_choke_is_its_text_alone(escaped: bool) -> None:
    text = json.dumps({"posts": [{"html": DEEP, "other": "<b>a</b>"}], "title": [DEEP, 1]})
    found = parsed(text.replace("<", "\\u003c") if escaped else text, "https://forum.example/api")
    for place in (("posts", 0, "html"), ("title", 0)):
        html = within(found, *place)
        assert isinstance(html, str)
        assert not too_much(html)
        assert html.split() == ["dip"]
    assert within(found, "posts", 0, "other") == "<b>a</b>"
    assert parsed(json.dumps(DEEP), "https://forum.example/api") != DEEP


def test_a_page_is_not_nested_because_its_slashes_are_escaped() -> None:
    html = '<p><a href="/x">x</a></p>' * 600
    text = json.dumps({"html": html}).replace("/", "\\/")  # as PHP writes it
    assert parsed(text, "https://forum.example/api") == {"html": html}


@pytest.mark.parametrize(
    ("told", "on_the_loop"),
    [([{"html": "x"}] * 100, True), ([{"html": "x" * LONG}], False), ([[]] * LONG, False), ("x" * LONG, False)],
)
async def test_what_is_long_is_looked_into_off_the_loop(told: object, on_the_loop: bool) -> None:
    def where(_: object, *, beside: int) -> bool:
        return threading.current_thread() is threading.main_thread() and beside == 1

    assert await made(where, told, beside=1) is on_the_loop


def test_a_number_is_one_that_can_be_kept() -> None:
    assert number("9" * 18) == int("9" * 18)
    assert number("9" * 5000) is None
