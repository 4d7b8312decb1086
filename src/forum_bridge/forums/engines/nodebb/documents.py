"""NodeBB's documents as posts and rows, of 1.x, where ids and flags are texts, as of 4.x, where they are numbers. Pure.

Deleted posts keep their place in the topic and are none. Keys: https://github.com/NodeBB/NodeBB,
public/openapi/components/schemas/PostObject.yaml, TopicObject.yaml."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

from forum_bridge.errors import Gone, Unreadable
from forum_bridge.forums.api.document import Node, moment, node, nodes, number, text, within
from forum_bridge.forums.engines.nodebb import addresses
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Attachment, Author, Post, PostId, ThreadId, ThreadRef

_KEY = re.compile(r"^\[\[[\w.-]+:([\w.-]+)\]\]$")  # what the forum's own script would translate


def thread_page(document: object, address: str) -> ThreadPage:
    """Return the posts of one page. Raises Gone for a page past the end, Unreadable when it is no page of posts, or
    lacks what a post needs."""
    place = addresses.topic(address)
    title = text(within(document, "titleRaw")) or unescape(text(within(document, "title")) or "")
    ref = ThreadRef(ThreadId(text(within(document, "tid")) or place.id), place.url, title)
    told = nodes(within(document, "posts"), "list of posts")
    if not told and (place.page or 1) > 1:
        raise Gone(f"{address} lies past the topic's end.")
    if not told:
        raise Unreadable(f"{address} shows no post.")
    posts = tuple(_post(item, ref, place.root) for item in told if not flag(item.get("deleted")))
    return ThreadPage(address, ref, posts, _neighbours(document, place), flag(within(document, "locked")))


def board_page(document: object, address: str) -> BoardPage:
    """Return the topics of one page. Raises Unreadable when the document is no list of them."""
    root = address.partition("/api/")[0]
    topics = nodes(within(document, "topics"), "list of topics")
    rows = [_row(item, root) for item in topics if not (flag(item.get("deleted")) or flag(item.get("scheduled")))]
    following = _next_page(document, len(topics))
    return BoardPage(tuple(rows), Neighbours(next=addresses.further(address, following) if following else None))


def places(document: object) -> int:
    """Return how many posts stand on a topic's page, deleted ones among them."""
    return len(nodes(within(document, "posts"), "list of posts"))


def author(user: object, root: str) -> Author:
    """Return who wrote something, by the name that mentions use, not the one that people may choose freely. Guests
    and those whose account is gone have the id 0."""
    user_id, slug = text(within(user, "uid")), text(within(user, "userslug"))
    name = unescape(text(within(user, "username")) or "")
    if user_id in {None, "0", "-1"} or not name:
        key = _KEY.match(name)
        return Author(key[1].replace("-", " ").capitalize() if key else name or "[deleted]")
    return Author(name, user_id, f"{root}/user/{quote(slug)}" if slug else None)


def flag(value: object) -> bool:
    """Return a flag, which older versions tell as a number or a text."""
    return value is True or number(value) == 1


def _post(item: Node, ref: ThreadRef, root: str) -> Post:
    post_id, html = text(item.get("pid")), item.get("content")
    if post_id is None or not isinstance(html, str):
        raise Unreadable(f"A post of {ref.url} lacks its id or its text.")
    handle = text(item.get("handle"))
    writer = author(item.get("user"), root)
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=Author(handle) if handle and writer.guest else writer,
        html=html.strip(),
        url=addresses.post_url(root, post_id),
        time=moment(number(item.get("timestamp"))),
        edited=moment(number(item.get("edited"))),
        opening=number(item.get("index")) == 0,
        attachments=_attachments(item.get("attachments")),
    )


def _attachments(told: object) -> tuple[Attachment, ...]:
    """What hangs on a post that came from elsewhere; people's own files stand in the text."""
    found = [each for each in (told if isinstance(told, list) else ()) if text(within(each, "url"))]
    return tuple(
        Attachment(str(within(each, "url")), text(within(each, "name")) or "", text(within(each, "mediaType")))
        for each in found
    )


def _row(item: Node, root: str) -> BoardRow:
    topic_id, count, last = text(item.get("tid")), text(item.get("postcount")), number(item.get("lastposttime"))
    if topic_id is None or count is None or last is None:
        raise Unreadable("A topic of the list lacks its id, or what tells that it got a post.")
    title = text(item.get("titleRaw")) or unescape(text(item.get("title")) or "")
    return BoardRow(ThreadRef(ThreadId(topic_id), f"{root}/topic/{topic_id}", title), f"{count} {last}", moment(last))


def _neighbours(document: object, place: addresses.Topic) -> Neighbours:
    told = node(within(document, "pagination"), "pages of the topic")
    page, count = place.page or 1, number(told.get("pageCount")) or 1
    return Neighbours(
        next=place.at(page + 1) if page < count else None,
        previous=place.at(page - 1) if page > 1 else None,
        last=place.at(count) if page < count else None,
    )


def _next_page(document: object, shown: int) -> int | None:
    """Versions before 1.8 count the topics of their list and name no pages."""
    pages = within(document, "pagination")
    if isinstance(pages, dict):
        page, count = number(pages.get("currentPage")) or 1, number(pages.get("pageCount")) or 1
        return page + 1 if page < count else None
    following, every = number(within(document, "nextStart")), number(within(document, "topicCount"))
    if following is None or every is None or following >= every or not shown:
        return None
    return following // shown + 1
