"""Golden pairs of feeds: every feed in tests/pages/feed is read as the JSON beside it says; and feeds that lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forum_bridge.errors import Unreadable
from forum_bridge.forums.feed.document import LONGEST, MOST, read_feed
from forum_bridge.forums.feed.links import plain_link
from forum_bridge.forums.feed.options import FeedOptions
from forum_bridge.forums.feed.posts import LONGEST_ID, posts_of
from forum_bridge.model import Post

PAGES = Path(__file__).parent.parent / "pages" / "feed"
CASES = sorted(each for each in PAGES.iterdir() if each.suffix != ".json")
URL = "https://forum.example/feed"
ITEM = "<item><title>{title}</title><link>https://forum.example/{link}</link><description>{body}</description></item>"


def read(text: str, **options: str) -> list[Post]:
    return posts_of(read_feed(text, URL), URL, FeedOptions(**options))


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>Forum</title>{"".join(items)}</channel></rss>'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_feed_is_read_as_it_should_be(case: Path) -> None:
    expected = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    found = [
        {
            "id": post.id,
            "thread": [post.thread.id, post.thread.url, post.thread.title],
            "author": [post.author.name, post.author.id, post.author.url],
            "time": post.time and post.time.isoformat(),
            "edited": post.edited and post.edited.isoformat(),
            "url": post.url,
            "html": " ".join(post.html.split()),
            "attachments": [[each.url, each.name, each.mime, each.size] for each in post.attachments],
        }
        for post in read(case.read_text(encoding="utf-8"), **expected["options"])
    ]
    assert found == expected["posts"]


@pytest.mark.parametrize(
    ("link", "plain"),
    [
        ("https://f.example/viewtopic.php?p=5&sid=0f#p5", "https://f.example/viewtopic.php?p=5#p5"),
        ("https://f.example/viewtopic.php?sid=0f&p=5#top", "https://f.example/viewtopic.php?p=5"),
        ("https://f.example/t?PHPSESSID=x;topic=4.msg5;utm_medium=rss#msg5", "https://f.example/t?topic=4.msg5#msg5"),
        ("https://f.example/t?s=0123456789abcdef0123456789abcdef#post12", "https://f.example/t#post12"),
        ("https://f.example/ara?s=kargo&sidebar=1", "https://f.example/ara?s=kargo&sidebar=1"),
        ("https://f.example/t?utm_source=a&utm_medium=b#12", "https://f.example/t#12"),
        ("https://f.example/t#comment-7", "https://f.example/t#comment-7"),
        ("https://f.example/t#son-mesaj", "https://f.example/t"),
    ],
)
def test_links_lose_what_passes_and_keep_what_names_a_post(link: str, plain: str) -> None:
    assert plain_link(link) == plain
    assert plain_link(plain) == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Merhaba",
        "<!doctype html><html><body><article>bir gönderi</article></body></html>",
        '{"version": "https://example.com", "items": []}',
        "{",
        "[" * 100_000,
        '{"version":' + "[" * 100_000,
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<item>&x;</item>"),
        rss(ITEM.format(title="a", link="1", body="b"))[:-20],
        rss("x" * LONGEST),
        rss("<item>" * (MOST + 1)),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_whole_feed_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_no_part_of_a_feed_passes_for_the_whole() -> None:
    text = (PAGES / "atom.xml").read_text(encoding="utf-8")

    @settings(deadline=None)
    @given(kept=st.integers(0, text.rindex("</feed>")))
    def part(kept: int) -> None:
        with pytest.raises(Unreadable):
            read(text[:kept])

    part()


def test_broken_xml_is_read_as_far_as_it_makes_sense() -> None:
    text = rss(
        ITEM.format(title="Ali & Veli &nbsp; <", link="1?a=1&b=2", body="&lt;p&gt;çay &eacute;"),
        ITEM.format(title="İki\x07\x00", link="2", body="<p>kapanmamış <b>etiket"),
    )
    second, first = read(text)
    assert (first.id, first.thread.title[:10]) == ("https://forum.example/1?a=1&b=2", "Ali & Veli")
    assert "çay" in first.html
    assert second.thread.title == "İki"


def test_deep_and_endless_things_are_cut() -> None:
    deep = "&lt;div&gt;" * 600 + "derin"
    (post,) = read(rss(ITEM.format(title="a", link="1", body=deep)))
    assert "<" not in post.html
    assert "derin" in post.html
    (long,) = read(rss(ITEM.format(title="a", link="x" * 1000, body="b")))
    assert len(long.id) <= LONGEST_ID


def test_ids_of_the_engine_where_the_admin_says_how_to_find_them() -> None:
    text = (PAGES / "rss2.xml").read_text(encoding="utf-8")
    posts = read(text, post_match=r"[?&]p=(\d+)", author="Misafir")
    assert [post.id for post in posts] == ["49", "50", "51"]
    assert posts[0].author.name == "Misafir"


@settings(deadline=None, max_examples=150)
@example(text="", bites=[(1191, "[")])
@given(text=st.text(max_size=300), bites=st.lists(st.tuples(st.integers(0, 5000), st.text(max_size=8)), max_size=6))
def test_whatever_a_feed_says_it_is_read_or_unreadable(text: str, bites: list[tuple[int, str]]) -> None:
    for case in CASES:
        bitten = case.read_text(encoding="utf-8")
        for place, bite in bites:
            bitten = bitten[:place] + bite + bitten[place + len(bite) :]
        for attempt in (text, bitten, rss(text), rss(ITEM.format(title=text, link=text, body=text))):
            try:
                posts = read(attempt)
            except Unreadable:
                continue
            assert all(post.id and post.author.name and post.url for post in posts)
