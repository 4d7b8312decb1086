"""Vanilla's documents as posts and rows. Pure. Their keys: https://github.com/vanilla/vanilla,
applications/vanilla/openapi, discussions.yml and comments.yml."""

from __future__ import annotations

from collections.abc import Sequence

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.document import Node, moment, nodes, number, text, within
from forum_bridge.forums.engines.vanilla import addresses
from forum_bridge.forums.engines.vanilla.addresses import LIMIT, OPENING, Discussion
from forum_bridge.forums.engines.vanilla.written import as_written
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Author, Post, PostId, ThreadId, ThreadRef


def thread_page(document: object, address: str, about: object = None, account_id: str | None = None) -> ThreadPage:
    """Return the page that a list of comments is; ``about`` is the discussion itself, whose text opens the first page.

    Raises Unreadable when it is no list of comments, or a post lacks what it needs."""
    found = addresses.discussion(address)
    ref = ThreadRef(ThreadId(found.id), found.url, text(within(about, "name")) or "")
    items = nodes(document, "list of comments")
    posts = [_comment(item, ref, found) for item in items]
    if found.page == 1 and about is not None:
        posts.insert(0, _opening(about, ref))
    if found.page == 1 and not posts:
        raise Unreadable(f"{address} shows no post.")
    locked = within(about, "closed") is True
    return ThreadPage(address, ref, tuple(posts), _neighbours(found, len(items), about), locked, account_id)


def board_page(told: object, address: str, root: str) -> BoardPage:
    """Return the discussions of one page. Raises Unreadable when the document is no list of them."""
    rows = [_row(item, root) for item in nodes(told, "list of discussions")]
    return BoardPage(tuple(rows), Neighbours(next=addresses.following(address) if rows else None))


def ids(told: object) -> Sequence[int]:
    """Return the ids of the comments of a document."""
    found = (number(item.get("commentID")) for item in nodes(told, "list of comments"))
    return [each for each in found if each is not None]


def pages(about: object) -> int:
    """Return how many pages of comments a discussion has."""
    return max(1, -(-(number(within(about, "countComments")) or 0) // LIMIT))


def category_id(told: object, code: str) -> str | None:
    """Return the id of the category with this code in its address, None if the document does not tell it."""
    found = (text(each.get("categoryID")) for each in nodes(told, "list of categories") if each.get("urlcode") == code)
    return next(found, None)


def author(item: object) -> Author:
    """Return who wrote something; a guest, or somebody whose account is gone, has no id."""
    user_id, name = text(within(item, "insertUserID")), text(within(item, "insertUser", "name"))
    if user_id in {None, "0"} or name is None:
        return Author(name or "[deleted]", user_id if user_id not in {None, "0"} else None)
    return Author(name, user_id, text(within(item, "insertUser", "url")))


def _opening(about: object, ref: ThreadRef) -> Post:
    discussion_id, body = text(within(about, "discussionID")), within(about, "body")
    if discussion_id != ref.id or not isinstance(body, str):
        raise Unreadable(f"{ref.url} lacks its id or its text.")
    html, files = as_written(body.strip(), ref.url)
    return Post(
        id=PostId(f"{OPENING}{discussion_id}"),
        thread=ref,
        author=author(about),
        html=html,
        url=ref.url,
        time=moment(within(about, "dateInserted")),
        edited=moment(within(about, "dateUpdated")),
        opening=True,
        attachments=files,
    )


def _comment(item: Node, ref: ThreadRef, found: Discussion) -> Post:
    comment_id, body = text(item.get("commentID")), item.get("body")
    if comment_id is None or not isinstance(body, str):
        raise Unreadable(f"A comment of {ref.url} lacks its id or its text.")
    url = addresses.permalink(found.root, comment_id)
    html, files = as_written(body.strip(), url)
    return Post(
        id=PostId(comment_id),
        thread=ref,
        author=author(item),
        html=html,
        url=url,
        time=moment(item.get("dateInserted")),
        edited=moment(item.get("dateUpdated")),
        attachments=files,
    )


def _row(item: Node, root: str) -> BoardRow:
    discussion_id, last = text(item.get("discussionID")), text(item.get("dateLastComment"))
    if discussion_id is None:
        raise Unreadable("A discussion of the list lacks its id.")
    ref = addresses.ref(f"{root}/discussion/{discussion_id}", text(item.get("name")) or "")
    return BoardRow(ref, f"{text(item.get('countComments'))} {last}", moment(last))


def _neighbours(found: Discussion, shown: int, about: object) -> Neighbours:
    """The count of comments may be behind: a full page may be followed by another."""
    last = pages(about)
    more = found.page < last or shown == LIMIT
    return Neighbours(
        next=found.at(found.page + 1).comments if more else None,
        previous=found.at(found.page - 1).comments if found.page > 1 else None,
        last=found.at(max(last, found.page + 1)).comments if more else None,
    )
