"""Misago's documents as posts and rows. Pure.

Events are no posts, and hidden posts are deleted. Keys: https://github.com/rafalp/Misago,
misago/threads/serializers/post.py and thread.py, misago/core/shortcuts.py (pagination_dict)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import Node, moment, nodes, number, text, within
from forum_bridge.forums.engines.misago import addresses
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Attachment, Author, Post, PostId, ThreadId, ThreadRef


def thread_page(document: object, address: str, account_id: str | None = None, *, private: bool = False) -> ThreadPage:
    """Return the posts of one page. What waits for a moderator is left out, except our own account's: only so is a
    lost answer found there. Raises Unreadable when it is no page of posts, or lacks what a post needs."""
    place = addresses.thread(address, private=private)
    ref = _ref(document, address, place.id)
    if private:
        ref = replace(ref, url=place.url)  # without the title, which stands in it
    told = within(document, "post_set")
    written = [item for item in nodes(within(told, "results"), "list of posts") if item.get("is_event") is not True]
    if not written:
        raise Unreadable(f"{address} shows no post.")
    first = written[0] if number(within(told, "page")) == 1 else None
    posts = tuple(_post(item, address, ref, item is first) for item in written if _stands(item, account_id))
    if private:
        posts = tuple(replace(post, url=place.post(post.id)) for post in posts)
    locked = within(document, "is_closed") is True or within(document, "category", "is_closed") is True
    return ThreadPage(address, ref, posts, _neighbours(told, place), locked, account_id)


def board_page(document: object, address: str) -> BoardPage:
    """Return the threads of one page. Raises Unreadable when the document is no list of them."""
    rows = [_row(item, address) for item in nodes(within(document, "results"), "list of threads") if _stands(item)]
    start = number(within(document, "next"))
    return BoardPage(tuple(rows), Neighbours(next=addresses.further(address, start) if start else None))


def members(document: object) -> frozenset[str]:
    """Return the ids of those who take part in a private thread."""
    told = nodes(within(document, "participants"), "list of participants")
    return frozenset(found for each in told if (found := text(each.get("id"))) is not None)


def author(user: object, name: object, address: str) -> Author:
    """Return who a document names: a member, or the mere name of an account that is gone."""
    user_id, shown, url = text(within(user, "id")), text(within(user, "username")), text(within(user, "url"))
    if user_id is None or shown is None:
        return Author(text(name) or "[deleted]")
    return Author(shown, user_id, urljoin(address, url) if url else None)


def post_address(item: object, address: str) -> str | None:
    """Return the address of a post for people, None where the document tells none."""
    told = text(within(item, "url", "index"))
    return urljoin(address, told) if told else None


def _post(item: Node, address: str, ref: ThreadRef, opening: bool) -> Post:
    post_id, url = text(item.get("id")), post_address(item, address)
    if post_id is None or url is None or "content" not in item:
        raise Unreadable(f"A post of {ref.url} lacks its id, its address or its text.")
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=author(item.get("poster"), item.get("poster_name"), address),
        html=(text(item["content"]) or "").strip(),  # none where the forum itself refuses to show it
        url=url,
        time=moment(item.get("posted_on")),
        edited=moment(item.get("updated_on")) if number(item.get("edits")) else None,
        opening=opening,
        attachments=attachments(item, address),
        waits=item.get("is_unapproved") is True,
    )


def attachments(item: object, address: str) -> tuple[Attachment, ...]:
    """Return the files that hang on a post."""
    told = within(item, "attachments")
    found = [
        Attachment(urljoin(address, url), text(each.get("filename")) or "", size=number(each.get("size")))
        for each in (nodes(told, "list of files") if told else ())
        if (url := text(within(each, "url", "index")))
    ]
    return tuple(reversed(found))  # told newest first


def _stands(item: Node, account_id: str | None = None) -> bool:
    """Whether a post or a thread can be seen by everybody, or is our own."""
    if item.get("is_hidden") is True:
        return False
    ours = account_id is not None and text(within(item, "poster", "id")) == account_id
    return item.get("is_unapproved") is not True or ours


def _row(item: Node, address: str) -> BoardRow:
    thread_id, last, replies = text(item.get("id")), text(item.get("last_post")), text(item.get("replies"))
    if thread_id is None or last is None:
        raise Unreadable("A thread of the list lacks its id, or what tells that it got a post.")
    return BoardRow(_ref(item, address, thread_id), f"{last} {replies}", moment(item.get("last_post_on")))


def _ref(thread: object, address: str, thread_id: str) -> ThreadRef:
    url, title = text(within(thread, "url", "index")), text(within(thread, "title"))
    if url is None or title is None:
        raise Unreadable("A thread lacks its address or its title.")
    return ThreadRef(ThreadId(thread_id), urljoin(address, url), title)


def _neighbours(told: object, place: addresses.Thread) -> Neighbours:
    following, before, last = (number(within(told, name)) for name in ("next", "previous", "last"))
    return Neighbours(
        next=place.at(following) if following else None,
        previous=place.at(before) if before else None,
        last=place.at(last) if last else None,
    )
