from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.message import TURKISH, case_message
from forum_bridge.markup.pictures import pictures_as_links, sources
from forum_bridge.model import Attachment

POST = "https://forum.example/post/4"
A, B = "https://forum.example/a.png?x=1&y=2", "https://forum.example/b.png"


def clean(html: str) -> str:
    return clean_post(html, POST).html


def test_pictures_become_links_with_their_names() -> None:
    html = clean('<p>Bak: <img src="/a.png?x=1&amp;y=2" alt="5 > 4"> ve <img src="/b.png"></p>')
    assert sources(html) == [A, B]
    assert pictures_as_links(html, {A: "<ekran>.png"}, {A: " (büyük)"}) == (
        '<p>Bak: <a href="https://forum.example/a.png?x=1&amp;y=2" rel="nofollow noopener">🖼 &lt;ekran&gt;.png</a>'
        ' (büyük) ve <img src="https://forum.example/b.png"></p>'
    )


def test_a_picture_in_a_link_leaves_the_link_where_it_leads() -> None:
    html = clean('<a href="/full"><img src="/b.png"></a><img src="/b.png">')
    linked = pictures_as_links(html, {B: "b.png"}, {})
    assert linked.count("<a ") == 2
    assert ">🖼 b.png</a><a " in linked
    assert 'href="https://forum.example/full"' in linked


def test_code_that_shows_a_picture_stays_code() -> None:
    html = clean('<pre><code>&lt;img src="https://forum.example/b.png"&gt;</code></pre>')
    assert sources(html) == []
    assert pictures_as_links(html, {B: "b.png"}, {}) == html


@given(st.text(alphabet="<>\"'&= aimgsrclt/é🖼", max_size=60), st.text(max_size=30))
def test_no_alternative_text_breaks_out(alt: str, name: str) -> None:
    escaped = alt.replace("&", "&amp;").replace('"', "&quot;")
    html = clean(f'<p>x <img src="{B}" alt="{escaped}"> y</p>')
    written = pictures_as_links(html, dict.fromkeys(sources(html), name), {})
    assert "<img" not in written or "<img" in html.replace("<img", "", 1)
    assert clean(written) == clean(clean(written))
    assert written.count("<a ") == written.count("</a>")


def test_a_message_says_which_file_is_only_linked_and_why() -> None:
    files = [Attachment(A, "film.mkv", size=400_000_000), Attachment("https://forum.example/c.pdf", "c.pdf")]
    html = case_message(
        f'<p><img src="{B}"></p>',
        POST,
        attachments=files,
        pictures={B: "b.png"},
        why_linked={A: "too large", B: "gone <x>"},
    )
    assert ">film.mkv (390625 kB)</a> (too large: linked), <a " in html
    assert ">c.pdf</a></p>" in html
    assert "🖼 b.png</a> (gone &lt;x&gt;: linked)" in html
    turkish = case_message("<p>a</p>", POST, attachments=files, why_linked={A: "too large"}, texts=TURKISH)
    assert "(too large: yalnızca bağlantı)" in turkish
