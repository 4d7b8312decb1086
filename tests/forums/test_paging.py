"""Pages of a thread that are reached by number, whatever links a page shows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser

from forum_bridge.forums.html.paging import of_thread
from forum_bridge.forums.html.preset_parts import Thread
from forum_bridge.forums.reading.page import Neighbours

PLAIN = "https://forum.example/kargo--77000"


def told(html: str, url: str, page_at: str = "-{n}", total: str = "script =~ pages: ([0-9.]+)") -> Neighbours:
    root = LexborHTMLParser(html).root
    assert root is not None
    return of_thread(
        root, url, PLAIN, Thread.model_validate({"match": "--(?P<id>.+)", "page_at": page_at, "total": total})
    )


@pytest.mark.parametrize(
    ("url", "following", "before", "last"),
    [
        (PLAIN, "-2", None, "-21570"),
        (f"{PLAIN}-2#88", "-3", "", "-21570"),
        (f"{PLAIN}-21570", None, "-21569", None),
        (f"{PLAIN}-21571", None, "-21570", None),
    ],
)
def test_the_page_tells_how_many_there_are(
    url: str, following: str | None, before: str | None, last: str | None
) -> None:
    wanted = [tail if tail is None else PLAIN + tail for tail in (following, before, last)]
    found = told(f"<script>pages: 21.570</script><a href='{PLAIN}-99999'>", url)
    assert [found.next, found.previous, found.last] == wanted


def test_else_links_to_the_threads_own_pages_do() -> None:
    html = "<a href='/kargo--77000-4?x'>4</a><a href='kargo--77000-12x'>x</a><a href='/baska--77001-9'>9</a><a href='http://[x'>"
    assert told(html, PLAIN).last == f"{PLAIN}-4"
    assert told("", PLAIN) == Neighbours()
    assert told("", f"{PLAIN}-3") == Neighbours(None, f"{PLAIN}-2", None)


def test_a_number_may_stand_in_the_middle() -> None:
    found = told("<a href='sayfa3.html'>", f"{PLAIN}/sayfa2.html", "/sayfa{n}.html")
    assert found == Neighbours(f"{PLAIN}/sayfa3.html", PLAIN, f"{PLAIN}/sayfa3.html")
    with pytest.raises(ValidationError, match="page_at needs"):
        told("", PLAIN, "-2")
