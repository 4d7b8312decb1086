"""Is this post, read back from the forum, that answer?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forum_bridge.markup.answer import answer_text, to_markup
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.compare import fingerprint, is_answer
from forum_bridge.markup.frame import frame_text
from forum_bridge.markup.quote import quote, quoted
from forum_bridge.model import Author, Markup, PostId, Quote

ANSWERS = [
    "<p>Merhaba <b>Ayşe</b>, siparişiniz “yolda” … <a href='https://x.example/takip?no=44-19'>takip</a></p><ol><li>bekle</li><li>ara</li></ol>",
    "<p>İade için https://www.x.example/iade_formu?a=1&amp;b=2 adresine bakın.</p><pre>kod = 1\n\n\nkod2</pre>",
    "<blockquote>soru</blockquote><p>cevap: <s>100</s> 90 ₺ 👍</p>",
    "<table><tr><td>a<td>b<tr><td>1<td>2</table><hr><p>son</p>",
]


@pytest.mark.parametrize("html", ANSWERS)
def test_an_answer_is_found_as_markdown_renders_it(markdown: Callable[[str], str], html: str) -> None:
    head = quote(
        Markup.MARKDOWN, Quote(PostId("1"), Author("Ece", "2"), "https://x.example/1", quoted(Markup.MARKDOWN, "soru"))
    )
    page = markdown(f"{head}\n\n@Ece\n\n{to_markup(html, True, Markup.MARKDOWN)}\n\n— Deniz, Destek")
    own = clean_post(page, "https://x.example/").text
    for answer in ANSWERS:
        assert is_answer(own, answer_text(answer, True), frame="@Ece — Deniz, Destek") is (answer == html)
        assert is_answer(own, answer_text(answer, True)) is (answer == html)


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        ('"tırnak" ve ...', "“tırnak” ve …"),
        ("© 2026 (tm) - a -- b", "(c) 2026 ™ – a — b"),
        ("merhaba dünya", "**merhaba** [dünya]"),
        ("Teşekkürler 🙂", "Teşekkürler :)"),
        ("Teşekkürler :slight_smile: bay", "Teşekkürler 🙂 bay"),
        ("Siparişiniz yola çıktı ??", "Siparişiniz yola çıktı 🚚"),
        ("x.example/a?b=1 bak", "https://www.x.example/a?b=1 bak"),
        ("resim:\n\n[img: Image]", "resim:\n\n[img: ekran]"),
        ("ilk cevap\n\n---\n\nikinci cevap", "ikinci cevap"),
        ("> Ece:\n>\n> soru\n\ncevap", "cevap"),
        (":)", ":)"),
        ("ﬁyat", "fiyat"),
    ],
)
def test_what_engines_change_does_not_matter(own: str, answer: str) -> None:
    assert is_answer(own, answer, frame="")


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        ("Evet", "Hayır"),
        ("100 ₺", "100 $"),
        ("Teşekkürler 👍", "Teşekkürler 👎"),
        ("Olur 👍", "Olur"),
        ("> Ece:\n>\n> cevap\n\nbaşka", "cevap"),
        ("", "cevap"),
        ("cevap", ""),
        (":)", ":("),
        ("12", "112"),
    ],
)
def test_other_answers_are_not_taken_for_it(own: str, answer: str) -> None:
    assert not is_answer(own, answer, frame="")
    assert not is_answer(own, answer)


@pytest.mark.parametrize(
    ("markup", "rendered"),
    [
        (
            Markup.MARKDOWN,
            "> **[Ece](https://x.example/1)**\n>\n> soru\n\n@Ece\n\n— [Deniz](https://x.example/d), *Destek*",
        ),
        (Markup.BBCODE, '[quote="Ece"]soru[/quote]\n\n@Ece\n\n— [url=https://x.example/d][b]Deniz[/b][/url], Destek'),
        (Markup.HTML, "<blockquote><p><b>Ece</b>:</p><p>soru</p></blockquote>@Ece<p>— <b>Deniz</b>, Destek</p>"),
    ],
)
def test_the_frame_is_read_from_a_filled_template(markup: Markup, rendered: str) -> None:
    frame = frame_text(markup, rendered)
    assert fingerprint(frame) == "ecedenizdestek"
    assert is_answer("> Ece:\n>\n> soru\n\n@Ece\n\ncevap\n\n— Deniz, Destek", "cevap", frame=frame)
    assert not is_answer("@Ece\n\ncevap ve daha\n\n— Deniz, Destek", "cevap", frame=frame)


def test_the_beginning_of_a_longer_answer_is_not_that_answer() -> None:
    posted = "@Ece\n\nTamam.\n\nYarın ararız.\n\n— Deniz"
    assert is_answer(posted, "Tamam.\n\nYarın ararız.", frame="@Ece — Deniz")
    assert not is_answer(posted, "Tamam.", frame="@Ece — Deniz")
    assert not is_answer("Tamam.\n\nYarın ararız.", "Tamam.", frame="@Ece — Deniz, Destek ekibi")
    assert is_answer(posted, "Tamam.")  # without the frame a short rest is taken for a signature
    assert not is_answer("Tamamdır", "Tamam")  # but never inside a line
    assert not is_answer("Tamam.\n\n" + "uzun " * 50, "Tamam.")


@given(st.text(max_size=60), st.text(max_size=60))
def test_equal_texts_are_equal_and_different_ones_differ(text: str, other: str) -> None:
    assume(text.strip() and not text.startswith(">"))
    assert is_answer(text, text, frame="")
    letters, others = fingerprint(text), fingerprint(other)
    assume(len(letters) < 12 and letters.isalnum() and others.isalnum() and letters != others)
    assume(not other.count("\n>") and "---" not in text + other)
    assert not is_answer(other, text, frame="")
