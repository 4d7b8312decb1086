"""What XenForo's spoilers hide is read out of the BBCode, whatever stands there."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.forums.engines.xenforo.bbcode import as_html, spoilers
from forum_bridge.forums.engines.xenforo.parsed import whole
from forum_bridge.markup.clean import clean_post
from forum_bridge.model import Attachment


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("önce [SPOILER]bir[/SPOILER] sonra [spoiler=x]iki[/spoiler]", ["bir", "<p><b>x</b></p>iki"]),
        ("[SPOILER]dış [SPOILER]iç[/SPOILER] dış[/SPOILER]", ["dış iç dış"]),
        ("[CODE][SPOILER]kod[/SPOILER][/CODE]", []),
        ("[SPOILER][CODE=php][/SPOILER] $a[0] < 1[/CODE]son[/SPOILER]", ["<pre>[/SPOILER] $a[0] &lt; 1</pre>son"]),
        ("[SPOILER]hiç kapanmadı", []),
        ("[/SPOILER]hiç açılmadı", []),
    ],
)
def test_the_outermost_spoilers_are_found(message: str, hidden: list[str]) -> None:
    assert [each.html for each in spoilers(message)] == hidden


@pytest.mark.parametrize(
    ("bbcode", "html"),
    [
        ("[B]a[/B] [I]b[/I]\n[SIZE=5]c[/SIZE]", "<b>a</b> <i>b</i><br>c"),
        (
            "[URL]https://a.example/?x=1&y[/URL]",
            '<a href="https://a.example/?x=1&amp;y">https://a.example/?x=1&amp;y</a>',
        ),
        ("[URL='https://a.example']b[/URL]", '<a href="https://a.example">b</a>'),
        ("[IMG]https://a.example/b.png[/IMG]", '<img src="https://a.example/b.png">'),
        ("[LIST][*]bir[*]iki[/LIST]", "<ul><li>bir<li>iki</ul>"),
        ("[PLAIN][B]x[/B][/PLAIN]", "[B]x[/B]"),
        ("[MEDIA=youtube]abc[/MEDIA]", "youtube: abc"),
        ("[USER=7]@Ayşe[/USER] a[0] [bilinmez=1]x[/bilinmez]", "@Ayşe a[0] [bilinmez=1]x[/bilinmez]"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_what_stands_in_them_is_shown(bbcode: str, html: str) -> None:
    assert as_html(bbcode) == html


def test_where_placeholders_cannot_be_told_the_contents_come_at_the_end() -> None:
    html = whole("önce <div>gizli</div> <div>başka</div> sonra", "önce [SPOILER]söz[/SPOILER] sonra", {})
    assert clean_post(html, "https://forum.example/").text.endswith("[spoiler]\n\nsöz\n\n[/spoiler]")


SNIPPETS = [
    "[SPOILER]",
    "[/SPOILER]",
    "[ISPOILER]",
    "[CODE]",
    "[/CODE]",
    "[URL=",
    "]",
    "[",
    "x",
    "\n",
    "<b>",
    "[*]",
    '"',
]


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=4), max_size=30).map("".join))
def test_no_text_breaks_it_and_nothing_typed_acts_as_html(message: str) -> None:
    assert "<b>" not in as_html(message.replace("[b]", "").replace("[B]", ""))
    whole("<div>gizli</div>", message, {})


@pytest.mark.parametrize("message", ["[url]" * 40_000, "[url]" * 20_000 + "[/url]" * 20_000, "[URL=a]x" * 20_000])
def test_links_without_end_are_read_at_once(message: str) -> None:
    before = time.process_time()
    assert as_html(message)
    assert time.process_time() - before < 2  # seconds


def test_many_files_beside_many_links_are_read_at_once() -> None:
    files = {str(n): Attachment(f"https://forum.example/attachments/a.{n}/", f"{n}.pdf") for n in range(5000)}
    before = time.process_time()
    shown = whole('<a href="http://[x"></a>' + '<a href="/attachments/7">b</a>' * 5_000, "", files)
    assert time.process_time() - before < 4  # seconds
    assert shown.count('<a href="https://forum.example/attachments/a.7/">7.pdf</a>') == 5_000
