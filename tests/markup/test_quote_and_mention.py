"""Quote, mention and excerpt in the markups' common forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.markup.quote import excerpt, mention, quote, quoted
from forum_bridge.model import Author, Markup, PostId, Quote

URL = "https://forum.example/p/5"


def quote_of(name: str, text: str = "soru?", user_id: str | None = "7") -> Quote:
    return Quote(PostId("5"), Author(name, user_id), URL, text)


def test_common_forms() -> None:
    assert quote(Markup.MARKDOWN, quote_of("Çağrı Öz", "bir\n\niki")) == f"> **[Çağrı Öz]({URL})**\n>\n> bir\n>\n> iki"
    assert quote(Markup.BBCODE, quote_of("Çağrı Öz")) == '[quote="Çağrı Öz"]soru?[/quote]'
    assert quote(Markup.HTML, quote_of("Çağrı Öz", "<p>soru?</p>")) == (
        f'<blockquote><p><b><a href="{URL}" rel="nofollow noopener">Çağrı Öz</a></b>:</p><p>soru?</p></blockquote>'
    )


@pytest.mark.parametrize(
    ("name", "user_id", "markdown", "bbcode", "html"),
    [
        ("ali_veli.42", "7", "@ali_veli.42", "@ali_veli.42", "@ali_veli.42"),
        ("Çağrı Öz", "7", "**Çağrı Öz**", "[b]Çağrı Öz[/b]", "<p><b>Çağrı Öz</b></p>"),
        ("admin", None, "**admin**", "[b]admin[/b]", "<p><b>admin</b></p>"),
        ("_x_", "7", "**\\_x\\_**", "[b]_x_[/b]", "<p><b>_x_</b></p>"),
        ("a\n\n# b", "7", "**a # b**", "[b]a # b[/b]", "<p><b>a # b</b></p>"),
    ],
)
def test_mentions(name: str, user_id: str | None, markdown: str, bbcode: str, html: str) -> None:
    author = quote_of(name, user_id=user_id)
    assert [mention(markup, author) for markup in (Markup.MARKDOWN, Markup.BBCODE, Markup.HTML)] == [
        markdown,
        bbcode,
        html,
    ]


@given(st.text(alphabet="ab[]\"'=;,\n*_`<>()@!\\/ş ", max_size=30))
def test_no_name_breaks_out(markdown: Callable[[str], str], bbcode_tags: Callable[[str], list[str]], name: str) -> None:
    assert bbcode_tags(quote(Markup.BBCODE, quote_of(name))) == ["quote", "/quote"]
    assert bbcode_tags(mention(Markup.BBCODE, quote_of(name))) in ([], ["b", "/b"])
    shown = markdown(quote(Markup.MARKDOWN, quote_of(name)))
    assert shown.count("<a ") <= 1
    assert shown.startswith("<blockquote>")
    assert shown.endswith("<p>soru?</p>\n</blockquote>\n")
    assert "<a " not in markdown(mention(Markup.MARKDOWN, quote_of(name)))


@pytest.mark.parametrize("name", ["everyone", "Here", "ALL", "moderators", "trust_level_0", "admin", "herkes"])
@pytest.mark.parametrize("markup", list(Markup))
def test_a_customer_who_is_called_like_a_crowd_calls_nobody(name: str, markup: Markup) -> None:
    assert "@" not in mention(markup, quote_of(name)).replace("@\u2060", "")


def test_an_excerpt_ends_between_words() -> None:
    assert excerpt("kısa") == "kısa"
    assert excerpt("bir iki üç dört", 11) == "bir iki üç…"
    assert excerpt("bir iki, üç", 8) == "bir iki…"
    assert excerpt("x" * 400) == "x" * 300 + "…"


def test_an_excerpt_leaves_out_what_the_post_quotes() -> None:
    assert excerpt("> Ece:\n>\n> eski\n\nyeni") == "yeni"
    assert excerpt("> yalnız alıntı") == "> yalnız alıntı"


def test_an_excerpt_never_holds_half_an_emoji() -> None:
    family = "👨‍👩‍👧"
    assert excerpt("a" + family * 3, 1 + len(family) + 3) == "a" + family + "…"


def test_a_customers_text_is_quoted_dead() -> None:
    assert quoted(Markup.BBCODE, "[/quote][img]x[/img]") == "[\u2060/quote][\u2060img]x[\u2060/img]"
    assert quoted(Markup.MARKDOWN, "**a** <b> @ali") == "\\*\\*a\\*\\* \\<b> @\u2060ali"
    assert quoted(Markup.HTML, "<b>") == "<p>&lt;b&gt;</p>"
