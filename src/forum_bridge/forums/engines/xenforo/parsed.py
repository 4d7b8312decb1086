"""A post's HTML as XenForo's API gives it (`message_parsed`), made whole: spoilers show what they hide, and pictures
that hang on the post are shown from where they are. Pure.

XF\\BbCode\\Renderer\\ApiHtml writes it: quotes are `blockquote.xfBb-quote[data-name]`, spoilers a bare `div` or `span`
with a phrase in the forum's language, an attachment leads to its address without the file's name."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from forum_bridge.forums.engines.xenforo.bbcode import Spoiler, spoilers
from forum_bridge.model import Attachment


def whole(html: str, bbcode: str, attachments: dict[str, Attachment]) -> str:
    """Return a post's HTML with what its BBCode hides, and with links to its attachments (by id) made straight."""
    hidden = spoilers(bbcode)
    if not hidden and not attachments:
        return html
    soup = BeautifulSoup(html, "html.parser")
    _show(soup, [each for each in hidden if not each.inline], "div")
    _show(soup, [each for each in hidden if each.inline], "span")
    for attachment_id, file in attachments.items():
        _straighten(soup, attachment_id, file)
    return str(soup)


def _show(soup: BeautifulSoup, hidden: Sequence[Spoiler], tag: str) -> None:
    """Put contents where the placeholders are; at the end where those cannot be told from other elements."""
    if not hidden:
        return
    places = [each for each in soup.find_all(tag) if not each.attrs and each.find(True) is None]
    in_place = len(places) == len(hidden)
    for number, spoiler in enumerate(hidden):
        shown = soup.new_tag(tag)
        shown["class"] = "bbCodeInlineSpoiler" if spoiler.inline else "bbCodeSpoiler"
        shown.append(BeautifulSoup(spoiler.html, "html.parser"))
        if in_place:
            places[number].replace_with(shown)
        else:
            soup.append(shown)


def _straighten(soup: BeautifulSoup, attachment_id: str, file: Attachment) -> None:
    bare = f"{urlsplit(file.url).path.rstrip('/').rpartition('/')[0]}/{attachment_id}"
    for link in soup.find_all("a", href=True):
        if urlsplit(str(link["href"])).path.rstrip("/") != bare:
            continue
        picture = link.find("img")
        if isinstance(picture, Tag):  # a small one, which leads to the whole
            picture["src"] = file.url
            link.replace_with(picture)
        else:
            link["href"], link.string = file.url, file.name
    for picture in soup.find_all("img", src=True):
        if urlsplit(str(picture["src"])).path.rstrip("/") == bare:
            picture["src"] = file.url
