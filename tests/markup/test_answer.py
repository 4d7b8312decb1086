"""An agent's answer in the three markups: what it looks like."""

from __future__ import annotations

import re

import pytest

from forum_bridge.markup.answer import answer_text, to_markup
from forum_bridge.model import Markup

ANSWER = (
    '<p>Merhaba <b>Ayşe</b>, <i>önce</i> <a href="https://x.example/a(b)?c=1&amp;d=2">şuraya bak</a>:</p>'
    "<ul><li>bir</li><li>iki<ol><li>a</li><li>b</li></ol></li></ul>"
    "<blockquote>alıntı<br>iki</blockquote><h2>Başlık</h2><hr>"
    "<table><tr><th>A<th>B<tr><td>1<td>2</table><pre>x = 1\n\n\ny = `2` [b]</pre>"
    '<p><code>a`b</code> <s>100</s> 90 <u>alt</u> <a href="javascript:alert(1)">kötü</a> https://ornek.example/a_b.</p>'
    '<p><img src="https://x.example/r.png" alt="resim [1]"> destek@ornek.example</p>'
    '<div class="omni_orig_reply">özel yazışma</div>'
)

MARKDOWN = """\
Merhaba **Ayşe**, _önce_ [şuraya bak](https://x.example/a%28b%29?c=1&d=2):

- bir
- iki
  1. a
  2. b

> alıntı
> iki

**Başlık**

___

A | B
1 | 2

```
x = 1


y = `2` [b]
```

``a`b`` ~~100~~ 90 alt kötü <https://ornek.example/a_b>.

![resim \\[1\\]](https://x.example/r.png) <destek@ornek.example>"""

BBCODE = """\
Merhaba [b]Ayşe[/b], [i]önce[/i] [url=https://x.example/a(b)?c=1&d=2]şuraya bak[/url]:

[list]
[*]bir
[*]iki
1. a
2. b
[/list]

[quote]alıntı
iki[/quote]

[b]Başlık[/b]

————————

A | B
1 | 2

[code]
x = 1


y = `2` [b]
[/code]

a`b ~~100~~ 90 [u]alt[/u] kötü [url]https://ornek.example/a_b[/url].

[img]https://x.example/r.png[/img] [email]destek@ornek.example[/email]"""

HTML = (
    "<p>Merhaba <b>Ayşe</b>, <i>önce</i> "
    '<a href="https://x.example/a(b)?c=1&amp;d=2" rel="nofollow noopener">şuraya bak</a>:</p>'
    "<ul><li>bir</li><li>iki<ol><li>a</li><li>b</li></ol></li></ul>"
    "<blockquote><p>alıntı<br>iki</p></blockquote><p><b>Başlık</b></p><hr>"
    "<table><tbody><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>"
    "<pre><code>x = 1\n\n\ny = `2` [b]</code></pre>"
    "<p><code>a`b</code> <s>100</s> 90 <u>alt</u> kötü "
    '<a href="https://ornek.example/a_b" rel="nofollow noopener">https://ornek.example/a_b</a>.</p>'
    '<p><img src="https://x.example/r.png" alt="resim [1]"> '
    '<a href="mailto:destek@ornek.example" rel="nofollow noopener">destek@ornek.example</a></p>'
)


