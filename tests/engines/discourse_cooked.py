"""What Discourse makes of a post's Markdown, as far as our posts go."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

_QUOTE = re.compile(r'\[quote="([^",]+), post:(\d+), topic:(\d+)"\]\n(.*?)\n\[/quote\]', re.DOTALL)
_MENTION = re.compile(r"(?<![\w/])@([\w.-]*\w)")


def cooked(raw: str) -> str:
    """Return what Discourse makes of a post's Markdown: quotes become asides, names links."""
    quotes: list[str] = []

    def quoted(seen: re.Match[str]) -> str:
        title = f'<div class="title">\n<div class="quote-controls"></div>\n{escape(seen[1])}:</div>'
        attributes = f'data-username="{escape(seen[1])}" data-post="{seen[2]}" data-topic="{seen[3]}"'
        inner = f"<blockquote>\n{cooked(seen[4])}\n</blockquote>"
        quotes.append(f'<aside class="quote no-group" {attributes}>\n{title}\n{inner}\n</aside>')
        return f"\n\nALINTI{len(quotes) - 1}\n\n"

    html = MarkdownIt("commonmark").render(_QUOTE.sub(quoted, raw)).strip()
    html = _MENTION.sub(r'<a class="mention" href="/u/\1">@\1</a>', with_uploads(html))
    return re.sub(r"<p>ALINTI(\d+)</p>", lambda seen: quotes[int(seen[1])], html)


def with_uploads(html: str) -> str:
    """Return cooked HTML in which short addresses of uploads lead to them."""
    link = r'<a class="attachment" href="/uploads/short-url/\1">\2</a>'
    html = re.sub(r'<a href="upload://([^"]+)">([^<]*)\|attachment</a>', link, html)
    picture = r'<img src="/uploads/default/original/1X/\1\2" alt="\3" data-base62-sha1="\1">'
    return re.sub(r'<img src="upload://(\w+)(\.\w+)" alt="([^"]*)" />', picture, html)
