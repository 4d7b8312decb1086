"""Invision's documents as posts and rows. Pure.

A key for the API shows everything, so that what is hidden is told apart here. Keys of posts and topics:
https://invisioncommunity.com/developers/rest-api, forums/topics and forums/posts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import Node, moment, nodes, number, text, within
from forum_bridge.forums.engines.invision import addresses
from forum_bridge.forums.engines.invision.addresses import Topic
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.markup.tree import Element, beginning
from forum_bridge.model import Attachment, Author, Post, PostId, ThreadId, ThreadRef

_BASE = "<___base_url___>"  # how the engine keeps its own address in texts


def thread_page(document: object, address: str, topic: object = None, account_id: str | None = None) -> ThreadPage:
    """Return the page that a document with posts is; ``topic`` is the topic's own, None where nobody has asked for it.

    What is hidden or waits for a moderator is left out, except our own account's: only so is a lost answer found there.
    Raises Unreadable when it is no page of posts, or lacks what a post needs."""
    found = addresses.topic(address)
    ref = ThreadRef(ThreadId(found.id), found.url, text(within(topic, "title")) or "")
    items = nodes(within(document, "results"), "list of posts")
    if not items:
        raise Unreadable(f"{address} shows no post.")
    first = text(within(topic, "firstPost", "id")) or (text(items[0].get("id")) if found.page == 1 else None)
    posts = tuple(_post(item, ref, found, first) for item in items if _stands(item, account_id))
    locked = within(topic, "locked") is True or within(topic, "archived") is True
    return ThreadPage(address, ref, posts, _neighbours(document, found), locked, account_id)


def board_page(told: object, address: str, root: str) -> BoardPage:
    """Return the topics of one page. Raises Unreadable when the document is no list of them."""
    rows = [_row(item, root) for item in nodes(within(told, "results"), "list of topics") if _stands(item, None)]
    page, pages = number(within(told, "page")) or 1, number(within(told, "totalPages")) or 1
    return BoardPage(tuple(rows), Neighbours(next=addresses.following(address, page + 1) if page < pages else None))


def ids(told: object) -> Sequence[int]:
    """Return the ids of all posts of a document, hidden ones too."""
    found = (number(item.get("id")) for item in nodes(within(told, "results"), "list of posts"))
    return [each for each in found if each is not None]


def pages(told: object) -> int:
    """Return how many pages there are."""
    return number(within(told, "totalPages")) or 1


def attachments(html: str, url: str) -> tuple[Attachment, ...]:
    """Return the files that hang on a post: Invision puts them into its text."""
    if "ipsAttachLink" not in html:
        return ()
    links = [each for each in beginning(html)[0].elements() if each.tag == "a" and _leads_to_a_file(each)]
    return tuple(Attachment(urljoin(url, each.attrs["href"]), each.text().strip()) for each in links)


def _leads_to_a_file(link: Element) -> bool:
    return "href" in link.attrs and "ipsAttachLink" in link.classes and "ipsAttachLink_image" not in link.classes


def _post(item: Node, ref: ThreadRef, found: Topic, first: str | None) -> Post:
    post_id, content = text(item.get("id")), item.get("content")
    if post_id is None or not isinstance(content, str):
        raise Unreadable(f"A post of {ref.url} lacks its id or its text.")
    html = content.replace(_BASE, found.root).strip()
    url = addresses.permalink(found, post_id)
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=_author(item.get("author")),
        html=html,
        url=url,
        time=moment(item.get("date")),
        opening=post_id == first,
        attachments=attachments(html, url),
        waits=bool(item.get("hidden")),
    )


def _author(told: object) -> Author:
    member_id, name = text(within(told, "id")), text(within(told, "name"))
    if member_id in {None, "0"}:
        return Author(name or "Guest")
    return Author(name or "[deleted]", member_id, text(within(told, "profileUrl")))


def _stands(item: Node, account_id: str | None) -> bool:
    if not item.get("hidden"):  # true, or 1 and -1
        return True
    return account_id is not None and text(within(item, "author", "id")) == account_id


def _row(item: Node, root: str) -> BoardRow:
    topic_id, last = text(item.get("id")), text(within(item, "lastPost", "id"))
    if topic_id is None:
        raise Unreadable("A topic of the list lacks its id.")
    ref = addresses.ref(f"{root.rstrip('/')}/topic/{topic_id}-t/", text(item.get("title")) or "")
    time = moment(within(item, "lastPost", "date"))
    return BoardRow(ref, f"{last} {text(item.get('posts'))} {within(item, 'lastPost', 'date')}", time)


def _neighbours(told: object, found: Topic) -> Neighbours:
    last = pages(told)
    return Neighbours(
        next=found.at(found.page + 1).posts if found.page < last else None,
        previous=found.at(found.page - 1).posts if found.page > 1 else None,
        last=found.at(last).posts if found.page < last else None,
    )
