"""Discourse's documents as posts and rows. Pure.

A post's keys: https://github.com/discourse/discourse, app/serializers/post_serializer.rb; a topic's:
topic_view_serializer.rb, post_stream_serializer_mixin.rb; the kinds of posts: app/models/post.rb, `Post.types`."""

from __future__ import annotations

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.api.document import Node, moment, nodes, number, text, within
from forum_bridge.forums.engines.discourse import addresses, cooked
from forum_bridge.forums.engines.discourse.addresses import Topic
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Author, Post, PostId, ThreadId, ThreadRef

CHUNK = 20  # posts a page, where the document does not tell
PRIVATE_MESSAGE = "private_message"
_WRITTEN = frozenset({1, 2})  # by somebody, 2 in the staff's colour; 3 are lines of events, 4 the staff's whispers


def thread_page(document: object, address: str, *, private: bool = False) -> ThreadPage:
    """Return one page of a topic; it has no post where all that stands there are events, whispers or hidden posts.

    Raises Unreadable when the document is no page of a topic, or a post lacks what it needs; WatchTrouble for a
    personal message where public topics are read, and the other way round."""
    found = addresses.topic(address)
    if (within(document, "archetype") == PRIVATE_MESSAGE) is not private:
        raise _on_the_wrong_side(found, private=private)
    ref = ThreadRef(ThreadId(found.id), found.url, text(within(document, "title")) or "", private)
    items = nodes(within(document, "post_stream", "posts"), "list of posts")
    if not items:
        raise Unreadable(f"{address} shows no post.")
    posts = tuple(post(item, ref) for item in items if is_post(item))
    closed = within(document, "closed") is True or within(document, "archived") is True
    return ThreadPage(address, ref, posts, _neighbours(document, found, items), closed)


def board_page(document: object, address: str, root: str, *, private: bool = False) -> BoardPage:
    """Return the topics of one page; of personal messages not those that the forum itself sent: greetings, backups,
    reports. Raises Unreadable when the document is no list of them."""
    told = within(document, "topic_list")
    items = nodes(within(told, "topics"), "list of topics")
    rows = [_row(item, root, private=private) for item in items if not (private and _only_the_forum(item))]
    more = text(within(told, "more_topics_url")) is not None and bool(items)
    return BoardPage(tuple(rows), Neighbours(next=addresses.following(address) if more else None))


def post(item: Node, ref: ThreadRef) -> Post:
    """Return one post. Raises Unreadable when it lacks its id, its number or its text."""
    post_id, place, html = text(item.get("id")), number(item.get("post_number")), item.get("cooked")
    if post_id is None or place is None or not isinstance(html, str):
        raise Unreadable(f"A post of {ref.url} lacks its id, its number or its text.")
    url = addresses.permalink(ref.url, place, post_id)
    written = cooked.as_written(html.strip())
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=_author(item, ref),
        html=written,
        url=url,
        time=moment(item.get("created_at")),
        # `updated_at` alone changes whenever the forum works on a post
        edited=moment(item.get("updated_at")) if (number(item.get("version")) or 1) > 1 else None,
        opening=place == 1,
        attachments=cooked.attachments(written, url),
    )


def is_post(item: Node) -> bool:
    """Whether a post was written by somebody, for everybody, and can still be seen."""
    gone = item.get("hidden") is True or item.get("user_deleted") is True or item.get("deleted_at") is not None
    return item.get("post_type", 1) in _WRITTEN and not item.get("action_code") and not gone


def where(document: object, address: str) -> str:
    """Return the address of the place in its topic at which a post stands, by the post's own document. Raises
    Unreadable."""
    place, topic_id = number(within(document, "post_number")), text(within(document, "topic_id"))
    if place is None or topic_id is None:
        raise Unreadable(f"{address} does not tell in which topic the post stands.")
    return f"{address.rpartition('/posts/')[0]}/t/{topic_id}/{place}"


