"""An answer too long for one post becomes several, each whole, nothing lost between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_bridge.errors import NotPosted
from forum_bridge.markup.answer import canonical, to_markup
from forum_bridge.markup.split import split
from forum_bridge.markup.tree import Element, parse
from forum_bridge.model import Markup

SAID = [
    "Kargonuz ",
    "bugün",
    " yola çıktı. ",
    "İyi günler! ",
    "ş",
    "ığüö ",
    "a[b] ",
    "*x* ",
    "&amp ",
    "<b> ",
    "🙂",
    "👩‍👩‍👧 ",
    "e\u0301\u0323 ",
]
SAID += [
    "uzunbirkelime" * 9,
    "https://ornek.example/a_(b)?c=1&d=2 ",
    " destek@ornek.example ",  # an address as long as a post could not be cut
    "1. ",
    "- ",
    "> ",
    "```",
    "\n",
    "@ali ",
]


def measured(markup: Markup, html: str) -> int:
    return len(to_markup(html, is_html=True, markup=markup))


def pieces_of(html: str, limit: int, markup: Markup = Markup.MARKDOWN) -> list[str]:
    return split(html, True, limit, lambda piece, first, last: measured(markup, piece))


def seen(html: str) -> str:
    """What a reader sees in its order, spaces apart: text and pictures."""
    return "".join(_seen(parse(canonical(html, True)))).replace("⟦⟧", "")


def _seen(node: Element | str) -> Iterator[str]:
    if isinstance(node, str):
        yield "".join(node.split())
    else:
        yield f"⟦{node.attrs.get('src', '')}⟧"
        for child in node.children:
            yield from _seen(child)


class Balance(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def inline(depth: int = 2) -> st.SearchStrategy[str]:
    text = (
        st.lists(st.sampled_from(SAID), min_size=1, max_size=8).map("".join).map(lambda said: escape(said, quote=False))
    )
    whole = st.sampled_from(["<br>", '<img src="https://x.example/r.png" alt="resim">', "<code>a`b c</code>"])
    if not depth:
        return text | whole
    inner = st.lists(inline(depth - 1), min_size=1, max_size=3).map("".join)
    tags = st.sampled_from(["b", "i", "s", "u"])
    wrapped = st.builds(lambda tag, body: f"<{tag}>{body}</{tag}>", tags, inner)
    link = inner.map(lambda body: f'<a href="https://x.example/y?a=1">{body}</a>')
    return st.lists(text | whole | wrapped | link, min_size=1, max_size=4).map("".join)


def blocks(depth: int = 2) -> st.SearchStrategy[str]:
    paragraph = inline().map(lambda body: f"<p>{body}</p>")
    code = st.lists(st.sampled_from(["x = 1", "    if y:", "", "ş" * 70, "`` ` [/code]"]), min_size=1, max_size=9)
    pre = code.map("\n".join).map(lambda text: f"<pre>{escape(text, quote=False)}</pre>")
    rows = st.lists(st.tuples(inline(0), inline(0)), min_size=1, max_size=4)
    table = rows.map(lambda cells: "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in cells))
    leaf = paragraph | pre | table.map(lambda body: f"<table>{body}</table>") | st.just("<hr>")
    if not depth:
        return leaf
    inner = st.lists(blocks(depth - 1), min_size=1, max_size=3).map("".join)
    items = st.lists(inner | inline(), min_size=1, max_size=4).map(lambda each: "".join(f"<li>{i}</li>" for i in each))
    lists = st.builds(
        lambda tag, body: f"{tag}{body}</{tag[1:3]}>", st.sampled_from(["<ul>", "<ol>", '<ol start="7">']), items
    )
    quotes = inner.map(lambda body: f"<blockquote>{body}</blockquote>")
    return leaf | lists | quotes


answers = st.lists(blocks(), min_size=1, max_size=6).map("".join)


@pytest.mark.parametrize("markup", list(Markup))
@settings(max_examples=40)
@given(html=answers, limit=st.integers(350, 900))
def test_nothing_is_lost_and_every_piece_fits(markup: Markup, html: str, limit: int) -> None:
    pieces = pieces_of(html, limit, markup)
    assert "".join(map(seen, pieces)) == seen(html)
    for piece in pieces:
        text = to_markup(piece, is_html=True, markup=markup)
        assert 0 < len(text) <= limit
        assert text.strip()


@settings(max_examples=40)
@given(html=answers, limit=st.integers(350, 700))
def test_every_piece_is_whole_in_html(html: str, limit: int) -> None:
    for piece in pieces_of(html, limit, Markup.HTML):
        balance = Balance(piece)
        assert not balance.open
        assert not balance.wrong


@settings(max_examples=40)
@given(html=answers, limit=st.integers(350, 700))
def test_every_piece_is_whole_in_bbcode(bbcode_tags: Callable[[str], list[str]], html: str, limit: int) -> None:
    for piece in pieces_of(html, limit, Markup.BBCODE):
        standing: list[str] = []
        for tag in bbcode_tags(to_markup(piece, is_html=True, markup=Markup.BBCODE)):
            if tag.startswith("/"):
                assert standing.pop() == tag[1:]
            elif tag != "*":
                standing.append(tag)
        assert standing == []


@settings(max_examples=40)
@given(html=answers, limit=st.integers(350, 700))
def test_every_piece_is_whole_in_markdown(markdown: Callable[[str], str], html: str, limit: int) -> None:
    """What a Markdown engine makes of the pieces shows the words of the whole, and no mark of the markup."""
    shown = ""
    for piece in pieces_of(html, limit, Markup.MARKDOWN):
        shown += unescape(re.sub(r"<[^>]*>", " ", markdown(to_markup(piece, is_html=True, markup=Markup.MARKDOWN))))
    assert "**" not in shown
    assert not re.search(r"\]\(https?:", shown)


def test_what_fits_stays_one() -> None:
    assert len(pieces_of("<p>Merhaba.</p>", 8)) == 1
    assert len(pieces_of("<p>Merhaba.</p>", 7)) == 2


def test_the_best_place_is_between_blocks() -> None:
    html = f"<p>{'Birinci cümle. ' * 5}</p><p>{'İkinci cümle. ' * 5}</p>"
    assert [piece.count("cümle") for piece in pieces_of(html, 120)] == [5, 5]


def test_then_between_items_and_the_numbers_go_on() -> None:
    html = "<ol>" + "".join(f"<li>madde {n} burada</li>" for n in range(1, 31)) + "</ol>"
    texts = [to_markup(piece, is_html=True, markup=Markup.MARKDOWN) for piece in pieces_of(html, 120)]
    lines = [line for text in texts for line in text.split("\n")]
    assert lines == [f"{n}. madde {n} burada" for n in range(1, 31)]
    assert len(texts) > 3


def test_what_is_left_of_an_item_stands_outside_of_its_list() -> None:
    html = f"<ol start='3'><li>bir</li><li>{'uzun madde burada ' * 9}</li><li>üç</li></ol>"
    first, *others = [to_markup(piece, is_html=True, markup=Markup.MARKDOWN) for piece in pieces_of(html, 120)]
    assert first.startswith("3. bir\n4. uzun")
    assert not others[0].startswith(("4.", "5."))
    assert others[-1].endswith("\n\n5. üç")


def test_then_between_lines_of_code_which_keep_their_indentation() -> None:
    lines = [f"    satır_{n} = değer[{n}]  # açıklama" for n in range(3000)]
    html = f"<p>Şöyle:</p><pre>{chr(10).join(lines)}</pre>"
    assert len(html.encode()) > 100_000
    pieces = pieces_of(html, 5000)
    texts = [to_markup(piece, is_html=True, markup=Markup.MARKDOWN) for piece in pieces]
    assert all(text.endswith("\n```") for text in texts)
    assert [line for text in texts for line in text.split("\n") if line.startswith("    satır")] == lines
    assert len(texts) <= 25


def test_then_behind_a_sentence_then_behind_a_word() -> None:
    html = f"<p>{'Üç kelimelik cümle. ' * 10}</p>"
    assert all(re.search(r"cümle\.\s*</p>$", piece) for piece in pieces_of(html, 70))
    html = f"<p>{'kelime ' * 40}</p>"
    assert set("".join(parse(piece).text() for piece in pieces_of(html, 50)).split()) == {"kelime"}


def test_what_is_open_goes_on() -> None:
    html = f'<blockquote><p><a href="https://x.example/"><b>{"kalın " * 30}</b></a></p></blockquote>'
    for piece in pieces_of(html, 100):
        assert to_markup(piece, is_html=True, markup=Markup.MARKDOWN).startswith("> [**kalın")
        assert piece.endswith("</b></a></p></blockquote>")


@pytest.mark.parametrize(
    "letter",
    [
        "👩‍👩‍👧‍👦",
        "👍🏽",
        "🇹🇷",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "e\u0301\u0323",
        "☺️",
        "1️⃣",
    ],
)
def test_never_within_what_a_reader_sees_as_a_letter(letter: str) -> None:
    for limit in range(len(letter) * 2, len(letter) * 3):
        pieces = pieces_of(f"<p>{letter * 20}</p>", limit)
        assert all(parse(piece).text().replace(letter, "") == "" for piece in pieces)
        assert len(pieces) >= 7


def test_never_within_an_address() -> None:
    address = "https://x.example/" + "a" * 60
    pieces = pieces_of(f"<p>{'kelime ' * 9}{address} {'kelime ' * 9}</p>", 100)
    assert sum(f"<{address}>" in to_markup(piece, is_html=True, markup=Markup.MARKDOWN) for piece in pieces) == 1
    with pytest.raises(NotPosted, match="50 characters"):
        pieces_of(f"<p>{address}</p>", 50)
    with pytest.raises(NotPosted, match="150 characters"):  # though its beginning would fit behind the address
        pieces_of(f"<p>{address}</p>", 150, Markup.HTML)


def test_plain_text_is_split_too() -> None:
    text = "\n".join(f"satır {n} <b>" for n in range(99))
    pieces = split(text, False, 100, lambda piece, first, last: measured(Markup.BBCODE, piece))
    assert "".join("".join(map(seen, pieces)).split()) == "".join(text.split())


def test_first_and_last_have_less_room() -> None:
    room = {(True, False): 40, (False, False): 0, (False, True): 60}

    def length(html: str, *, first: bool, last: bool) -> int:
        return measured(Markup.MARKDOWN, html) + room[first, last]

    pieces = split(f"<p>{'kelime ' * 40}</p>", True, 100, length)
    sizes = [measured(Markup.MARKDOWN, piece) for piece in pieces]
    assert sizes[0] <= 60
    assert max(sizes[1:-1]) > 60
    assert sizes[-1] <= 40


def test_spaces_and_rules_at_a_cut_are_no_piece() -> None:
    html = f"<p>{'kelime ' * 5}</p><hr><hr><p>{'kelime ' * 5}</p><hr>"
    pieces = pieces_of(html, 36)
    assert len(pieces) == 2
