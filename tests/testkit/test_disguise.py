"""What an adapter reads from disguised pages is what it read from the real ones, with invented people; and nobody real
is left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from forum_bridge.forums.html.parse import parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.forums.registry import Registry
from forum_bridge.testkit.invented import Inventor
from forum_bridge.testkit.recording import as_json

BASE = "https://pano.example"
TOKEN = "f945b360261eb2551a7d7d667ebe1493"
TRAPS = (
    "timeline",
    "member",
    "forumpost",
    "user",
    "post",
    "posts",
    "u",
    "api",
    "index",
    "username",
    "content",
    "class",
)


@dataclass(frozen=True)
class Writer:
    name: str
    number: int
    guest: bool

    @property
    def slug(self) -> str:
        return re.sub(r"[\W_]+", "-", self.name.lower()).strip("-") or "x"


def said(writers: list[Writer], number: int) -> str:
    """A post that names everybody in every way."""
    other = escape(writers[number % len(writers)].name)
    return (
        f"<p>Gönderi {number}: {other}, sağ ol! @{other} <a href='mailto:biri{number}@firma.com.tr'>yaz</a> "
        f'88.231.14.9 <img src="/avatars/{quote(writers[0].name, safe="")}.png?sid={TOKEN}" alt="{other}"></p>'
    )


def fossil(writers: list[Writer]) -> tuple[str, str]:
    posts = "".join(
        f"""<div id='forum{place}' class='forumTime'><h1>Kargo</h1><h3 class='forumPostHdr'>({place}) By
<a href="/timeline?ss=v&amp;y=f&amp;vfx&amp;u={quote(each.name, safe="")}">{escape(each.name)}</a>
on 2026-11-27 16:{place:02}:50
<a href="/forumpost/{place:010x}b356aa?t=c&amp;hist">[link]</a> <a href="/forumpost/{place:010x}b356aa?raw">[source]</a>
</h3><div class='forumPostBody'>{said(writers, place)}</div></div>"""
        for place, each in enumerate(writers, 1)
    )
    head = f'<html><head><script nonce="{TOKEN}">var a = "x";</script></head><body class="forum rpage-forumthread">'
    menu = "<a href='/timeline' class=''>Timeline</a><a href='/forum'>Forum</a>"
    return f"{BASE}/forumthread/0000000001?t=c&hist", f"{head}{menu}{posts}</body></html>"


def vbulletin5(writers: list[Writer]) -> tuple[str, str]:
    def author(each: Writer) -> str:
        link = f'<a href="{BASE}/member/{each.number}-{quote(each.slug)}" data-vbnamecard="{each.number}">'
        return escape(each.name) if each.guest else f'{link}<span itemprop="name">{escape(each.name)}</span></a>'

    url = f"{BASE}/forum/destek/kargo/2772-kargo-takip"
    posts = "".join(
        f"""<li data-node-id="{2772 + place}" data-node-publishdate="{1795323603 + place}" class="b-post js-post">
