"""How two versions of a text are shown: safe, short, and no change hidden."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.markup.diff import LIMIT, difference
from forum_bridge.markup.safe import safe

TEXTS = st.text(alphabet="ab<&>ğİ \n", max_size=120)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Sipariş 4419 nerede?", "Sipariş 4491 nerede?", "<p>Sipariş <s>4419</s> <b>4491</b> nerede?</p>"),
        ("Bir.\nİki.\nÜç.", "Bir.\nÜç.", "<p><s>İki.</s></p>"),
        ("Bir.\nÜç.", "Bir.\nİki.\nÜç.", "<p><b>İki.</b></p>"),
        ("a  b\n\n\nc", "a b\nc", ""),
        ("", "x <script>", "<p><b>x &lt;script&gt;</b></p>"),
    ],
)
def test_only_what_changed_is_shown(old: str, new: str, shown: str) -> None:
    assert difference(old, new) == shown


def test_far_from_a_change_words_are_left_out() -> None:
    words = " ".join(map(str, range(100)))
    shown = difference(words, words.replace("50", "elli"))
    assert shown == ("<p>… 42 43 44 45 46 47 48 49 <s>50</s> <b>elli</b> 51 52 53 54 55 56 57 58 …</p>")


@given(TEXTS, TEXTS)
def test_it_is_safe_and_both_texts_can_be_read_from_it(old: str, new: str) -> None:
    shown = difference(old, new)
    assert safe(shown) == shown
    assert bool(shown) == ([line.split() for line in old.split("\n") if line.split()]
                           != [line.split() for line in new.split("\n") if line.split()])  # fmt: skip
    gone = [unescape(each).split() for each in re.findall("<s>(.*?)</s>", shown)]
    came = [unescape(each).split() for each in re.findall("<b>(.*?)</b>", shown)]
    assert all(word in old.split() for words in gone for word in words)
    assert all(word in new.split() for words in came for word in words)


@pytest.mark.parametrize("word", ["uzun ", "u" * 50_000, "satır\n"])
def test_it_is_never_long(word: str) -> None:
    shown = difference("", word * 3_000)
    assert len(re.sub("<[^>]*>", "", shown)) <= LIMIT + 2
    assert "…" in shown or len(shown) < LIMIT


def test_long_texts_are_compared_in_reasonable_time() -> None:
    old = " ".join(f"w{number % 97}" for number in range(20_000))
    assert difference(old, old.replace("w5", "v5"))
