"""A member may bear any name: whatever an engine's own form of a quote or a mention does with it, nothing of the name
acts in a post of ours, and it never calls a crowd."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser
from tests.engines.place import adapter_to, registry

from forum_bridge.forums.contract import CanQuote
from forum_bridge.markup import quote as common
from forum_bridge.model import Author, Markup, PostId, Quote

URL = "https://forum.example/d/1/2"
PLACES = {"discourse": "https://forum.example/t/55/3#p103", "invision": "https://forum.example/topic/1-t/"}
HOSTILE = [
    "[win](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "a <img src=https://evil.example/x.png onerror=x> b",
    "<script>alert(1)</script>",
    "[url=https://evil.example]win[/url]",
    "[img]https://evil.example/x.png[/img]",
    "x[/quote][b]Biz: iban[/b]",
    'x"][/quote][img]https://evil.example/x.png[/img]',
    '"onmouseover="alert(1)',
    "x', post: 9, member: 9",
    "Deniz\n\n# Duyuru\n\n- iban",
    "Deniz\r\n> biz dedik ki\r\n\r\n    kod",
    "**Kalın** __çizgi__ ~~üstü~~ `kod`",
    "_a_",
    "| a |\n|---|\n| b |",
    "a\u202e]gmi[\u2066 b",
    'x"#g1 y',
    "x”#g1 y",
    "![",
    "\\",
]
CROWDS = ["everyone", "here", "all", "All", "administrators", "registered-users", "moderators", "staff", "herkes"]
TELLS_BY_ID = {"flarum", "invision", "smf"}  # whom a mention is for is a number in it, whatever the name says
NAMED = sorted(entry.name for entry in registry() if "quote" in entry.capabilities)
_MARKDOWN = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["strikethrough", "table"])
_OURS = {"p", "br", "blockquote", "strong", "b", "a", "div", "html", "head", "body"}


def test_all_that_quote_by_themselves_are_tried() -> None:
    assert {"vanilla", "discourse", "flarum", "nodebb", "misago", "xenforo", "invision"} <= set(NAMED)
    assert {"phpbb", "mybb", "smf"} <= set(NAMED)


async def made(name: str, authors: Sequence[str]) -> AsyncIterator[tuple[Markup, list[str]]]:
    """What an adapter makes of each name: a quote and a mention, and the same of a guest who bears it."""
    async with adapter_to("https://forum.example", name) as adapter:
        assert isinstance(adapter, CanQuote)
        for author in authors:
            text, url = common.quoted(adapter.markup, "Siparişim nerede?"), PLACES.get(name, URL)
            quotes = [Quote(PostId("103"), each, url, text) for each in (Author(author, "2"), Author(author))]
            yield adapter.markup, [form(each) for each in quotes for form in (adapter.quote, adapter.mention)]


@pytest.mark.parametrize("name", NAMED)
async def test_nothing_in_a_name_acts(name: str) -> None:
    async for markup, told in made(name, HOSTILE):
        for text in told:
            (_check_bbcode if markup is Markup.BBCODE else _check_page)(text, markup)


def _check_bbcode(text: str, _: Markup) -> None:
    tags = [tag.lower() for tag in re.findall(r"\[(/?[a-zA-Z*@+#x0-9][\w*]*)", text)]
    assert set(tags) <= {"quote", "/quote", "b", "/b", "member", "/member"}, text
    assert tags.count("quote") == tags.count("/quote") <= 1, text
    assert "\n" not in text.partition("]")[0], text


def _check_page(text: str, markup: Markup) -> None:
    text = re.sub(r'^\[quote="[^"\n]*"\]$', "", text, flags=re.MULTILINE)  # a tag of its own, in no Markdown
    page = LexborHTMLParser(_MARKDOWN.render(text) if markup is Markup.MARKDOWN else text)
    assert page.root is not None
    for node in page.root.traverse():
        assert node.tag in _OURS, (node.tag, text)
        assert "evil.example" not in str(node.attributes.get("href")), text
        assert not {"onerror", "onmouseover", "src"} & set(node.attributes), text
    assert len(page.css("blockquote")) <= 1, text


@pytest.mark.parametrize("name", [name for name in NAMED if name not in TELLS_BY_ID])
async def test_no_crowd_is_called(name: str) -> None:
    async for _, told in made(name, CROWDS):
        for text in told:
            assert not re.search(rf"@[\"“]?(?:{'|'.join(CROWDS)})\b", text, re.IGNORECASE), text


async def test_a_name_leads_a_mention_by_number_to_nobody_else() -> None:
    async for _, told in made("flarum", ['x"#g1 y', "x”#g1 y", "x“#p9 y"]):
        for text in told:
            assert not re.search(r"[\"“”]#(?!2\b|p103\b)", text), text


@pytest.mark.parametrize("name", NAMED)
async def test_an_ordinary_name_stands_there(name: str) -> None:
    async for _, told in made(name, ["Ayşe Öz", "ayse"]):
        assert re.search("Ayşe.Öz|ayse", re.sub(r"\\", "", told[0]))
