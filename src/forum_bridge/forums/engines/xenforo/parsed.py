"""A post's HTML as XenForo's API gives it (`message_parsed`), made whole: spoilers show what they hide, and pictures
that hang on the post are shown from where they are. Pure.

XF\\BbCode\\Renderer\\ApiHtml writes it: quotes are `blockquote.xfBb-quote[data-name]`, spoilers a bare `div` or `span`
with a phrase in the forum's language, an attachment leads to its address without the file's name."""

from __future__ import annotations

from urllib.parse import urlsplit

from forum_bridge.forums.engines.xenforo.bbcode import Spoiler, spoilers
from forum_bridge.markup.tree import MOST_CHARACTERS, Element, parse, rewritten
from forum_bridge.model import Attachment


def whole(html: str, bbcode: str, attachments: dict[str, Attachment]) -> str:
    """Return a post's HTML with what its BBCode hides, and with links to its attachments (by id) made straight."""
    hidden = spoilers(bbcode[:MOST_CHARACTERS])
    if not hidden and not attachments:
        return html
    files = {_bare(file, number): file for number, file in attachments.items()}

    def change(root: Element) -> Element:
        for tag, inline in (("div", False), ("span", True)):
            _show(root, [each for each in hidden if each.inline is inline], tag)
        return root.replacing(lambda each: _straight(each, files))

    return rewritten(html, change)


def _show(root: Element, hidden: list[Spoiler], tag: str) -> None:
    """Put contents where the placeholders are; at the end where those cannot be told from other elements."""
    places = [each for each in root.elements() if each.tag == tag and not each.attrs and _holds_no_element(each)]
    if len(places) != len(hidden):
        places = [Element(tag) for _ in hidden]
        root.children += places
    for place, spoiler in zip(places, hidden, strict=True):
        place.attrs["class"] = "bbCodeInlineSpoiler" if spoiler.inline else "bbCodeSpoiler"
        place.children = parse(spoiler.html).children


def _holds_no_element(element: Element) -> bool:
    return not any(isinstance(child, Element) for child in element.children)


def _straight(element: Element, files: dict[str, Attachment]) -> Element | None:
    """Return what leads to a file itself, or shows it; None for what leads elsewhere."""
    if element.tag == "a" and (file := files.get(_path(element.attrs.get("href", "")))) is not None:
        picture = element.first(lambda each: each.tag == "img")
        if picture is not None:  # a small one, which leads to the whole
            return Element("img", {**picture.attrs, "src": file.url})
        return Element("a", {**element.attrs, "href": file.url}, [file.name])
    if element.tag == "img" and (file := files.get(_path(element.attrs.get("src", "")))) is not None:
        return Element("img", {**element.attrs, "src": file.url})
    return None


def _bare(file: Attachment, attachment_id: str) -> str:
    """Return the path to which the API's HTML leads instead of the file's own."""
    return f"{_path(file.url).rpartition('/')[0]}/{attachment_id}"


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:  # no address
        return ""
