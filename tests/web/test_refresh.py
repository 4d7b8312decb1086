from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forum_bridge.web.page import Page
from forum_bridge.web.refresh import leads_on

HERE = "https://forum.example/b/newreply.php?tid=1"


def page(html: str) -> Page:
    return Page(HERE, 200, html, "utf-8", {}, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("meta", "target"),
    [
        ('http-equiv="refresh" content="2;URL=showthread.php?tid=1&amp;pid=2#p2"', "/b/showthread.php?tid=1&pid=2#p2"),
        ("http-equiv='REFRESH' content='0; url=&quot;/a b&quot;'", "/a%20b"),
        ("http-equiv=refresh content='1.5, //forum.example/x'", "/x"),
        ("http-equiv=refresh content=300", None),
        ("http-equiv=refresh content='0;url=javascript:alert(1)'", None),
        ("http-equiv=refresh content=''", None),
        ("http-equiv=content-type content='2;url=/x'", None),
        ("name=refresh content='2;url=/x'", None),
    ],
)  # fmt: skip
def test_where_a_page_leads(meta: str, target: str | None) -> None:
    found = leads_on(page(f"<html><head><meta charset=utf-8><meta {meta}></head></html>"))
    assert found == (target and f"https://forum.example{target}")


def test_a_post_that_speaks_of_it_leads_nowhere() -> None:
    assert leads_on(page("<p>&lt;meta http-equiv='refresh' content='0;url=/x'&gt;</p>")) is None
