"""Flarum's documents (https://jsonapi.org/format/1.0/) as posts and rows. Pure.

Posts of events (`discussionRenamed`, `discussionLocked` …) are none, and hidden ones are deleted. A post's attributes:
https://github.com/flarum/framework, Api/Serializer/PostSerializer.php (1.x), Api/Resource/PostResource.php (2.x)."""

from __future__ import annotations

from collections.abc import Mapping

from forum_bridge.errors import Gone, Unreadable
from forum_bridge.forums.api.document import Node, moment, node, nodes, number, text, within
from forum_bridge.forums.engines.flarum import addresses, uploads
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Author, Post, PostId, ThreadId, ThreadRef

Included = Mapping[tuple[str, str], Node]


def thread_page(document: object, address: str) -> ThreadPage:
    """Return the posts of one page; none where all are hidden. Raises Gone when nothing stands there any more: for a
    discussion that is deleted or closed to us, Flarum lists no posts instead of refusing; Unreadable when the page
    holds no post otherwise, or not what a post needs."""
    about = included(document)
    found = addresses.discussion(address)
    itself = about.get(("discussions", found.id))
    ref = ThreadRef(ThreadId(found.id), found.url, text(within(itself, "attributes", "title")) or "")
    listed = _posts(document)
    posts = tuple(post(item, about, ref) for item in listed if is_comment(item))
    if within(document, "data") == []:
        raise Gone(f"{ref.url} is deleted, closed to us, or not that long any more.")
    if not posts and not (listed and all(text(within(item, "attributes", "contentType")) for item in listed)):
        raise Unreadable(f"{address} shows no post.")
    locked = within(itself, "attributes", "isLocked") is True
    return ThreadPage(address, ref, posts, _neighbours(document, address), locked)


def board_page(document: object, address: str, root: str) -> BoardPage:
    """Return the discussions of the page at an address. Raises Unreadable when the document is no list of them."""
    rows = [_row(item, root) for item in nodes(within(document, "data"), "list of discussions")]
    following = text(within(document, "links", "next"))
    return BoardPage(tuple(rows), Neighbours(next=addresses.neighbour(following, address) if following else None))


def answerable(document: object) -> bool:
    """Whether we may answer in any discussion of a page of a board, as members may and guests may not."""
    rows = within(document, "data")
    return isinstance(rows, list) and any(within(row, "attributes", "canReply") is True for row in rows)


def actor(document: object) -> str | None:
    """Return the id of whom the forum takes us for, as its own document tells it, None for a guest."""
    return text(within(document, "data", "relationships", "actor", "data", "id"))


def post(item: Node, about: Included, ref: ThreadRef) -> Post:
    """Return one post. Raises Unreadable when it lacks its id, its number or its text."""
    attributes = node(item.get("attributes"), "attributes of a post")
    post_id, place, html = text(item.get("id")), number(attributes.get("number")), attributes.get("contentHtml")
    if post_id is None or place is None or not isinstance(html, str):
        raise Unreadable(f"A post of {ref.url} lacks its id, its number or its text.")
    html, files = uploads.taken_out(html.strip(), ref.url.rpartition("/d/")[0])
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=_author(item, about, ref),
        html=html,
        url=f"{ref.url}/{place}",
        time=moment(attributes.get("createdAt")),
        edited=moment(attributes.get("editedAt")),
        opening=place == 1,
        attachments=files,
        waits=attributes.get("isApproved") is False,
    )


def is_comment(item: Node) -> bool:
    """Whether a post was written by somebody and can be seen."""
    attributes = within(item, "attributes")
    return within(attributes, "contentType") == "comment" and within(attributes, "isHidden") is not True


def included(document: object) -> Included:
    """Return the objects that a document tells of, by type and id."""
    beside, data = within(document, "included"), within(document, "data")
    told = [*(beside if isinstance(beside, list) else ()), data]
    return {(str(each.get("type")), str(each.get("id"))): each for each in told if isinstance(each, Mapping)}


def _posts(document: object) -> list[Node]:
    """Return the posts of a document: its data, or what a discussion has beside it."""
    data = within(document, "data")
    if isinstance(data, list):
        return nodes(data, "list of posts")
    beside = nodes(within(document, "included"), "list of posts")
    posts = [each for each in beside if each.get("type") == "posts" and within(each, "attributes", "contentHtml")]
    return sorted(posts, key=lambda each: number(within(each, "attributes", "number")) or 0)


def _author(item: Node, about: Included, ref: ThreadRef) -> Author:
    user_id = text(within(item, "relationships", "user", "data", "id"))
    user = about.get(("users", user_id or ""))
    name = text(within(user, "attributes", "displayName")) or text(within(user, "attributes", "username"))
    if user_id is None or name is None:
        return Author("[deleted]")  # what Flarum shows for an account that is gone
    slug = text(within(user, "attributes", "slug")) or user_id
    return Author(name, user_id, f"{ref.url.rpartition('/d/')[0]}/u/{slug}")


def _row(item: Node, root: str) -> BoardRow:
    discussion_id, attributes = text(item.get("id")), node(item.get("attributes"), "attributes of a discussion")
    last, count = attributes.get("lastPostNumber"), attributes.get("commentCount")
    if discussion_id is None or (last is None and count is None):
        raise Unreadable("A discussion of the list lacks its id, or what tells that it got a post.")
    ref = ThreadRef(ThreadId(discussion_id), f"{root}/d/{discussion_id}", text(attributes.get("title")) or "")
    mark = " ".join(str(each) for each in (last, count, attributes.get("lastPostedAt")))
    return BoardRow(ref, mark, moment(attributes.get("lastPostedAt")))


def _neighbours(document: object, address: str) -> Neighbours:
    """The API names next and previous; the last page only the discussion's count of comments tells."""
    following, before = (text(within(document, "links", name)) for name in ("next", "prev"))
    return Neighbours(
        next=addresses.neighbour(following, address) if following else None,
        previous=addresses.neighbour(before, address) if before else None,
        last=addresses.at(address, 0) + addresses.LAST if following else None,
    )
