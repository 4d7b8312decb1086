"""A post's HTML as Vanilla renders it, with what its editor embeds brought back: quotes, links, pictures and files
stand there as JSON for the page's own script. Pure.

https://github.com/vanilla/vanilla, library/Vanilla/EmbeddedContent."""

from __future__ import annotations

import json
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from forum_bridge.forums.api.document import number, text, within
from forum_bridge.model import Attachment

_EMBED = "data-embedjson"


def as_written(html: str, url: str) -> tuple[str, tuple[Attachment, ...]]:
    """Return a post's HTML as people see it, and the files that hang on it."""
    if _EMBED not in html:
        return html, ()
    soup = BeautifulSoup(html, "html.parser")
    files: list[Attachment] = []
    for node in soup.select(f"[{_EMBED}]"):
        told = _told(node)
        if text(within(told, "embedType")) == "file" and (address := text(within(told, "url"))):
            name, mime = text(within(told, "name")) or "", text(within(told, "type"))
            files.append(Attachment(urljoin(url, address), name, mime, number(within(told, "size"))))
            node.decompose()
        elif (shown := _shown(soup, told)) is not None:
            node.replace_with(shown)
    return str(soup), tuple(files)


def _told(node: Tag) -> object:
    try:
        return json.loads(str(node[_EMBED]))
    except ValueError:
        return None


def _shown(soup: BeautifulSoup, told: object) -> Tag | None:
    """Return what people see of an embed; None where nothing is known of it, then it stays."""
    address = text(within(told, "url"))
    kind = text(within(told, "embedType"))
    if kind == "quote":
        quoted = soup.new_tag("blockquote")
        cited = soup.new_tag("cite")
        cited.string = text(within(told, "insertUser", "name")) or ""
        quoted.append(cited)
        quoted.append(BeautifulSoup(text(within(told, "body")) or "", "html.parser"))
        return quoted
    if address is None:
        return None
    if kind == "image":
        return soup.new_tag("img", src=address, alt=text(within(told, "name")) or "")
    link = soup.new_tag("a", href=address)
    link.string = text(within(told, "name")) or address
    paragraph = soup.new_tag("p")
    paragraph.append(link)
    return paragraph
