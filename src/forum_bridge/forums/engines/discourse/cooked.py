"""A post's HTML as Discourse "cooks" it, brought back to what its author wrote: previews of linked pages become links
again, small pictures the whole ones. Pure.

The previews come some seconds after the post and change with the page they show, so that without this every link would
look like an edit. https://github.com/discourse/discourse, lib/cooked_post_processor.rb, lib/onebox."""

from __future__ import annotations

from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from forum_bridge.model import Attachment

_MARKS = ("onebox", "lightbox", "data-video-src", "lazy-video-container", 'class="quote')
_FILES = ("attachment", "data-base62-sha1")


def as_written(html: str) -> str:
    """Return a post's HTML without what the forum made of it later."""
    if not any(mark in html for mark in _MARKS):
        return html
    soup = BeautifulSoup(html, "html.parser")
    for preview in soup.select("aside.onebox[data-onebox-src]"):
        _as_link(soup, preview, preview["data-onebox-src"])
    for quoted in soup.select("aside.quote[data-topic]:not([data-username])"):  # a link to another topic, unfolded
        if (title := quoted.select_one(".title a[href]")) is not None:
            _as_link(soup, quoted, title["href"])
    for video in soup.select(".lazy-video-container:has(a[href])"):
        _as_link(soup, video, video.select("a[href]")[0]["href"])
    for video in soup.select("[data-video-src]"):
        link = _as_link(soup, video, video["data-video-src"])
        link["class"], link.string = "attachment", str(link["href"]).rpartition("/")[2]
    for link in soup.select("a.inline-onebox[href], a.inline-onebox-loading[href]"):
        link.string = str(link["href"])
    for box in soup.select("a.lightbox[href]"):
        _unfold(box)
    return str(soup)


def attachments(html: str, url: str) -> tuple[Attachment, ...]:
    """Return the files that were uploaded with a post, out of its HTML as ``as_written`` gave it; pictures among
    them."""
    if not any(mark in html for mark in _FILES):
        return ()
    soup = BeautifulSoup(html, "html.parser")
    links = {str(each["href"]): each.get_text() for each in soup.select("a.attachment[href]")}
    pictures = {str(each["src"]): str(each.get("alt") or "") for each in soup.select("img[data-base62-sha1][src]")}
    return tuple(Attachment(urljoin(url, address), name) for address, name in (links | pictures).items())


def _as_link(soup: BeautifulSoup, node: Tag, address: object) -> Tag:
    link = soup.new_tag("a", href=str(address))
    link.string = str(address)
    paragraph = soup.new_tag("p")
    paragraph.append(link)
    node.replace_with(paragraph)
    return link


def _unfold(box: Tag) -> None:
    picture = box.select_one("img")
    if picture is None:
        return
    picture["src"] = box["href"]
    del picture["srcset"]
    wrapper = box.find_parent(class_="lightbox-wrapper") or box
    wrapper.replace_with(picture)
