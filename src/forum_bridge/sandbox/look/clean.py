"""Strangers' HTML made harmless before a page of the sandbox shows it: an allow-list, applied by nh3."""

from __future__ import annotations

import nh3
from markupsafe import Markup

# fmt: off
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}
# fmt: on
_ATTRIBUTES = {
    "a": {"href", "title"},
    "blockquote": {"data-author"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_CLASSES = {"blockquote": {"quote"}}


def clean(html: str, *, link_rel: str | None = "nofollow ugc noopener") -> Markup:
    """Return ``html`` with only known tags, attributes and http, https, mailto or relative addresses left in it."""
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title"},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel=link_rel,
    )
    return Markup(safe)  # noqa: S704 - this is the one place where HTML becomes trusted, by nh3's allow-list


def paragraphs(text: str) -> Markup:
    """Return plain text as HTML: blank lines part paragraphs, line ends stay."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    lines = (Markup("<br>").join(block.strip("\n").split("\n")) for block in blocks)
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
