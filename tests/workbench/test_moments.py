"""Moments in what a page says: found whatever stands around them, and cut out so that the adapter reads the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.moments import cut_out, find, moments
from forum_bridge.workbench.guess.outline import Outline

NOW = datetime(2026, 11, 22, 23, 0)  # noqa: DTZ001 -- what a clock in the forum's zone shows
WHEN = datetime(2026, 11, 20, 14, 5)  # noqa: DTZ001 -- the same


@pytest.mark.parametrize(
    ("text", "told", "when"),
    [
        ("Yazıldı: 20 Kas 2026 Cuma, 14:05 #1", "20 Kas 2026 Cuma, 14:05", WHEN),
        ("« Yanıtla #3 : 20 Kasım 2026, 14:05 »", "20 Kasım 2026, 14:05", WHEN),
        ("on November 20, 2026, 02:05 PM by ali", "November 20, 2026, 02:05 PM", WHEN),
        ("Posted 20.11.2026 - 14:05", "20.11.2026 - 14:05", WHEN),
        ("Bugün, 14:05", "Bugün, 14:05", datetime(2026, 11, 22, 14, 5)),  # noqa: DTZ001
        ("2 gün önce", "2 gün önce", NOW - timedelta(days=2)),
        ("1795183500", "1795183500", datetime(2026, 11, 20, 14, 5)),  # noqa: DTZ001
        ("Kayıt: 3 Mart 2019", "3 Mart 2019", datetime(2019, 3, 3)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_found_among_words(text: str, told: str, when: datetime) -> None:
    found = find(text, NOW)
    assert found is not None
    assert (text[found.start : found.end], found.when[0]) == (told, when)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kargom nerede kaldı?",
        "Mesaj: 412",
        "#12",
        "sipariş 12.345,67 TL",
        "bugün gelmedi",
        "Mayıs ayı",
        "99:99",
        "v1.2",
    ],
)
def test_what_tells_no_moment(text: str) -> None:
    assert find(text, NOW) is None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    found = find(text, NOW)
    assert found is None or 0 <= found.start < found.end <= len(text)


WORDS = st.text(st.sampled_from("abcçdefgğhıijklmnoöprsştuüvyz "), max_size=12).map(str.strip)
DATES = st.datetimes(datetime(2001, 1, 1), datetime(2026, 11, 22))  # noqa: DTZ001
STYLES = ("%d.%m.%Y %H:%M", "%d-%m-%Y, %H:%M", "%d %b %Y %H:%M", "%Y-%m-%d %H:%M")


@settings(deadline=None)
@given(
    st.lists(DATES, min_size=2, max_size=5),
    st.sampled_from(STYLES),
    st.sampled_from(["Yazıldı: ", "« ", "on ", ""]),
    st.lists(WORDS, min_size=5, max_size=5),
    st.sampled_from([" »", " #", "", " tarafından "]),
)
def test_what_is_cut_out_is_what_was_found(
    when: list[datetime], style: str, before: str, names: list[str], after: str
) -> None:
    texts = [
        f"{before}{each:{style}}{after}{name if after else ''}".strip() for each, name in zip(when, names, strict=False)
    ]
    regex = cut_out(texts, NOW)
    assert regex is not None
    value = Value.parse(f"p{regex}")
    for text, each in zip(texts, when, strict=True):
        cut = value.found_in(Outline.of(f"<p>{text}</p>", "http://x.example/").root)  # type: ignore[union-attr]
        found = find(cut or "", NOW)
        assert found is not None, (text, regex, cut)
        assert each.replace(second=0, microsecond=0) in found.when


def test_the_innermost_element_tells_a_moment_whole() -> None:
    html = (
        "<div><p>Tarih: <b>20 Kas 2026</b> <i>14:05</i></p><span title='20 Kas 2026 14:05'>dün</span>"
        "<time datetime='2026-11-20T14:05:00+03:00'>2 gün önce</time><a data-at=1795183500>x</a></div>"
    )
    outline = Outline.of(html, "http://x.example/")
    assert outline is not None
    told = [(each.element.tag, each.attribute, each.exact) for each in moments(outline, NOW)]
    assert told == [
        ("p", None, True),
        ("span", "title", True),
        ("span", None, False),
        ("time", "datetime", True),
        ("time", None, True),
        ("a", "data-at", True),
    ]
    assert re.match("Tarih", moments(outline, NOW)[0].text)
