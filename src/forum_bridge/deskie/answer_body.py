"""The body of an agent's answer: which of its two texts counts, whether it is HTML, and the quoted history cut off.
Cleans nothing: what comes out is still the agent's own markup."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborHTMLParser

MAX_NESTING = 512  # lexbor's time grows with the square of the depth
_HISTORY = "omni_orig_reply"
_TAGS = (
    "a|abbr|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|figcaption|figure|font|"
    "footer|form|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|li|link|mark|meta|nav|object|ol|p|pre|q|s|samp|script|"
    "section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|video"
)
# Real elements only: `<ali@example.com>` and `a <b c` are text.
_TAG = re.compile(rf"</?(?:{_TAGS})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_EDGE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def body_of(content_html: str, content: str) -> tuple[str, bool]:
    """Return ``(body, is_html)``: ``content_html`` unless it is blank, else ``content``.

    HTML is what holds tags; it loses Deskie's quoted history (`div.omni_orig_reply`). Plain text has its entities
    decoded once.
    """
    body = content_html if content_html.strip() else content
    if not _TAG.search(body):
        return unescape(body).strip(), False
    return _without_history(body).strip(), True


def _without_history(html: str) -> str:
    # Too deep for the parser means not written by a person; the history then stays, which is ugly but loses nothing.
    if _HISTORY not in html or _nesting(html) > MAX_NESTING:
        return html
    tree = LexborHTMLParser(html)
    for history in tree.css(f"div.{_HISTORY}"):
        history.decompose()
    return (tree.body.inner_html if tree.body else None) or ""


def _nesting(html: str) -> int:
    """Return an upper bound of the depth in one linear scan: elements that HTML closes by itself count as open."""
    depth = deepest = 0
    for closing, tag in _EDGE.findall(html):
        if tag.lower() not in _VOID:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    return deepest