def _on_the_wrong_side(found: Topic, *, private: bool) -> WatchTrouble:
    if private:
        return WatchTrouble(f"{found.url} is a public topic and no personal message.", explanation="Watch the topic.")
    return WatchTrouble(f"{found.url} is a personal message.", explanation="Watch the inbox of the account instead.")


def _author(item: Node, ref: ThreadRef) -> Author:
    """The name is the one that mentions and quotes have to use; the one that people choose freely is another."""
    name, user_id = text(item.get("username")), text(item.get("user_id"))
    if name is None or user_id is None:
        return Author("[deleted]")
    return Author(name, user_id, f"{ref.url.rpartition('/t/')[0]}/u/{name}")


def _row(item: Node, root: str, *, private: bool) -> BoardRow:
    topic_id, last = text(item.get("id")), number(item.get("highest_post_number"))
    if topic_id is None or last is None:
        raise Unreadable("A topic of the list lacks its id, or what tells that it got a post.")
    ref = ThreadRef(ThreadId(topic_id), f"{root}/t/{topic_id}", text(item.get("title")) or "", private)
    mark = " ".join(str(each) for each in (last, item.get("posts_count"), item.get("bumped_at")))
    return BoardRow(ref, mark, moment(item.get("last_posted_at")), _person(item) if private else None)


def _others(item: Node) -> list[str]:
    """Return the ids of those with whom a personal message is; its row tells all who take part but ourselves, of many
    only some."""
    told = nodes(item.get("participants") or [], "list of participants")
    return [user_id for each in told if (user_id := text(each.get("user_id"))) is not None]


def _person(item: Node) -> str | None:
    others = _others(item)
    return others[0] if len(others) == 1 else None


def _only_the_forum(item: Node) -> bool:
    """Whether nobody else takes part but the forum's own members, whose ids are negative (db/fixtures/009_users.rb)."""
    others = _others(item)
    return bool(others) and all(each.startswith("-") for each in others)


def _neighbours(document: object, found: Topic, items: list[Node]) -> Neighbours:
    """Return the pages around. The document tells the ids of all posts; of more than 10,000 (a "mega topic") it tells
    how many they are and the last one only."""
    size = number(within(document, "chunk_size")) or CHUNK
    stream = within(document, "post_stream", "stream")
    ids = [text(each) for each in stream] if isinstance(stream, list) else []
    first, last = text(items[0].get("id")), text(items[-1].get("id"))
    start = ((found.page or 1) - 1) * size
    if first in ids:
        start = start if found.number is None else ids.index(first)
        return _around(found, size, start, len(items), len(ids))
    ends = last == text(within(document, "post_stream", "lastId")) or len(items) < size
    if found.number is not None:
        return _about(found, size, items, ends=ends)
    told = 0 if ends else number(within(document, "posts_count")) or 0  # events do not count: it may be some more
    return _around(found, size, start, len(items), max(told, start + len(items) + (0 if ends else 1)))


def _around(found: Topic, size: int, start: int, shown: int, count: int) -> Neighbours:
    """Return the pages around ``shown`` posts from place ``start`` on, out of ``count``."""

    def page(place: int) -> str:
        return addresses.page_of(found, place // size + 1)

    more = start + shown < count
    return Neighbours(
        next=page(start + shown) if more else None,
        previous=page(start - 1) if start > 0 else None,
        last=page(count - 1) if more else None,
    )


def _about(found: Topic, size: int, items: list[Node], *, ends: bool) -> Neighbours:
    """Return the neighbourhoods of posts around these where nothing tells their places, which deleted posts shift
    against their numbers. A neighbourhood is a quarter of a page before the post and the rest of it after."""
    first, last = number(items[0].get("post_number")) or 1, number(items[-1].get("post_number")) or 1
    return Neighbours(
        next=None if ends else f"{found.url}/{last}.json",
        previous=f"{found.url}/{max(1, first - (size - size // 4 - 1))}.json" if first > 1 else None,
    )
