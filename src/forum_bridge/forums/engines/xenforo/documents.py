"""The documents of XenForo's API as posts and rows. Pure. Their keys: https://docs.xenforo.com/api."""

from __future__ import annotations

from forum_bridge.errors import Gone, Unreadable
from forum_bridge.forums.api.document import Node, moment, node, nodes, number, text, within
from forum_bridge.forums.engines.xenforo.addresses import Addresses, permalink
from forum_bridge.forums.engines.xenforo.parsed import whole
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Attachment, Author, Post, PostId, ThreadId, ThreadRef


def thread_page(document: object, address: str, addresses: Addresses) -> ThreadPage:
    """Return one page of a thread. Raises Unreadable when it holds no post, or not what a post needs; Gone for what
    only says that a thread has moved."""
    about = node(within(document, "thread"), "thread")
    ref = thread_ref(about, addresses)
    if about.get("discussion_type") == "redirect":
        raise Gone(f"{ref.url} has become part of another thread.")
    items = nodes(within(document, "posts"), "list of posts")
    posts = tuple(post(item, ref) for item in items if item.get("message_state", "visible") == "visible")
    if not posts:
        raise Unreadable(f"{address} shows no post.")
    return ThreadPage(
        address, ref, posts, neighbours(document, address, addresses), about.get("discussion_open") is False
    )


def board_page(document: object, address: str, addresses: Addresses) -> BoardPage:
    """Return the threads of one page. Those that are held on top come first, and are newer or older than the others.
    Raises Unreadable when the document is no list of threads."""
    held = within(document, "sticky")
    threads = [*nodes(held if held is not None else [], "list"), *nodes(within(document, "threads"), "list of threads")]
    rows = [_row(each, addresses) for each in threads if _is_thread(each)]
    return BoardPage(tuple(rows), neighbours(document, address, addresses))


def post(item: Node, ref: ThreadRef) -> Post:
    """Return one post. Raises Unreadable when it lacks its id or its text."""
    post_id, html = text(item.get("post_id")), item.get("message_parsed")
    if post_id is None or not isinstance(html, str):
        raise Unreadable(f"A post of {ref.url} lacks its id or its text.")
    files = attachments(item)
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=author(item),
        html=whole(html.strip(), text(item.get("message")) or "", files),
        url=permalink(text(item.get("view_url")) or ref.url, post_id),
        time=moment(item.get("post_date")),
        edited=moment(item.get("last_edit_date")),  # 0 where it was never edited
        opening=item.get("is_first_post") is True,
        attachments=tuple(files.values()),
    )


def author(item: Node) -> Author:
    """Return who wrote a post or a message; guests and deleted members have a name only."""
    user_id, name = text(item.get("user_id")), text(item.get("username"))
    if user_id is None or user_id == "0":
        return Author(name or "[deleted]")
    return Author(name or user_id, user_id, text(within(item, "User", "view_url")))


def attachments(item: Node) -> dict[str, Attachment]:
    """Return the files that hang on a post, by their ids."""
    told = within(item, "Attachments")
    files: dict[str, Attachment] = {}
    for each in nodes(told if told is not None else [], "list of attachments"):
        file_id, url = text(each.get("attachment_id")), text(each.get("direct_url"))
        if file_id is not None and url is not None:
            files[file_id] = Attachment(url, text(each.get("filename")) or "", size=number(each.get("file_size")))
    return files


def thread_ref(about: Node, addresses: Addresses) -> ThreadRef:
    """Return the thread that a document tells of. Raises Unreadable."""
    thread_id = text(about.get("thread_id"))
    if thread_id is None:
        raise Unreadable("The forum's API told a thread without its id.")
    url = text(about.get("view_url")) or f"{addresses.root}/threads/{thread_id}/"
    return ThreadRef(ThreadId(thread_id), url, text(about.get("title")) or "")


def neighbours(document: object, address: str, addresses: Addresses) -> Neighbours:
    """Return the pages around. Raises Unreadable when the document does not tell which page it is."""
    page, last = (
        number(within(document, "pagination", "current_page")),
        number(within(document, "pagination", "last_page")),
    )
    if page is None or last is None:
        raise Unreadable(f"{address} does not tell which of how many pages it is.")
    more = page < last
    return Neighbours(
        next=addresses.turned(address, page + 1) if more else None,
        previous=addresses.turned(address, page - 1) if page > 1 else None,
        last=addresses.turned(address, last) if more else None,
    )


def _is_thread(about: Node) -> bool:
    return about.get("discussion_state", "visible") == "visible" and about.get("discussion_type") != "redirect"


def _row(about: Node, addresses: Addresses) -> BoardRow:
    last = text(about.get("last_post_id"))
    if last is None:
        raise Unreadable("A thread of the list lacks what tells that it got a post.")
    mark = " ".join(str(each) for each in (last, about.get("reply_count"), about.get("last_post_date")))
    return BoardRow(thread_ref(about, addresses), mark, moment(about.get("last_post_date")))
