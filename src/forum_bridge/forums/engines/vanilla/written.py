"""A post's HTML as Vanilla renders it, with what its editor embeds brought back: quotes, links, pictures and files
stand there as JSON for the page's own script. Pure.

https://github.com/vanilla/vanilla, library/Vanilla/EmbeddedContent."""

from __future__ import annotations

from urllib.parse import urljoin

from forum_bridge.forums.api.document import number, text, within
from forum_bridge.forums.json_text import read_json_text
from forum_bridge.markup.tree import Element, parse, rewritten
from forum_bridge.model import Attachment

_EMBED = "data-embedjson"


def as_written(html: str, url: str) -> tuple[str, tuple[Attachment, ...]]:
    """Return a post's HTML as people see it, and the files that hang on it."""
    if _EMBED not in html:
        return html, ()
    files: list[Attachment] = []

    def instead(element: Element) -> Element | str | None:
        told = _told(element.attrs[_EMBED]) if _EMBED in element.attrs else None
        if text(within(told, "embedType")) == "file" and (address := text(within(told, "url"))):
            name, mime = text(within(told, "name")) or "", text(within(told, "type"))
            files.append(Attachment(urljoin(url, address), name, mime, number(within(told, "size"))))
            return ""
        return _shown(told)

    return rewritten(html, lambda root: root.replacing(instead)), tuple(files)


def _told(embed: str) -> object:
    try:
        return read_json_text(embed)
    except ValueError:
        return None


def _shown(told: object) -> Element | None:
    """Return what people see of an embed; None where nothing is known of it, then it stays."""
    address = text(within(told, "url"))
    kind = text(within(told, "embedType"))
    if kind == "quote":
        cited = Element("cite", {}, [text(within(told, "insertUser", "name")) or ""])
        return Element("blockquote", {}, [cited, *parse(text(within(told, "body")) or "").children])
    if address is None:
        return None
    name = text(within(told, "name"))
    if kind == "image":
        return Element("img", {"src": address, "alt": name or ""})
    return Element("p", {}, [Element("a", {"href": address}, [name or address])])
