"""A marker is found as a reader sees it and taken out whole, whatever tags stand in it and however it is typed."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.errors import Held
from forum_bridge.markup.answer import canonical, to_markup
from forum_bridge.markup.marker import Marker
from forum_bridge.markup.tree import parse
from forum_bridge.model import Markup, folded

PRIVATE, OZEL, GIZLI = Marker("[private]"), Marker("#özel"), Marker("[GİZLİ]")


@pytest.mark.parametrize(
    ("marker", "html", "left"),
    [
        (PRIVATE, "<p>[private] Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>Merhaba <b>[pri</b>vate] Deniz</p>", "<p>Merhaba Deniz</p>"),
        (PRIVATE, "<p>Merhaba [<b>pri<i>va</i></b>te<u>]</u> <b>Deniz</b></p>", "<p>Merhaba <b>Deniz</b></p>"),
        (PRIVATE, "<p>[PRIVATE]</p><p>Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>[ PrIvAtE ] Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>[pri<br>vate] Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<ul><li>[pri</li><li>vate] Merhaba</li></ul>", "<ul><li>Merhaba</li></ul>"),
        (PRIVATE, "<p>&#91;private&#x5D; Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>[pri\u200bvate] [pr\u00adivate\ufeff] Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>[pri[private]vate] Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>a [private] b [private] c</p>", "<p>a b c</p>"),
        (PRIVATE, "<pre>a [private]\n  b</pre>", "<pre><code>a\n  b</code></pre>"),
        (PRIVATE, "<blockquote>[private]</blockquote><p>Merhaba</p>", "<p>Merhaba</p>"),
        (PRIVATE, "<p>[private]</p>", ""),
        (PRIVATE, '<p>a</p><p><img src="https://a.example/b.png" alt="[private] c"></p>',
         '<p>a</p><p><img src="https://a.example/b.png" alt="c"></p>'),
        (PRIVATE, '<p><a href="https://a.example/">[private] burada</a></p>',
         '<p><a href="https://a.example/" rel="nofollow noopener">burada</a></p>'),
        (OZEL, "<p>#ÖZEL Merhaba #Özel</p>", "<p>Merhaba</p>"),
        (OZEL, "<p>#o\u0308zel\u0301 Merhaba</p>", "<p>Merhaba</p>"),
        (OZEL, "<p>#ozel Merhaba</p>", "<p>Merhaba</p>"),
        (GIZLI, "<p>[gizli] Merhaba [gızlı]</p>", "<p>Merhaba</p>"),
        (GIZLI, "<p>[GIZLI] Merhaba [GİZLİ]</p>", "<p>Merhaba</p>"),
        (GIZLI, "<p>［ＧＩＺＬＩ］ Merhaba</p>", "<p>Merhaba</p>"),
    ],
)  # fmt: skip
def test_found_and_taken_out(marker: Marker, html: str, left: str) -> None:
    assert marker.stands_in(html, is_html=True)
    assert marker.without(html, is_html=True) == left
    assert not marker.stands_in(left, is_html=True)


@pytest.mark.parametrize("html", ["<p>private</p>", "<p>[privat]</p>", "<p>[pri.vate]</p>", "", "<p>[pri“vate]</p>"])
def test_what_is_no_marker_stays(html: str) -> None:
    assert not PRIVATE.stands_in(html, is_html=True)
    assert PRIVATE.without(html, is_html=True) == canonical(html, is_html=True)


def test_in_plain_text() -> None:
    assert PRIVATE.stands_in("Merhaba\n[Private]\n<Deniz>", is_html=False)
    assert PRIVATE.without("Merhaba [Private] <Deniz>", is_html=False) == "<p>Merhaba &lt;Deniz&gt;</p>"
    assert PRIVATE.out_of("fatura [private].pdf") == "fatura .pdf"


def test_the_history_that_nobody_sees_does_not_count_and_what_is_hidden_otherwise_does() -> None:
    assert not PRIVATE.stands_in('<p>a</p><div class="omni_orig_reply">[private]</div>', is_html=True)
    for html in ("<p>a</p><textarea>[private]</textarea>", "<p>[pri<q>vate</q>]</p>"):
        assert PRIVATE.stands_in(html, is_html=True)


@pytest.mark.parametrize(
    "html",
    [
        "<p>https://a.example/b#özel</p>",
        '<p><a href="https://a.example/b#%C3%B6zel">burada</a></p>',
        '<p><a href="https://a.example/b#OZEL">burada #özel</a></p>',
        '<p><img src="https://a.example/#özel.png"></p>',
    ],
)
def test_in_an_address_it_is_found_and_cannot_be_taken_out(html: str) -> None:
    assert OZEL.stands_in(html, is_html=True)
    with pytest.raises(Held, match="address"):
        OZEL.without(html, is_html=True)


SAID = st.sampled_from(
    ["Merhaba ", "Deniz", " ", "[", "]", "private", "pri", "vate]", "[pri", "ş", "🙂", "&", "\n", "<", "I"]
)
TAGS = st.sampled_from(["b", "i", "p", "div", "li", "blockquote", "code", "pre", "td", "span", "br"])
MARKER = st.sampled_from(
    ["[private]", "[PRİVATE]", "[prıvate]", "[ p r i v a t e ]", "[pri\u200bvate]", "[[private]private]"]
)


@st.composite
def answers(draw: st.DrawFn) -> str:
    """HTML with the marker somewhere, tags anywhere in it too."""
    letters = "".join(draw(st.lists(SAID, max_size=4))) + draw(MARKER) + "".join(draw(st.lists(SAID, max_size=4)))
    out = [escape(each) for each in letters]
    for _ in range(draw(st.integers(0, 5))):
        tag, (begin, end) = draw(TAGS), sorted((draw(st.integers(0, len(out))), draw(st.integers(0, len(out)))))
        out[begin:end] = [f"<{tag}>", *out[begin:end], f"</{tag}>"]
    return "".join(out)


@given(answers(), st.booleans(), st.sampled_from(Markup))
def test_wherever_it_stands_nothing_is_left_of_it_and_all_else_stays(
    answer: str, is_html: bool, markup: Markup
) -> None:
    if not is_html:
        answer = answer.replace("<", "(").replace(">", ")").replace("(br)", "")
        answer = f"{answer} [private]"
    assert PRIVATE.stands_in(answer, is_html=is_html)
    left = PRIVATE.without(answer, is_html=is_html)
    assert not PRIVATE.stands_in(left, is_html=True)
    assert "[private]" not in folded(to_markup(left, True, markup).replace("\\", ""))
    before = seen(answer, is_html=is_html)
    while "[private]" in before:
        before = before.replace("[private]", "")
    assert seen(left, is_html=True) == before


def seen(answer: str, *, is_html: bool) -> str:
    return folded(parse(canonical(answer, is_html)).text())
