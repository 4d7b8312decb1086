"""Nothing typed by an agent, or quoted from a customer, is read as markup: tried with readers that are not ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from forum_bridge.markup.answer import answer_text, to_markup
from forum_bridge.markup.characters import visible
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Markup

CHARACTERS = st.sampled_from(list("ab1 .\n*_`[]()<>!#-+=|~\\&;:@'\"/ ş😀\t{}^$x"))
SNIPPETS = st.sampled_from(
    [
        "[b]",
        "[/b]",
        "[url=x]",
        "[/quote]",
        "**",
        "](x)",
        "<b>",
        "&lt;",
        "&copy;",
        "1. ",
        "---",
        "```",
        "> ",
        "| a |",
        "|--|",
    ]
)
TEXT = st.lists(st.one_of(CHARACTERS, SNIPPETS, st.text(max_size=4)), max_size=30).map("".join)
LEAVES = st.text(alphabet='ab .*_`[]<>!#-1\\&ş"\n', max_size=8).map(escape)
TAGS = st.sampled_from(
    [
        "b",
        "i",
        "u",
        "s",
        "a",
        "p",
        "div",
        "blockquote",
        "ul",
        "ol",
        "li",
        "code",
        "pre",
        "h2",
        "table",
        "tr",
        "td",
        "span",
    ]
)


def tagged(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attributes = 'href="https://x.example/a_b" src="https://x.example/y.png"'
    inner = st.lists(children, max_size=4).map("".join)
    whole = st.builds(lambda tag, body: f"<{tag} {attributes}>{body}</{tag}>", TAGS, inner)
    return st.one_of(whole, st.sampled_from(["<br>", "<hr>", '<img src="https://x.example/y.png" alt="[a](b)">']))


HTML = st.lists(st.recursive(LEAVES, tagged, max_leaves=20), max_size=6).map("".join)


def without_space(text: str) -> str:
    return "".join(visible(text).split())


@given(TEXT)
def test_plain_text_in_markdown_shows_itself_and_nothing_else(markdown: Callable[[str], str], text: str) -> None:
    shown = markdown(to_markup(text, False, Markup.MARKDOWN))
    assert set(re.findall(r"<(\w+)", shown)) <= {"p", "br"}
    assert without_space(unescape(re.sub(r"<[^>]*>", "", shown))) == without_space(text)


@given(TEXT)
def test_plain_text_in_bbcode_holds_no_live_tag(bbcode_tags: Callable[[str], list[str]], text: str) -> None:
    shown = to_markup(text, False, Markup.BBCODE)
    assert bbcode_tags(shown) == []
    assert without_space(shown) == without_space(text)


@given(TEXT)
def test_plain_text_in_html_shows_itself_and_nothing_else(text: str) -> None:
    shown = to_markup(text, False, Markup.HTML)
    assert set(re.findall(r"<(\w+)", shown)) <= {"p", "br"}
    assert without_space(LexborHTMLParser(shown, is_fragment=False).text()) == without_space(text)


@given(HTML)
def test_html_in_markdown_shows_the_same_text(markdown: Callable[[str], str], html: str) -> None:
    shown = clean_post(markdown(to_markup(html, True, Markup.MARKDOWN)), "https://forum.example/")
    assert without_space(shown.text) == without_space(answer_text(html, True))


@given(HTML)
def test_html_in_bbcode_holds_only_balanced_tags_of_ours(bbcode_tags: Callable[[str], list[str]], html: str) -> None:
    still_open: list[str] = []
    for tag in bbcode_tags(to_markup(html, True, Markup.BBCODE)):
        if tag.startswith("/"):
            assert still_open.pop() == tag[1:]
        elif tag != "*":
            assert tag in ("b", "i", "u", "url", "img", "quote", "code", "list")
            still_open.append(tag)
    assert still_open == []
