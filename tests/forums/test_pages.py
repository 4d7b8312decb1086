"""Golden pairs: every page in tests/pages/<adapter> is read as the JSON beside it says, and so is every document of an
API (``<case>.api.json``). A page whose JSON holds ``said`` is one without posts; one that holds ``rows`` is a board's;
``served`` is when its server sent it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_bridge.errors import Unreadable
from forum_bridge.forums.html.judge import said
from forum_bridge.forums.html.parse import parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.registry import Registry

PAGES = Path(__file__).parent.parent / "pages"
CASES = sorted([*PAGES.glob("*/*.html"), *PAGES.glob("*/*.api.json")])


@cache
def preset(name: str) -> Preset:
    maker = Registry.load().get(name).maker
    assert maker is not None
    options = maker.options({})
    assert isinstance(options, Preset)
    return options


def read(name: str, html: str, url: str, served: datetime | None) -> ThreadPage:
    entry = Registry.load().get(name)
    if entry.container is not None:
        return parse_thread(html, url, preset(name), served)
    assert entry.parse is not None
    return entry.parse(html, url)


def test_there_are_pages_of_every_preset_that_ships() -> None:
    built_in = {entry.name for entry in Registry.load() if entry.source == "built-in" and entry.parse is not None}
    assert built_in <= {case.parent.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_page_is_read_as_it_should_be(case: Path) -> None:
    expected = json.loads((case.parent / f"{case.name.partition('.')[0]}.json").read_text(encoding="utf-8"))
    html = case.read_text(encoding="utf-8")
    served = datetime.fromisoformat(expected.pop("served")) if "served" in expected else None
    found: object
    if "said" in expected:
        word = said(html, preset(case.parent.name))
        found = {"said": word and [word.meaning, word.words]}
    elif "rows" in expected:
        board = parse_board(html, expected["url"], preset(case.parent.name), served)
        rows = [[row.ref.id, row.ref.title, row.mark, row.time and row.time.isoformat()] for row in board.rows]
        found = {"url": expected["url"], "rows": rows, "pages": asdict(board.pages)}
    else:
        page = read(case.parent.name, html, expected["url"], served)
        found = {
            "url": expected["url"],
            "thread": [page.ref.id, page.ref.url, page.ref.title],
            "locked": page.locked,
            "account": page.account_id,
            "pages": asdict(page.pages),
            "posts": [
                {
                    "id": post.id,
                    "author": [post.author.name, post.author.id, post.author.url],
                    "time": post.time and post.time.isoformat(),
                    "edited": post.edited and post.edited.isoformat(),
                    "url": post.url,
                    "opening": post.opening,
                    "html": " ".join(post.html.split()),
                    "attachments": [[each.name, each.url] for each in post.attachments],
                }
                for post in page.posts
            ],
        }
    assert found == expected


def test_no_part_of_a_page_passes_for_the_whole() -> None:
    html, rules = (PAGES / "flaskbb" / "topic.html").read_text(encoding="utf-8"), preset("flaskbb")

    @settings(deadline=None)
    @given(kept=st.integers(0, html.rindex("</html>")))
    def part(kept: int) -> None:
        with pytest.raises(Unreadable):
            parse_thread(html[:kept], "http://127.0.0.1:5000/topic/2", rules, None)

    part()


@pytest.mark.parametrize("theme", ["post-row", "post-content", 'id="3', "author-name"])
def test_a_theme_that_changed_is_unreadable_not_empty(theme: str) -> None:
    html = (PAGES / "flaskbb" / "topic.html").read_text(encoding="utf-8")
    with pytest.raises(Unreadable):
        parse_thread(html.replace(theme, "x" + theme), "http://127.0.0.1:5000/topic/2", preset("flaskbb"), None)


RECORDED = Path(__file__).parents[2].parent / "shared" / "forums" / "pages" / "flaskbb"


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="pages recorded from other people's forums are not part of the project"
)
def test_a_recorded_thread_of_four_pages() -> None:
    url = "http://127.0.0.1:5230/topic/2-bridge-test-topic-unicode-tags?page="
    ids: list[int] = []
    for number, name in ((1, "topic_p1"), (2, "topic_p2"), (4, "topic_p4_last")):
        page = parse_thread(
            (RECORDED / f"{name}.html").read_text(encoding="utf-8"), f"{url}{number}", preset("flaskbb"), None
        )
        assert page.pages.next == (f"{url}{number + 1}" if number < 4 else None)
        assert all(post.author.id == post.author.name and post.time is not None for post in page.posts)
        assert not any(word in post.html for post in page.posts for word in ("<script", "<button", "signature"))
        ids += [int(post.id) for post in page.posts]
    assert ids == [*range(2, 22), 32, 33, 34]
