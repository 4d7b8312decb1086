"""Pages on which parsers would choke are refused by a scan that never misses one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.depth import MOST_ATTRIBUTES, too_much

PIECES = (
    *(
        f"<{name}>"
        for name in ("div", "span", "p", "b", "font size=1", "a href=x", "ul", "li", "table", "tr", "td", "th")
    ),
    *(
        f"</{name}>"
        for name in ("div", "span", "p", "b", "font", "a", "ul", "li", "table", "tr", "td", "th", "object", "x")
    ),
    *("<object>", "<svg>", "</svg>", "<g>", "<g/>", "<foreignObject>", "</foreignObject>", "<template>", "</template>"),
    *(
        "<x/>",
        "<div/>",
        "<script>",
        "</script>",
        "<!-->",
        "-->",
        "<!-- x",
        '<i title="',
        '">',
        "<u a='",
        "'",
        "<? </div>",
    ),
    *("<math>", "<mi>", "</math>", "<title>", "</title>", "<style>", "</style>", "text"),
)


def true_depth(html: str) -> int:
    deepest = 0
    root = LexborHTMLParser(html).root
    level: list[LexborNode] = [root] if root else []
    while level:
        deepest += 1
        level = [child for node in level for child in node.iter()]
    return deepest


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 513,
        "<DIV\n class='x>'>" * 513,
        "<table><tr><td>" * 260,
        "<div><table><td></div></table>" * 513,
        "".join(f"<div><font size={n}></div>" for n in range(513)),
        "<svg><font size=1>" + "<x/>" * 513,
        '<div title="</div>">' * 513,
        "<!--><div>" * 513,
        "<div></x>" * 513,
    ],
)
def test_deep_pages_are_refused(html: str) -> None:
    assert too_much(html)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 500 + "</div>" * 500,
        "<p>satır<br><li>madde<tr><td>hücre</td>" * 2000,
        "<div><span>açık kaldı</div>" * 2000,
        "<svg><path d='M0'/><circle/></svg>" * 2000,
        f"<script>{'<div>' * 2000}</script>",
        f"<!-- {'<div>' * 2000} -->",
        '<img alt="<div>">' * 2000,
        "5 < 6 <3 " * 2000,
    ],
)
def test_broad_pages_and_sloppy_ones_pass(html: str) -> None:
    assert not too_much(html)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("<div><table><td></div></table>" * 12)
@example("<svg><p><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/><x/>")
def test_nothing_deep_slips_through(html: str) -> None:
    # A paragraph, list item or row may stand in every element counted; html and body come on top.
    if true_depth(html) > 3 * 4 + 3:
        assert too_much(html, deepest=4)


@pytest.mark.parametrize(
    "unit",
    ["<", "<a ", "<!--", "<div", "</", "<a b='", "<script>", '<div a="', "<p>", "</div>", "<b>x</b>", "<p a=1 b>"],
)
def test_time_is_linear(unit: str) -> None:
    # Quadratic, this would take hours: a megabyte either ends at once or never.
    too_much(unit * (1_000_000 // len(unit)), deepest=10**9)


@pytest.mark.parametrize("between", [" ", "/", "\n "])
@pytest.mark.parametrize("value", ["", "='a b'", '="<div> >"'])
def test_an_element_may_have_many_attributes_but_not_any_number(between: str, value: str) -> None:
    few = between.join(f"a{number}{value}" for number in range(MOST_ATTRIBUTES - 1))
    many = between.join(f"a{number}{value}" for number in range(2 * MOST_ATTRIBUTES + 1))
    assert too_much(f"<p {few}>x</p>") is None
    assert "attributes" in (too_much(f"<b>x</b><p {many}>x</p>") or "")
