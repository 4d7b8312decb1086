"""Forum HTML → clean HTML and text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.markup.clean import CleanPost, clean_post
from forum_bridge.markup.message import case_message
from forum_bridge.markup.tree import MOST_CHARACTERS, MOST_NODES

BASE = "https://forum.example/konu/1?page=2"


def clean(html: str) -> CleanPost:
    return clean_post(html, BASE)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Merhaba<br><br>dünya", "<p>Merhaba</p><p>dünya</p>"),
        ("<div>a</div>b<div><div>c</div></div>", "<p>a</p><p>b</p><p>c</p>"),
        ("a<br/>\n<br/>\n<br/>b", "<p>a</p><p>b</p>"),
        ("<b>kalın<br><br>devam</b>", "<p><b>kalın</b></p><p><b>devam</b></p>"),
        ("<strong> x </strong>y", "<p><b>x</b> y</p>"),
        ('<span style="font-weight: bold;" class="mycode_b">x</span>', "<p><b>x</b></p>"),
        ('<span style="text-decoration:underline;font-style: italic">x</span>', "<p><u><i>x</i></u></p>"),
        ("<h2>Başlık</h2>metin", "<p><b>Başlık</b></p><p>metin</p>"),
        ("a<hr>b", "<p>a</p><hr><p>b</p>"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p></ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ('<ol start="3"><li>a</ol>', '<ol start="3"><li>a</li></ol>'),
        ("<ol start='-1'><li>a</ol>", "<ol><li>a</li></ol>"),
        (
            "<table><tr><th>A<th>B<tr><td>1<br>2<td><p>3</p></table>",
            "<table><tbody><tr><th>A</th><th>B</th></tr><tr><td>1<br>2</td><td>3</td></tr></tbody></table>",
        ),
        ("<table><tr><td>yalnız düzen</td></tr></table>", "<p>yalnız düzen</p>"),
        ("a&nbsp;&nbsp; b", "<p>a b</p>"),
        ("1 &lt; 2 &amp; <b></b>3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("", ""),
        ("   <div><p>\n</p></div> ", ""),
        ("<b>yarım", "<p><b>yarım</b></p>"),
    ],
)
def test_structure_becomes_a_few_plain_blocks(html: str, expected: str) -> None:
    assert clean(html).html == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/a?b=1&amp;c=2">x</a>', "https://forum.example/a?b=1&amp;c=2"),
        ('<a href="./viewtopic.php?p=5&amp;sid=0123456789abcdef0123456789abcdef#p5">x</a>', "https://forum.example/konu/viewtopic.php?p=5#p5"),
        ('<a href="//cdn.example/x">x</a>', "https://cdn.example/x"),
        ('<a href="mailto:ali@example.com">x</a>', "mailto:ali@example.com"),
        ('<a href="/mesaj/yonlen/123" data-href="https://real.example/x">x</a>', "https://real.example/x"),
        ('<a href="/proxy.php?link=https%3A%2F%2Freal.example%2Fx&amp;hash=1">x</a>', "https://real.example/x"),
        ('<a href="/ExternalLinkRedirect?url=https%3A%2F%2Freal.example">x</a>', "https://real.example"),
        ('<a href="https://örnek.com/ş">x</a>', "https://örnek.com/ş"),
    ],
)  # fmt: skip
def test_links_are_absolute_and_unwrapped(html: str, expected: str) -> None:
    assert clean(html).html == f'<p><a href="{expected}" rel="nofollow noopener">x</a></p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "http://[",
        "http://a b/",
        "https://user:pass@evil.example/",
        "http://x:99999/",
        "file:///etc/passwd",
    ],
)
def test_dangerous_addresses_leave_their_words_only(href: str) -> None:
    from html import escape

    assert clean(f'<a href="{escape(href)}">x</a>').html == "<p>x</p>"
    assert clean(f'<iframe src="{escape(href)}"></iframe><img src="{escape(href)}" alt="x">').html == "<p>x</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/gif;base64,R0" data-src="/a.png" alt="A">',
        '<img src="/proxy.php?image=x&amp;hash=1" data-url="https://forum.example/a.png" alt="A">',
        '<img data-lazy-src="/a.png" alt="A">',
        '<img src="/blank.gif" data-original="/a.png" alt="A">',
        '<img src="/styles/spacer.png" srcset="/small.png 320w, /a.png 1280w" alt="A">',
        '<img src="/a.png" srcset="/a2.png 2x" alt="A">',
        '<img src="/lazy.gif" data-src="/a.png" alt="A"><noscript></noscript>',
    ],
)
def test_lazy_images_are_resolved(html: str) -> None:
    post = clean(html)
    assert post.html == '<p><img src="https://forum.example/a.png" alt="A"></p>'
    assert post.images == ("https://forum.example/a.png",)
    assert post.text == "[img: A]"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<img alt="😀" class="emoji smilies" src="//cdn.example/1f600.svg">', "😀"),
        ('<img src="https://forum.example/Smileys/fugue/smiley.png" alt="&#58;&#41;" class="smiley">', ":)"),
        ('<img src="images/smilies/smile.png" alt="Big Grin" class="smilie smilie_4">', ":Big_Grin:"),
        ('<img src="images/smilies/biggrin.png" alt="" title="Big Grin" class="inlineimg">', ":Big_Grin:"),
        ('<img class="emoji" alt=":slight_smile:" src="/images/emoji/x.png">', ":slight_smile:"),
    ],
)
def test_smileys_become_their_words(html: str, text: str) -> None:
    post = clean(html)
    assert (post.text, post.images) == (text, ())


@pytest.mark.parametrize(
    "html",
    [
        ('<div class="codeblock"><div class="title">Code:</div><div class="body" dir="ltr"><code>int a;'
        '<br />\n&nbsp;&nbsp;b;&nbsp;//  x</code></div></div>'),
        ('<div class="codebox"><p>Code: <a href="#">Select all</a></p><pre><code>int a;\n  b; //  x\n'
        '</code></pre></div>'),
        '<div class="codeheader">Code</div><code class="bbc_code">int a;<br>&nbsp; b; //&nbsp; x</code>',
        "<pre><code>int a;\n  b; //  x</code><script>loader()</script></pre>",
        ('<div class="bbCodeBlock bbCodeBlock--code"><div class="bbCodeBlock-title">Kod:</div>'
        '<pre class="bbCodeCode"><code>int a;\n  b; //  x</code></pre></div>'),
    ],
)  # fmt: skip
def test_code_keeps_its_space_and_loses_its_furniture(html: str) -> None:
    assert clean(html).html == "<pre><code>int a;\n  b; //  x</code></pre>"


def test_spoilers_keep_their_text_with_a_mark() -> None:
    html = '<div class="bbCodeSpoiler"><button>Göster</button><div class="bbCodeSpoiler-content">gizli</div></div>'
    assert clean(html).text == "[spoiler]\n\ngizli\n\n[/spoiler]"
    assert clean('a <span class="spoiler">b</span>').text == "a [spoiler] b [/spoiler]"


def test_what_is_not_the_authors_goes() -> None:
    html = (
        "metin<script>x</script><style>y</style><form><input value=1><button>b</button></form>"
        '<div class="message-signature">imza</div><aside class="post-signature"><i class="signature">i</i></aside>'
        '<p hidden>saklı</p><div class="reklam">al</div><select><option>o</select><textarea>t</textarea><!-- yorum -->'
    )
    assert clean_post(html, BASE, drop=[".reklam"]).html == "<p>metin</p>"


def test_a_selector_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ConfigurationRefused, match=r"p\[\["):
        clean_post("<p>a", BASE, drop=["p[["])


def test_players_become_links() -> None:
    link = '<p><a href="https://v.example/e/1" rel="nofollow noopener">https://v.example/e/1</a></p>'
    assert clean('<iframe src="https://v.example/e/1"></iframe>').html == link
    assert clean('<video><source src="https://v.example/e/1"></video>').html == link
    assert clean('<embed src="//v.example/e/1">').html == link


def test_shortened_labels_are_written_out() -> None:
    html = '<a href="https://example.com/very/long/path.html">https://example.com/very ... h.html</a>'
    assert clean(html).text == "https://example.com/very/long/path.html"


def test_characters_that_hide_or_reorder_are_taken_out() -> None:
    html = "a\u202eb\u200bc\ufeffd\u2066e\x07f \U000e0041gizli\U000e007f"
    assert clean(html).text == "abcdef gizli"


@pytest.mark.parametrize("text", ["Şu İĞne ığdır ÇÖĞÜŞ", "👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✈️ 👍🏽", "مرحبا بالعالم، می‌خواهم", "שלום עולם"])
def test_turkish_emoji_and_right_to_left_text_survive(text: str) -> None:
    assert clean(f"<p>{text}</p>").text == text


def test_text_is_readable() -> None:
    html = "<p>Selam</p><blockquote>a<br>b<blockquote>c</blockquote></blockquote>"
    html += "<ol><li>x<ul><li>y</ol><a href='/z'>bura</a>"
    assert clean(html).text == "Selam\n\n> a\n> b\n>\n> > c\n\n1. x\n   - y\n\nbura"


def test_deep_nesting_neither_fails_nor_loses_text() -> None:
    post = clean("<blockquote><div>" * 900 + "dip" + "<b>" * 2000 + "!")
    assert "dip" in post.text
    assert "!" in post.text
    assert post.whole


@pytest.mark.parametrize(
    "html", ["x<br>" * MOST_NODES, "<p>uzun bir metin" * (MOST_CHARACTERS // 10), "<li>" * MOST_NODES]
)
def test_of_a_post_without_end_the_beginning_is_read_and_it_says_so(html: str) -> None:
    post = clean(html + "son")
    assert not post.whole
    assert "son" not in post.text
    assert "continues" in case_message(post.html, "https://f.example/post/1", whole=post.whole)


TAGS = st.sampled_from(
    [
        *("b", "i", "span", "a", "p", "div", "blockquote", "ul", "li", "code", "pre", "br", "img", "table", "td"),
        *("script", "style", "svg", "math", "template", "noscript", "textarea", "title", "iframe"),
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        ' href="javascript:alert(1)"',
        ' onclick="x()"',
        ' src="x" onerror=x',
        ' href="https://x.example/"',
        " style='x:y'",
    ]
)
PIECES = st.one_of(
    st.text(max_size=12),
    st.builds("<{}{}>".format, TAGS, ATTRIBUTES),
    TAGS.map("</{}>".format),
    st.sampled_from(
        ["<!--", "-->", "<![CDATA[", "]]>", "<", "&", "&lt;script&gt;", "<scr<script>ipt>", "<br><br>", "\x00"]
    ),
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_html_brings_anything_live(html: str) -> None:
    post = clean(html)
    tags = re.findall(r"<(/?\w+)([^>]*)>", post.html)
    allowed = {"a", "b", "i", "u", "s", "sub", "sup", "code", "p", "br", "hr", "img", "blockquote", "pre"}
    allowed |= {"ul", "ol", "li", "table", "tbody", "tr", "td", "th"}
    assert {name.strip("/") for name, _ in tags} <= allowed
    for _, attributes in tags:
        names = re.findall(r'([\w-]+)="[^"]*"', attributes)
        assert set(names) <= {"href", "rel", "src", "alt", "cite", "start"}
        assert all(value.startswith("https://") for value in re.findall(r'(?:href|src|cite)="([^"]*)"', attributes))
    assert clean(post.html).html == post.html


@given(st.text(max_size=60))
def test_any_base_address_and_any_link_are_survived(text: str) -> None:
    clean_post('<a href="/x">a</a>', text)
    clean_post(f"<a href='{text}'>a</a><img src='{text}'><blockquote cite='{text}'>b</blockquote>", BASE)


@pytest.mark.parametrize(
    "html", ["<div>" * 30_000 + "dip", f"<p {' '.join(f'a{n}=1' for n in range(20_000))}>dip", "<b>a" * 50_000]
)
def test_a_post_on_which_parsers_would_choke_is_its_text_at_once(html: str) -> None:
    before = time.process_time()
    clean = clean_post(html, "https://forum.example/")
    assert time.process_time() - before < 1  # seconds
    assert clean.text[-3:] in {"dip", "a a"}
