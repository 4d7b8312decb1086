"""The small language of presets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.forums.html.preset_types import Phrases
from forum_bridge.forums.html.value import Mark, Phrase, Value, first_found

PAGE = """<div id="post_31" class="post">
<a class="name" href="/user/42?x=1">  Çağrı\xa0\n Öz </a><a class="name">Elif</a>
<span class="empty"></span><time datetime="2026-11-22">dün</time></div>"""


@pytest.fixture
def post() -> LexborNode:
    node = LexborHTMLParser(PAGE).css_first(".post")
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".name", "Çağrı Öz"),
        ("time @datetime", "2026-11-22"),
        ("time@datetime", "2026-11-22"),
        ("@id", "post_31"),
        (r"@id =~ post_(\d+)", "31"),
        (r".name @href =~ /user/(\d+)", "42"),
        (".name =~ El.f", "Elif"),
        ("=~ (Öz)", "Öz"),
        (".empty", None),
        (".name @title", None),
        ("@id =~ thread", None),
        (".nothing", None),
        ('a[href*="@x"]', None),
        (".post ~ .name", None),
    ],
)
def test_values(post: LexborNode, text: str, found: str | None) -> None:
    assert Value.parse(text).found_in(post) == found


def test_what_stands_in_another_line_is_another_word() -> None:
    cell = LexborHTMLParser("<p>Bugün, 12:46<br>Ayşe <b>Ö<!-- z --></b>z<br/></p>").css_first("p")
    assert cell is not None
    assert Value.parse("=~ .+").found_in(cell) == "Bugün, 12:46 Ayşe Öz"


@pytest.mark.parametrize("text", ["", "  ", "div[[", "a =~ (", "a @id =~ *"])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"value|CSS|regular"):
        Value.parse(text)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_value_or_refused(text: str) -> None:
    try:
        value = Value.parse(text)
    except ValueError:
        return
    root = LexborHTMLParser(PAGE).root
    assert root is not None
    assert value.found_in(root) != ""


def test_a_bare_selector_is_present_without_text(post: LexborNode) -> None:
    assert Value.parse(".empty").present_in(post)
    assert not Value.parse(".empty =~ x").present_in(post)


def test_the_first_of_several_that_finds_something_counts(post: LexborNode) -> None:
    assert first_found([Value.parse(each) for each in (".empty", ".name", "time")], post) == "Çağrı Öz"


def test_phrases() -> None:
    phrase = Phrase("Lütfen {seconds} saniye  daha (veya {minutes} dk)")
    said = "Hata: LÜTFEN 41 saniye daha (veya 2 dk) bekleyin."
    assert phrase.said_in(said) == "LÜTFEN 41 saniye daha (veya 2 dk) bekleyin."
    assert phrase.wait(said) == timedelta(minutes=2, seconds=41)
    assert Phrase("closed by * moderator").said_in("It was closed by our moderator") is not None
    assert Phrase("closed.").said_in("closed!") is None
    assert Phrase("closed").wait("closed") is None


def test_what_an_engine_says_by_an_element() -> None:
    page = '<div id="post_WaitTime">Son iletiniz 5 saniye önceydi.</div><p class="error"></p><p class="error">Yeni</p>'
    root = LexborHTMLParser(page).root
    assert root is not None
    flood = Mark(Value.parse(r"#post_WaitTime =~ (?P<seconds>\d+)"))
    words = flood.said_on(root)
    assert words == "Son iletiniz 5 saniye önceydi."
    assert flood.wait(words) == timedelta(seconds=5)
    assert flood.wait("Birazdan.") is None
    assert Mark(Value.parse(r".error =~ \S")).said_on(root) == "Yeni"
    assert Mark(Value.parse(".error")).said_on(root) == ".error"
    assert Mark(Value.parse(".error")).wait("5") is None
    assert Mark(Value.parse(".error =~ yok")).said_on(root) is None
    assert Mark(Value.parse("#topic_locked")).said_on(root) is None


@pytest.mark.parametrize("text", ["", "css:", "css: =~ x", "css: .a @id", "css: p[", "css: p =~ ("])
def test_what_is_neither_a_phrase_nor_a_mark(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Phrases).validate_python([text])


@pytest.mark.parametrize(
    ("text", "tag", "found"),
    [
        (r"a @href =~ /user/(\d+)", "a", "42"),
        ("span, time", "time", "dün"),
        (r"@id =~ (\d+)", "div", "31"),
    ],
)
def test_a_value_knows_in_which_element_it_finds_its_text(post: LexborNode, text: str, tag: str, found: str) -> None:
    place = Value.parse(text).place_in(post)
    assert place is not None
    assert (place[0].tag, place[1]) == (tag, found)