<div class="b-userinfo__details"><div class="author"><strong>{author(each)}</strong></div></div>
<div class="b-post__content"><a class="b-post__count"
 href="{url}?p={2772 + place}#post{2772 + place}">#{place + 1}</a><div class="js-post__content-text restore"
 itemprop="text">{said(writers, place)}</div></div></li>"""
        for place, each in enumerate(writers)
    )
    return url, (
        f'<html><body id="vb-page-body" class="vb-page logged-out"><h1 class="main-title">Kargo</h1>'
        f'<ul class="conversation-list thread-view">{posts}</ul>'
        f'<a class="js-pagenav-next-button" href="{url}/page2">Sonraki</a></body></html>'
    )


def misago(writers: list[Writer]) -> tuple[str, str]:
    def poster(each: Writer) -> object:
        return {"id": each.number, "username": each.name, "url": f"/u/{quote(each.slug)}/{each.number}/"}

    posts = [
        {
            "id": place, "poster": None if each.guest else poster(each), "poster_name": each.name,
            "content": said(writers, place), "attachments": None, "posted_on": f"2026-11-20T20:00:00.{place}Z",
            "updated_on": f"2026-11-20T20:00:00.{place}Z", "edits": 0, "is_unapproved": False, "is_hidden": False,
            "is_event": False, "url": {"index": f"/t/konu/1/post/{place}/"},
        }
        for place, each in enumerate(writers, 101)
    ]  # fmt: skip
    thread = {
        "id": 1, "category": 3, "title": "Kargo", "replies": len(posts), "is_unapproved": False, "is_hidden": False,
        "is_closed": False, "url": {"index": "/t/konu/1/"}, "csrf_token": TOKEN,
        "post_set": {"results": posts, "page": 1, "pages": 2, "previous": None, "next": 2, "last": 2},
    }  # fmt: skip
    return f"{BASE}/t/konu/1/", json.dumps(thread)


ENGINES = {  # with the ways of each on its pages
    "fossil": (fossil, ("/timeline?ss=", "'/timeline'", "/forumpost/")),
    "vbulletin5": (vbulletin5, ("/member/", "/forum/destek/kargo/2772-kargo-takip")),
    "misago": (misago, ('"/u/', '"/t/konu/1/post')),
}
letters = st.sampled_from("abcçğıioöşuüzABÇİIŞ0123456789")
handles = st.text(letters, min_size=2, max_size=9)
names = st.one_of(
    handles,
    st.sampled_from(TRAPS),
    st.builds("{} {}".format, handles, handles),
    st.sampled_from(
        ["ç", "Z", "*!*", "[x]", "Ali <b>", "R&D", "ali@firma.com.tr", "0532 123 45 67", "a/b", 'Ali"', "%41"]
    ),
    st.builds("{}{}{}".format, handles, st.sampled_from("-_.&'"), handles),
)
people = st.lists(st.builds(Writer, names, st.integers(1, 999), st.booleans()), min_size=1, max_size=5).map(
    lambda found: [Writer(each.name, 1000 + place, each.guest) for place, each in enumerate(found)]
)


@cache
def reader(engine: str) -> Callable[[str, str], ThreadPage]:
    entry = Registry.load().get(engine)
    assert entry.maker is not None and entry.parse is not None
    if entry.container is None:
        return entry.parse
    options = entry.maker.options({})
    assert isinstance(options, Preset)
    return lambda page, url: parse_thread(page, url, options, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_read_is_the_same_but_for_the_people(engine: str) -> None:
    read, (shown_by, ways) = reader(engine), ENGINES[engine]

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(people)
    @example([Writer("*!*", 1000, guest=False)])
    def same(writers: list[Writer]) -> None:
        assume(not any(each.name.isdigit() for each in writers))
        url, page = shown_by(writers)
        before = read(page, url)
        invent = Inventor((post.author for post in before.posts), BASE, url, [*(post.url for post in before.posts)])
        disguised = invent(page)
        after = read(disguised, invent.address(url))
        known = invent.people
        expected = as_json(before.posts)
        for post, told, original in zip(as_json(after.posts), expected, before.posts, strict=True):
            assert post["author"] == known.get(original.author.name, original.author.name)
            assert post["author_id"] == known.get(str(told["author_id"]), told["author_id"])
            assert {key: post[key] for key in ("id", "time", "edited", "opening")} == {
                key: told[key] for key in ("id", "time", "edited", "opening")
            }
            assert post["url"] == invent.address(str(told["url"]))
        assert after.pages == before.pages and after.ref == before.ref
        assert [disguised.count(way) for way in ways] == [page.count(way) for way in ways]
        shown = unescape(unquote(disguised)) + json.dumps(as_json(after.posts), ensure_ascii=False)
        for secret in ("firma.com", "88.231.14.9", TOKEN):
            assert secret not in shown
        for each in writers:
            if each.name not in TRAPS and len(each.name) > 1:  # the forum's ways are left, and a letter within a text
                assert not re.search(rf"(?<!\w)(?<!\w-){re.escape(each.name)}(?!\w)(?!-\w)", shown), shown
        assert len({post.author.key for post in after.posts}) == len({post.author.key for post in before.posts})

    same()
