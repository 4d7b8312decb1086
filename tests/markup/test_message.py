"""The message of one post as an agent sees it, and its footer as the bridge finds it again."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.footer import footer_address, footer_permalink
from forum_bridge.markup.message import TURKISH, Opening, case_message, thread_on_top
from forum_bridge.model import Attachment

PERMALINK = "https://forum.example/index.php?topic=2.0&amp=1&copy=2&msg=5#msg5"
ANOTHER = "https://forum.example/another#p1"


def test_the_message_of_a_follow_up_post() -> None:
    assert case_message("<p>Merhaba</p>", "https://forum.example/p/5#p5") == (
        '<p>Merhaba</p><p>[forum] <a href="https://forum.example/p/5#p5" rel="nofollow noopener">https://forum.example/p/5#p5</a></p>'
    )


def test_the_first_message_carries_the_thread() -> None:
    opening = Opening("Kargo <nerede>?", "https://forum.example/t/1", "Ayşe", "<p>İlk gönderi</p>")
    file = Attachment("https://forum.example/a.png", "a <1>.png", size=20_480)
    html = case_message(
        "<p>Ben de</p>", ANOTHER, revision=2, author="Çağrı <b>", opening=opening, attachments=[file], texts=TURKISH
    )
    assert html == (
        '<p><b><a href="https://forum.example/t/1" rel="nofollow noopener">Kargo &lt;nerede&gt;?</a></b></p>'
        "<blockquote><p><b>Ayşe</b>:</p><p>İlk gönderi</p></blockquote>"
        "<p><b>Çağrı &lt;b&gt;</b>:</p><p>Ben de</p>"
        '<p>Ekler: <a href="https://forum.example/a.png" rel="nofollow noopener">a &lt;1&gt;.png (20 kB)</a></p>'
        f'<p>[forum #r2] <a href="{ANOTHER}" rel="nofollow noopener">{ANOTHER}</a></p>'
    )


def test_a_long_opening_post_is_cut() -> None:
    opening = Opening("Başlık", ANOTHER, "Ayşe", "<p>" + "kelime " * 1000 + "</p>")
    html = case_message("<p>x</p>", ANOTHER, opening=opening)
    assert 1_900 < len(html) < 2_600
    assert "kelime…</p></blockquote><p>x</p>" in html


def test_a_body_over_the_limit_is_cut_where_one_sees_it() -> None:
    body = "<blockquote><p>" + "şöyle <b>böyle</b> " * 10_000 + "</p></blockquote>"
    html = case_message(body, ANOTHER)
    assert 99_000 < len(html.encode()) < 100_600
    assert (
        f'…</p></blockquote><p><a href="{ANOTHER}" rel="nofollow noopener">The post continues on the forum →</a></p>'
        in html
    )
    assert len(case_message(body, ANOTHER, limit=1_000).encode()) < 1_500
    assert "continues" not in case_message("<p>kısa</p>", ANOTHER)


def test_a_post_without_words_is_not_an_empty_message() -> None:
    assert "This post has no text." in case_message("", ANOTHER)
    picture = clean_post('<img src="/r.png">', "https://forum.example/t").html
    assert 'This post is only a picture: <a href="https://forum.example/r.png"' in case_message(picture, ANOTHER)
    assert "no text" not in case_message("", ANOTHER, attachments=[Attachment("https://forum.example/a.zip")])


@pytest.mark.parametrize("revision", [1, 2, 17])
@pytest.mark.parametrize(
    "seen",
    [
        lambda html: html,
        lambda html: f'<div dir="auto"><div>{html}</div></div>\n<br>',
        lambda html: html.replace("<p>", '<p style="margin:0">').replace("<a ", '<a target="_blank" class="x" '),
        lambda html: html.replace("[", "&#91;").replace("]", "&#93;").replace("#r", "&#35;r"),
        lambda html: html.replace("] <", "]&nbsp;<").replace("forum #", "forum&nbsp;#"),
        escape,
        lambda html: escape(escape(html)),
        lambda html: re.sub(r"<[^>]*>", "", html),
        lambda html: re.sub(r"<[^>]*>", "", html).replace("&amp;", "&"),
        lambda html: re.sub(r"<a [^>]*>([^<]*)</a>", r"\1 (\1)", html),
        lambda html: re.sub(r"<a [^>]*>([^<]*)</a>", r"<\1>", html),
        lambda html: re.sub(r"<a [^>]*>([^<]*)</a>", r"[\1](\1)", html),
        lambda html: re.sub(r">https?://[^<]*</a>", ">https://forum.exa…</a>", html),
    ],
    ids=["as-sent", "wrapped", "attributes", "brackets", "nbsp", "escaped", "twice",
         "text", "bare", "both", "angle", "md", "short"],
)  # fmt: skip
def test_the_footer_is_found_whatever_the_desk_does(seen: object, revision: int) -> None:
    assert callable(seen)
    body = f"<p>[forum #r9] {ANOTHER}</p>"
    message = case_message(body, PERMALINK, revision=revision)
    assert footer_permalink(seen(message)) == (PERMALINK, revision)


@given(st.text(max_size=200), st.integers(1, 99))
def test_the_footer_is_found_under_any_body(body: str, revision: int) -> None:
    assert footer_permalink(case_message(body, PERMALINK, revision=revision)) == (PERMALINK, revision)


@given(st.text(min_size=1, max_size=40))
def test_any_permalink_comes_back_as_it_was_written(path: str) -> None:
    permalink = f"https://forum.example/{path}"
    assert footer_permalink(case_message("<p>x</p>", permalink)) == (footer_address(permalink), 1)
    assert footer_address(footer_address(permalink)) == footer_address(permalink)


@pytest.mark.parametrize("message", ["", "<p>Merhaba</p>", f"bakın: {ANOTHER}", "[forum] yakında", "[forum]"])
def test_other_messages_have_no_footer(message: str) -> None:
    assert footer_permalink(message) is None


@pytest.mark.parametrize("private", [False, True])
def test_the_thread_on_top_of_a_case_is_found_again(private: bool) -> None:
    url = "https://forum.example/t/1?a=1&b=2"
    opening = Opening("Kargo <nerede>?", url, "Ayşe", "<p>İlk gönderi</p>", private=private)
    told = case_message("<p>Bende de.</p>", ANOTHER, opening=opening)
    assert thread_on_top(told) == url
    assert thread_on_top(f"<div>\n{told}</div>") == url


@pytest.mark.parametrize(
    "body",
    [
        "<p>Bende de.</p>",
        '<p><a href="https://x.example/">bağlantı</a></p>',
        '<blockquote><p><b><a href="https://x.example/">Ayşe</a></b>:</p></blockquote>',
        "",
    ],
)
def test_another_message_has_no_thread_on_top(body: str) -> None:
    assert thread_on_top(case_message(body, ANOTHER)) is None
