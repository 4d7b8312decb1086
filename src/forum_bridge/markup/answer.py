"""An agent's answer → the forum's own markup. Knows no engine beyond its markup, no quote, no signature."""

from __future__ import annotations

from html import escape

from forum_bridge.markup.bbcode import BBCode
from forum_bridge.markup.flow import Flow
from forum_bridge.markup.markdown import Markdown
from forum_bridge.markup.safe import safe
from forum_bridge.markup.text import plain_text
from forum_bridge.markup.tree import parse
from forum_bridge.model import Markup

HISTORY = (".omni_orig_reply",)
"""Deskie keeps the quoted history of a conversation here: private, never for a forum."""


def to_markup(body: str, is_html: bool, markup: Markup) -> str:
    """Return the answer in the markup, its text the same to the eye and none of it read as markup.

    ``body`` is HTML of the desk's editor or plain text; bare addresses become links, dangerous ones plain text. The
    result has no blank line at its ends, no two in a row and no space at a line's end (code blocks keep theirs).
    """
    html = canonical(body, is_html)
    match markup:
        case Markup.HTML:
            return html
        case Markup.MARKDOWN:
            return "\n\n".join(Markdown().blocks(parse(html).children))
        case Markup.BBCODE:
            return "\n\n".join(BBCode().blocks(parse(html).children))


def answer_text(body: str, is_html: bool) -> str:
    """Return the visible text of an answer, to be compared with a post read back from the forum."""
    return plain_text(canonical(body, is_html))


def canonical(body: str, is_html: bool) -> str:
    """Return the answer as HTML in the small grammar of ``flow``, without the history it quotes."""
    html = body if is_html else escape(body, quote=False).replace("\r\n", "\n").replace("\n", "<br>")
    return safe(Flow(None, linkify=True).blocks(parse(html, HISTORY).children))
