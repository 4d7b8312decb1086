"""From a page's HTML to posts or to a board's rows: pure, no network, no clock. It reads what a preset names and
refuses a page on which too little of that is found: silence is how scrapers die."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urldefrag
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.html.address import link_to, names_post, post_address, thread_ref
from forum_bridge.forums.html.containers import containers
from forum_bridge.forums.html.paging import neighbours, of_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Board, Posts
from forum_bridge.forums.html.preset_private import Inbox
from forum_bridge.forums.html.times import Reckoning
from forum_bridge.forums.html.tree import tree_of
from forum_bridge.forums.html.unread import unread_posts
from forum_bridge.forums.html.value import Value, first_found, shown_text
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.markup.urls import without_session
from forum_bridge.model import Attachment, Author, Post, PostId, ThreadId, ThreadRef

_PICTURES_NAME = (Value(attribute="alt"), Value("img", "alt"))
LOOKS = 12  # at a thread that may grow unseen
UNGROUP = "Let the account's settings show each message by itself: see the page of this engine in the manual."
BROKEN_SHARE = 0.2  # of the containers on a page; more without id, author or body means the theme has changed


def parse_thread(html: str, url: str, preset: Preset, served: datetime | None) -> ThreadPage:
    """Read a thread's page that came from ``url``, the address after redirects, ``served`` by its server's clock (None
    if nobody knows: then times that it tells relative to that moment are not read).

    Raises Unreadable: the page is cut, shows no post, or lacks ids, authors or bodies in over a fifth of its posts."""
    check_whole(html, preset)
    root = tree_of(html, url)
    nodes = containers(root, preset.posts) if root is not None else []
    if root is None or not nodes:
        raise Unreadable(f"{url} shows no post: nothing on the page is a {preset.posts.container}")
    title, thread_id = first_found(preset.thread.title, root) or "", first_found(preset.thread.id, root)
    if thread_id is None and names_post(url, preset):
        raise Unreadable(f"{url} does not tell which thread its posts stand in: thread.id finds nothing")
    ref = thread_ref(url, preset, title, thread_id)
    pages = of_thread(root, url, ref.url, preset.thread)
    locked, account = any_present(preset.thread.locked, root), own_id(root, preset)
    posts, broken = _posts(nodes, ref, url, preset, _reckoning(root, preset, served))
    if not posts:
        raise Unreadable(f"{url} shows no post: all that stands there is pending or deleted")
    if pages.previous is None:
        posts[0] = replace(posts[0], opening=True)
    unread = unread_posts(root, nodes, preset.posts, {post.id for post in posts})
    return ThreadPage(urldefrag(without_session(url)).url, ref, tuple(posts), pages, locked, account, unread, broken)


def parse_board(html: str, url: str, preset: Preset, served: datetime | None) -> BoardPage:
    """Read a board's page, which has no row only where it says so; ``served`` as for ``parse_thread``. Raises
    Unreadable: the page is cut, shows no thread, or its rows lack links or marks."""
    board = preset.board
    if board is None:
        raise Unreadable("This adapter does not read boards.", explanation="Watch the threads themselves.")
    check_whole(html, preset)
    root = tree_of(html, url)
    nodes = root.css(board.row) if root is not None else []
    if root is not None and isinstance(board, Inbox) and any_present(board.grouped, root):
        raise Unreadable(f"{url} puts several messages into one row.", explanation=UNGROUP)
    full = root is not None and isinstance(board, Inbox) and any_present(board.full, root)
    if root is not None and not nodes and any_present(board.empty, root):
        return BoardPage((), Neighbours(), full=full)
    if root is None or not nodes:
        raise Unreadable(f"{url} shows no thread: nothing on the page is a {board.row}")
    reckoning, sure = _reckoning(root, preset, served), _tells_zone(root, preset)
    found = [_row(node, url, preset, board, reckoning) for node in nodes]
    broken = found.count(None)
    if broken > BROKEN_SHARE * len(found):
        raise Unreadable(f"{url}: {broken} of {len(found)} threads lack an address or what tells that they moved")
    return BoardPage(tuple(row for row in found if row is not None), neighbours(root, url, board), sure, full)


def check_whole(html: str, preset: Preset) -> None:
    """Raise Unreadable when the page ends before what every whole page contains."""
    if preset.complete and preset.complete not in html and preset.complete.lower() not in html.lower():
        raise Unreadable("the page ends in the middle", explanation="The bridge reads it again; nothing was skipped.")


def any_present(values: tuple[Value, ...], node: LexborNode) -> bool:
    """Return whether any of the values stands in ``node``."""
    return any(value.present_in(node) for value in values)


def own_id(root: LexborNode, preset: Preset) -> str | None:
    """Return the author id of the account that the page was made for, where the preset can tell."""
    found = first_found(preset.account_id, root)
    return unquote(found) if found else None


def _reckoning(root: LexborNode, preset: Preset, served: datetime | None) -> Reckoning:
    reckoning = Reckoning(ZoneInfo(preset.timezone), served, preset.date_order, preset.time_formats)
    reckoning = reckoning.in_zone(first_found(preset.zone, root))
    return reckoning.by_the_pages_clock(first_found(preset.clock, root))


def _tells_zone(root: LexborNode, preset: Preset) -> bool:
    """Whether a page tells its zone, where the engine's do."""
    told = (*preset.zone, *preset.clock)
    return not told or any_present(told, root)


