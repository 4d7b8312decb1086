"""Whether a message on the desk says what a post says, whatever the case's message puts around and in between."""

from __future__ import annotations

from dataclasses import fields

import pytest

from forum_bridge.bridge.desk_look import Found
from forum_bridge.bridge.found_again import check_says_it
from forum_bridge.deskie import Message
from forum_bridge.errors import Held
from forum_bridge.ledger.posts import PostRow
from forum_bridge.markup.clean import clean_post
from forum_bridge.markup.message import Opening, case_message
from forum_bridge.model import Attachment

URL = "https://forum.example/post/7"
PICTURE = "https://forum.example/kutu.png"
TEXTS = [
    "<p>Kargom nerede?</p>",
    f'<p>Kutu <img src="{PICTURE}" alt="ezik kutu"> böyle geldi.</p>',
    '<p>Bakın: <a href="https://example.org/a?b=1&amp;c=2">takip sayfası</a>, sonra yazın.</p>',
    "<blockquote><p>Dün yazmıştım.</p></blockquote><p>Hâlâ gelmedi. 🙂</p>",
    "<ul><li>bir</li><li>iki<br>buçuk</li></ul><pre>a &lt; b</pre>",
    "<p>" + "Çok uzun bir yazı. " * 9_000 + "</p>",
    "",
]


def row(html: str) -> PostRow:
    names = {field.name: None for field in fields(PostRow)}
    return PostRow(**{**names, "html": html, "url": URL, "attachments": ()})  # type: ignore[arg-type] # no more is read


def found(html: str) -> Found:
    message = Message(id=1, user_id=2, staff_id=0, html=html, text="", note=False, sent_via_rule=False)
    return Found(5, 1, message=message)


@pytest.mark.parametrize("html", TEXTS)
def test_what_was_written_says_it(html: str) -> None:
    body = clean_post(html, URL).html
    opening = Opening("Kargo", "https://forum.example/thread/3", "Ayşe", "<p>İlk yazı.</p>")
    files = (Attachment("https://forum.example/fis.pdf", "fis.pdf"),)
    for message in (
        case_message(body, URL),
        case_message(body, URL, opening=opening, author="Deniz", attachments=files, pictures={PICTURE: "ezik kutu"}),
    ):
        check_says_it(row(html), found(message))


@pytest.mark.parametrize("added", ["<p>Ek: sipariş 4471.</p>", "<hr><p>Yine ben.</p>"])
def test_what_says_more_is_held(added: str) -> None:
    message = case_message(clean_post(TEXTS[0], URL).html, URL)
    with pytest.raises(Held, match="says something else now"):
        check_says_it(row(TEXTS[0] + added), found(message))
