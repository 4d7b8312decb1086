"""Which page follows which, from the numbers that a page shows."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from forum_bridge.forums.html.paging import neighbours
from forum_bridge.forums.html.preset_parts import Paging
from forum_bridge.forums.reading.page import Neighbours

URL = "https://acme.example/konu?no=7"


@pytest.mark.parametrize("marked", ["2", "[2]", " [ 2 ] ", "(2)"])
def test_the_current_number_may_stand_in_brackets(marked: str) -> None:
    strip = f"<p class=s><a href='?no=7'>1</a> <b>{marked}</b> <a href='?no=7&s=3'>3</a> <a href='?no=7&s=9'>9</a></p>"
    root = LexborHTMLParser(strip).root
    assert root is not None
    found = neighbours(root, URL, Paging(pages=".s a, .s b"))
    assert found == Neighbours(f"{URL}&s=3", URL, f"{URL}&s=9")


def test_without_a_mark_nothing_is_known() -> None:
    root = LexborHTMLParser("<p class=s><a href='?no=7'>1</a><a href='?no=7&s=2'>2</a></p>").root
    assert root is not None
    assert neighbours(root, URL, Paging(pages=".s a")) == Neighbours()
