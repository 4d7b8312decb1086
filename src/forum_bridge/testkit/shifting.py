"""Changes the posts on recorded pages as a forum would: takes one away so that all later ones move up, turns their
order, shows one twice. Finds them by what the preset calls a post, or, in JSON, by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from forum_bridge.testkit.recording import Recorded
from forum_bridge.web.charset import decode, encode

Arrange = Callable[[list[list[object]]], None]


class CannotShift(Exception):
    """The posts on the pages cannot be told apart from outside."""


def shifted(pages: Sequence[Recorded], ids: Sequence[str], container: str | None, arrange: Arrange) -> list[Recorded]:
    """Return the pages with their posts arranged anew: ``arrange`` is handed the posts page by page and changes these
    lists. Raises CannotShift."""
    return _documents(pages, set(ids), arrange) if container is None else _html(pages, container, arrange)


def take_away(which: int) -> Arrange:
    """Return an arrangement that takes the post ``which`` (counted over all pages, from either end) away; a page that
    loses one gets the next page's first."""

    def arrange(pages: list[list[object]]) -> None:
        sizes = [len(page) for page in pages]
        posts = [post for page in pages for post in page]
        del posts[which]
        for page, size in zip(pages, sizes, strict=True):
            page[:] = posts[:size]
            del posts[:size]

    return arrange


def turn_round(pages: list[list[object]]) -> None:
    """Show each page's posts the other way round."""
    for page in pages:
        page.reverse()


def show_twice(pages: list[list[object]]) -> None:
    """Show each page's last post twice."""
    for page in pages:
        page += [copy(post) for post in page[-1:]]


def _html(pages: Sequence[Recorded], container: str, arrange: Arrange) -> list[Recorded]:
    opened = [decode(page.body, page.mime) for page in pages]
    soups = [BeautifulSoup(text, "lxml") for text, _ in opened]
    found: list[list[object]] = [list(soup.select(container)) for soup in soups]
    if not any(found):
        raise CannotShift(f"nothing on the pages is a {container}")
    marks = [_marked(soup, posts) for soup, posts in zip(soups, found, strict=True)]
    arrange(found)
    for mark, posts in zip(marks, found, strict=True):
        for post in posts:
            if mark is not None and isinstance(post, Tag):
                mark.insert_before(post)
    for mark in filter(None, marks):
        mark.decompose()
    return [
        replace(page, body=encode(str(soup), charset))
        for page, soup, (_, charset) in zip(pages, soups, opened, strict=True)
    ]


def _marked(soup: BeautifulSoup, posts: list[object]) -> Tag | None:
    """Take the posts out of their page; the mark returned stands where the first of them stood."""
    mark: Tag | None = None
    for post in posts:
        if not isinstance(post, Tag):
            continue
        if mark is None:
            mark = soup.new_tag("hr")
            post.insert_before(mark)
        post.extract()
    return mark


def _documents(pages: Sequence[Recorded], ids: set[str], arrange: Arrange) -> list[Recorded]:
    if not all("json" in page.mime for page in pages):
        raise CannotShift("only the adapter itself knows what on the pages is a post")
    documents = [json.loads(page.body) for page in pages]
    lists = [_posts_in(document, ids) for document in documents]
    held = [each for each in lists if each is not None]
    if not held:
        raise CannotShift("no list in the documents holds the posts")
    arrange(held)
    return [
        replace(page, body=json.dumps(document).encode()) if found is not None else page
        for page, document, found in zip(pages, documents, lists, strict=True)
    ]


def _posts_in(document: object, ids: set[str]) -> list[object] | None:
    """Return the longest list of objects whose ids are those of the posts; a few may be events between them."""
    best: list[object] | None = None
    if isinstance(document, list):
        posts = sum(isinstance(each, dict) and _id(each) in ids for each in document)
        if posts > len(document) / 2:
            best = document
        children = document
    else:
        children = list(document.values()) if isinstance(document, dict) else []
    for child in children:
        found = _posts_in(child, ids)
        if found is not None and (best is None or len(found) > len(best)):
            best = found
    return best


def _id(item: dict[str, object]) -> str | None:
    named = ("id", "post_id", "pid", "commentID", "postId")
    return next((str(item[name]) for name in named if name in item), None)