def _posts(
    nodes: list[LexborNode], ref: ThreadRef, url: str, preset: Preset, reckoning: Reckoning
) -> tuple[list[Post], int]:
    """Return the posts of a page as it orders them, and how many were passed over. Raises Unreadable when those are too
    many."""
    posts: dict[str, Post] = {}
    firsts: dict[str, Post] = {}  # by what the versions of one post share
    broken = 0
    for node in nodes:
        shared = first_found(preset.posts.versions, node)
        first = firsts.get(shared) if shared is not None else None
        if any_present(preset.posts.skip, node):
            posts.pop(first.id if first else "", None)
            continue
        post = _post(node, ref, url, preset, reckoning)
        if post is None:
            broken += 1
            continue
        if first is not None:
            edited = post.edited or post.time
            post = replace(first, html=post.html, attachments=post.attachments, edited=edited)
        elif shared is not None:
            firsts[shared] = post
        posts[post.id] = post
    if broken > BROKEN_SHARE * len(nodes):
        raise Unreadable(f"{url}: {broken} of {len(nodes)} posts lack an id, an author or a body")
    return list(posts.values()), broken


def _post(node: LexborNode, ref: ThreadRef, url: str, preset: Preset, reckoning: Reckoning) -> Post | None:
    """Read one post; None when it lacks what no post can lack. Nodes to drop are taken out of the tree."""
    keys = preset.posts
    body, post_id, name = node.css_first(keys.body), first_found(keys.id, node), first_found(keys.author, node)
    if body is None or post_id is None or name is None:
        return None
    time, edited, link, author_url, author_id = (
        first_found(values, node) for values in (keys.time, keys.edited, keys.link, keys.author_url, keys.author_id)
    )
    attachments = _attachments(node, url, keys)
    for selector in keys.drop:
        for unwanted in body.css(selector):
            unwanted.decompose()
    return Post(
        id=PostId(post_id),
        thread=ref,
        author=Author(
            name, unquote(author_id) if author_id else None, link_to(url, author_url) if author_url else None
        ),
        html=(body.inner_html or "").strip(),
        url=link_to(url, link) if link else post_address(post_id, ref, preset),
        time=reckoning.read(time),
        edited=reckoning.read(edited),
        attachments=attachments,
    )


def _attachments(node: LexborNode, url: str, keys: Posts) -> tuple[Attachment, ...]:
    found: dict[str, str] = {}
    for file in node.css(keys.attachments) if keys.attachments else []:
        address = file.attributes.get("href") or file.attributes.get("src")
        if address:
            name = first_found(keys.attachment_name, file) or shown_text(file) or first_found(_PICTURES_NAME, file)
            found[link_to(url, address)] = name or ""
    return tuple(Attachment(address, name) for address, name in found.items())


def _row(node: LexborNode, url: str, preset: Preset, board: Board, reckoning: Reckoning) -> BoardRow | None:
    link = first_found(board.link, node)
    marks = [value.found_in(node) or "" for value in board.moved]
    if link is None or not any(marks):
        return None
    title = first_found(board.title, node) or _link_text(node, link)
    time = reckoning.read(first_found(board.time, node))
    address = link_to(url, link)
    try:
        ref = thread_ref(address, preset, title)
    except WatchTrouble:
        ref = ThreadRef(ThreadId(address), address, title)
    if names_post(address, preset):
        ref = replace(ref, id=ThreadId(ref.url))
    person = first_found(board.person, node) if isinstance(board, Inbox) else None
    unsettled = _unsettled(board, time, reckoning.served)
    return BoardRow(ref, " ".join(marks) + unsettled, time, person, growing=bool(unsettled))


def _unsettled(board: Board, last_post: datetime | None, served: datetime | None) -> str:
    """Return what changes a few times while a thread may grow unseen, and once when it no longer may."""
    if board.settles_after is None or last_post is None or served is None:
        return ""
    window = timedelta(minutes=board.settles_after)
    age = served - last_post
    return f" ~{age // (window / LOOKS)}" if age < window else ""


def _link_text(node: LexborNode, href: str) -> str:
    texts = (shown_text(link) for link in node.css("a") if link.attributes.get("href") == href)
    return next((text for text in texts if text), "")
