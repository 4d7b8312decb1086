"""A post's HTML as Discourse "cooks" it, brought back to what its author wrote: previews of linked pages become links
again, small pictures the whole ones. Pure.

The previews come some seconds after the post and change with the page they show, so that without this every link would
look like an edit. https://github.com/discourse/discourse, lib/cooked_post_processor.rb, lib/onebox."""

from __future__ import annotations

from urllib.parse import urljoin

from forum_bridge.markup.tree import Element, beginning, rewritten
from forum_bridge.model import Attachment

_MARKS = ("onebox", "lightbox", "data-video-src", "lazy-video-container", 'class="quote')
_FILES = ("attachment", "data-base62-sha1")
_PREVIEWS = frozenset(("inline-onebox", "inline-onebox-loading"))


def as_written(html: str) -> str:
    """Return a post's HTML without what the forum made of it later."""
    return rewritten(html, lambda root: root.replacing(_instead)) if any(mark in html for mark in _MARKS) else html


def attachments(html: str, url: str) -> tuple[Attachment, ...]:
    """Return the files that were uploaded with a post, out of its HTML as ``as_written`` gave it; pictures among
    them."""
    if not any(mark in html for mark in _FILES):
        return ()
    links: dict[str, str] = {}
    pictures: dict[str, str] = {}
    for each in beginning(html)[0].elements():
        if each.tag == "a" and "attachment" in each.classes and "href" in each.attrs:
            links[each.attrs["href"]] = each.text()
        elif each.tag == "img" and "data-base62-sha1" in each.attrs and "src" in each.attrs:
            pictures[each.attrs["src"]] = each.attrs.get("alt", "")
    return tuple(Attachment(urljoin(url, address), name) for address, name in (links | pictures).items())


def _instead(element: Element) -> Element | None:
    """Return what stood there before the forum worked on it; None for what it leaves."""
    attrs, classes = element.attrs, element.classes
    if element.tag == "aside" and "onebox" in classes and "data-onebox-src" in attrs:
        return _link(attrs["data-onebox-src"])
    if element.tag == "aside" and "quote" in classes and "data-topic" in attrs and "data-username" not in attrs:
        title = element.first(lambda each: "title" in each.classes)  # a link to another topic, unfolded
        return _to_the_first(title) if title is not None else None
    if "lazy-video-container" in classes:
        return _to_the_first(element)
    if "data-video-src" in attrs:
        address = attrs["data-video-src"]
        return _link(address, address.rpartition("/")[2], {"class": "attachment"})
    if element.tag == "a" and classes & _PREVIEWS and "href" in attrs:
        return Element("a", attrs, [attrs["href"]])
    if "lightbox-wrapper" in classes:
        box = element.first(_is_box)
        return _unfolded(box) if box is not None else None
    return _unfolded(element) if _is_box(element) else None


def _link(address: str, shown: str | None = None, attrs: dict[str, str] | None = None) -> Element:
    return Element("p", {}, [Element("a", {"href": address, **(attrs or {})}, [shown or address])])


def _to_the_first(element: Element) -> Element | None:
    link = element.first(lambda each: each.tag == "a" and "href" in each.attrs)
    return _link(link.attrs["href"]) if link is not None else None


def _is_box(element: Element) -> bool:
    return element.tag == "a" and "lightbox" in element.classes and "href" in element.attrs


def _unfolded(box: Element) -> Element | None:
    picture = box.first(lambda each: each.tag == "img")
    if picture is None:
        return None
    return Element(
        "img", {**{name: each for name, each in picture.attrs.items() if name != "srcset"}, "src": box.attrs["href"]}
    )