@pytest.mark.parametrize(
    ("markup", "expected"), [(Markup.MARKDOWN, MARKDOWN), (Markup.BBCODE, BBCODE), (Markup.HTML, HTML)]
)
def test_one_answer_of_everything(markup: Markup, expected: str) -> None:
    assert to_markup(ANSWER, True, markup) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<b>a</b><b>b</b>", "**ab**"),
        ("<b>a </b>b", "**a** b"),
        ("<b>Deskie</b>'de", "**Deskie**'de"),
        ("<i>Windows</i>ta", "Windowsta"),
        ('x<b>"y"</b>z', 'x"y"z'),
        ("<b><i>x</i></b> <i><b>y</b></i>", "**_x_** _**y**_"),
        ("<b>a</b><u><b>c</b></u>", "**ac**"),
        ("<b>a<br><br>b</b>", "**a**\n\n**b**"),
        ("bak!<a href='https://x.example/'>bura</a>", "bak\\![bura](https://x.example/)"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
        ("<ol start=4><li>a</ol>", "4. a"),
        ("<ul><li><p>a<p>b</ul>", "- a\n\n  b"),
        ("<code>x</code><code>`</code>", "`` x` ``"),
        ("<blockquote>!a</blockquote>", "> \u2060!a"),
        ("<p>a&nbsp;</p><p> <br></p><p>b</p>", "a\n\nb"),
        ("www.ornek.example/x", "www.ornek.example/x"),
        ("<a href='ornek.example/x'>y</a>", "[y](https://ornek.example/x)"),
        ("<a href='/files/1'>ek</a>", "ek"),
    ],
)
def test_markdown_details(html: str, expected: str) -> None:
    assert to_markup(html, True, Markup.MARKDOWN) == expected


def test_code_cannot_end_its_fence() -> None:
    assert to_markup("<pre>```\nx\n````</pre>", True, Markup.MARKDOWN) == "`````\n```\nx\n````\n`````"
    assert to_markup("<pre>[/CODE][b]</pre>", True, Markup.BBCODE) == "[code]\n[\u2060/CODE][b]\n[/code]"


def test_an_address_cannot_end_its_link() -> None:
    html = '<a href="https://x.example/)**a**[b](y)&quot;]">x</a><img src="https://x.example/]) y" alt="](z) **k**">'
    assert to_markup(html, True, Markup.MARKDOWN) == (
        "[x](https://x.example/%29**a**[b]%28y%29%22])![\\](z) \\*\\*k\\*\\*](https://x.example/]%29%20y)"
    )
    bbcode = to_markup('<a href="https://x.example/][img]y[/img]">x</a>', True, Markup.BBCODE)
    assert bbcode == "[url=https://x.example/%5D%5Bimg%5Dy%5B/img%5D]x[/url]"


@pytest.mark.parametrize("markup", Markup)
def test_private_history_never_leaves(markup: Markup) -> None:
    html = '<p>Cevap</p><div class="x omni_orig_reply"><p>GİZLİ</p></div>'
    html += "<blockquote><div class=omni_orig_reply>GİZLİ</div></blockquote>"
    assert "GİZLİ" not in to_markup(html, True, markup)
    assert "Cevap" in to_markup(html, True, markup)


@pytest.mark.parametrize("markup", [Markup.MARKDOWN, Markup.BBCODE])
def test_the_edges_are_tidy(markup: Markup) -> None:
    text = to_markup("\n\n  bir  \n\n\n\niki\t\n ", False, markup)
    assert text == "bir\n\niki"


def test_typed_names_stay_typed_and_notify_nobody() -> None:
    for markup in (Markup.MARKDOWN, Markup.BBCODE):
        text = to_markup("@ali bak :smile: 10:30:45", False, markup)
        assert text == "@\u2060ali bak :\u2060smile: 10:30:45"
    assert to_markup("@ali", False, Markup.HTML) == "<p>@ali</p>"


@pytest.mark.parametrize("markup", Markup)
def test_turkish_emoji_and_right_to_left_text_survive(markup: Markup) -> None:
    text = "İıŞşĞğ 👨‍👩‍👧 👍🏽 مرحبا می‌خواهم"
    assert text in to_markup(text, False, markup)
    assert answer_text(text, False) == text


def test_bbcode_keeps_commands_from_running() -> None:
    assert to_markup("/me gülümser\nx /me", False, Markup.BBCODE) == "/\u2060me gülümser\nx /me"


def test_no_line_ends_with_space() -> None:
    for markup in (Markup.MARKDOWN, Markup.BBCODE):
        assert not re.search(r"[ \t]$", to_markup(ANSWER, True, markup), re.MULTILINE)


def test_an_empty_answer_is_empty() -> None:
    for markup in Markup:
        assert to_markup("<p><br></p>", True, markup) == ""
        assert to_markup(" \n ", False, markup) == ""
