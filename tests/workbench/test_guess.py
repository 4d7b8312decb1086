"""What posts are and where their fields stand, on small pages that each ask one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_bridge.workbench.guess.posts import PostsGuess, guess_posts
from forum_bridge.workbench.guess.preset import Pages, guess_preset
from forum_bridge.workbench.look import Seen

NOW = datetime(2026, 11, 22, 23, 0)  # noqa: DTZ001 -- what a clock in the forum's zone shows
URL = "https://acme.example/konu/7"
TEXTS = (
    "Siparişim geçen hafta yola çıktı, hâlâ gelmedi; ne yapmalıyım?",
    "Takip numarasını yazar mısın, bir bakayım.",
    "Şubeyi ara, bazen orada unutuluyor derler.",
    "Bugün aradım, yarın getireceklerini söylediler.",
)
NAMES = ("ayse", "deniz", "ayse", "deniz")
GOLDEN = sorted((Path(__file__).parent.parent / "pages").glob("*/*.html"))


def page(post: str, *, names: Sequence[str] = NAMES, texts: Sequence[str] = TEXTS) -> str:
    """Return a page with four posts; in ``post`` {n} is its place, {id} its number, {no} and {name} its author's,
    {text} its text and {hour} the hour at which it was written."""
    posts = "".join(
        post.format(n=n, id=900 + 13 * n, no=len(name), name=name, text=text, hour=f"1{n}:05")
        for n, (name, text) in enumerate(zip(names, texts, strict=True), 1)
    )
    return f"<html><head><title>Kargo</title></head><body><h1>Kargo</h1><div id=m>{posts}</div></body></html>"


def found(post: str, **given: Sequence[str]) -> PostsGuess:
    guess = guess_posts(page(post, **given), URL, NOW)
    assert guess is not None
    return guess


PLAIN = (
    "<div class=ileti id=ileti{id}><b class=kim><a href=/uye/{no}>{name}</a></b><i>20.11.2026 {hour}</i>"
    "<p class=soz>{text}</p></div>"
)


def told(guess: PostsGuess) -> dict[str, str]:
    names = ("id", "author", "author_id", "author_url", "time", "body")
    fields = {name: getattr(guess, name) for name in names}
    return {name: each.text for name, each in fields.items() if each is not None}


def test_each_field_in_its_place() -> None:
    guess = found(PLAIN)
    assert guess.scene.container == ".ileti"
    assert told(guess) == {
        "id": r"@id =~ ^ileti(\d+)",
        "author": 'a[href*="/uye/"]',
        "author_id": r'a[href*="/uye/"] @href =~ ^/uye/(\d+)',
        "author_url": 'a[href*="/uye/"] @href',
        "time": ".kim + i",
        "body": ".soz",
    }
    assert guess.time is not None
    assert guess.time.found == ("20.11.2026 11:05", "20.11.2026 12:05", "20.11.2026 13:05", "20.11.2026 14:05")


def test_attributes_for_machines_come_before_words_for_people() -> None:
    guess = found(
        "<article data-post-id={id} data-author={name} data-at=17951{n}3500><a href=/uye/{no}>{name}</a> dün"
        "<div class=soz>{text}</div></article>"
    )
    assert told(guess) | {"author_id": ""} == {
        "id": "@data-post-id",
        "author": "@data-author",
        "author_id": "",
        "author_url": 'a[href*="/uye/"] @href',
        "time": "@data-at",
        "body": ".soz",
    }


def test_the_day_of_joining_and_of_editing_is_not_that_of_writing() -> None:
    guess = found(
        "<div class=ileti id=i{id}><b><a href=/uye/{no}>{name}</a></b><p class=k>Kayıt: 3 Mart 2019, 10:0{n}</p>"
        "<p class=soz>{text}</p><p class=d>Düzenlendi: 22.11.2026 1{n}:30</p><p class=y>20.11.2026 {hour}</p></div>"
    )
    assert told(guess)["time"] == ".y"


def test_the_month_may_come_first() -> None:
    guess = found(PLAIN.replace("20.11.2026", "11/20/2026"))
    assert (guess.date_order, guess.time and guess.time.doubt) == ("mdy", "")
    assert found(PLAIN).date_order == "dmy"


def test_posts_that_are_laid_out_in_rows() -> None:
    rows = (
        "<tr><td class=kim><a name=p{id}></a><a href='uye.php?u={no}'>{name}</a></td>"
        "<td>Tarih: 20.11.2026 {hour}</td></tr>"
        "<tr><td colspan=2 class=soz>{text}</td></tr><tr><td><a href='uye.php?u={no}'>Profil</a></td></tr>"
    )
    guess = guess_posts(page(rows).replace("<div id=m>", "<table>"), URL, NOW)
    assert guess is not None
    assert guess.scene.beside == "tr"
    assert (guess.scene.container, told(guess)["body"]) == ("tr:has(> .kim)", ".soz")
    assert told(guess)["time"] == ".kim + td =~ ^Tarih: (.+)$"


def test_where_a_post_was_deleted_there_is_none() -> None:
    gap = "<div class=ileti id=ileti1><a href=/uye/4>ayse</a> <i>20.11.2026 10:00</i> Bu ileti silindi.</div>"
    guess = guess_posts(page(PLAIN).replace("<div id=m>", f"<div id=m>{gap}"), URL, NOW)
    assert guess is not None
    assert len(guess.scene.posts) == 4
    assert guess.scene.container == ".ileti:has(.soz)"


def test_a_guest_has_no_id() -> None:
    html = page(PLAIN).replace("<a href=/uye/4>ayse</a>", "ayse")
    guess = guess_posts(html, URL, NOW)
    assert guess is not None
    assert guess.author is not None
    assert guess.author.found == NAMES
    assert guess.author_id is not None
    assert guess.author_id.found == (None, "5", None, "5")
    assert "2 of 4 posts have none, by guests" in guess.author_id.why


def test_what_is_not_sure_is_told() -> None:
    alone = found(PLAIN, names=["ayse"] * 4, texts=TEXTS)
    assert alone.author is not None
    assert "several people write" in alone.author.doubt
    counted = found(PLAIN.replace("{id}", "{n}"))
    assert counted.id is not None
    assert "Open another thread" in counted.id.doubt
    timeless = found(PLAIN.replace("20.11.2026 {hour}", "geçen gün"))
    assert timeless.time is None


@pytest.mark.parametrize(
    "html",
    ["", "<p>x</p>", page(PLAIN, names=["ayse"], texts=TEXTS[:1]), "<ul><li><a href=/1>a</a><li><a href=/2>b</a></ul>"],
)
def test_a_page_without_several_posts_shows_none(html: str) -> None:
    assert guess_posts(html, URL, NOW) is None


def test_what_is_in_the_text_and_not_the_author_s_is_dropped() -> None:
    post = PLAIN.replace("{text}", "{text}<span class=tepki>3 beğeni</span><em class=duzen>Düzenlendi: 1{n}:40</em>")
    signatures = {"ayse": "İzmir'den sevgiler", "deniz": "Kargo sabır işidir"}
    html = page(post.replace("</p></div>", "<small class=altyazi>@{name}@</small></p></div>"))
    for name, words in signatures.items():
        html = html.replace(f"@{name}@", words)
    guess = guess_preset(Pages(Seen(URL, html)))
    assert guess is not None
    assert set(guess.draft.section("posts").keys["drop"]) == {".duzen", ".altyazi"}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(GOLDEN), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_any_page_can_be_looked_at(path: Path, begin: float, end: float) -> None:
    html = path.read_text(encoding="utf-8", errors="replace")
    first, last = sorted((int(begin * len(html)), int(end * len(html))))
    for piece in (html[:last], html[:first] + html[last:]):
        guess = guess_preset(Pages(Seen(URL, piece)))
        assert guess is None or re.search(guess.address.match.text, URL)
