"""What a preset finds on a page: which element and which text, key by key and post by post. Elements are numbered in
the order of the page, so that another tree of the same page can show them. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.html.address import link_to
from forum_bridge.forums.html.containers import containers
from forum_bridge.forums.html.parse import any_present, parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.preset_parts import Board, Posts
from forum_bridge.forums.html.value import Value, shown_text
from forum_bridge.forums.reading.page import BoardPage, ThreadPage
from forum_bridge.markup.quotes import is_quote
from forum_bridge.markup.tree import Element, parse
from forum_bridge.model import Post
from forum_bridge.workbench.look import Seen

NUMBER = "fb-n"  # the attribute that numbers elements; no forum has it
POST_KEYS = ("id", "author", "author_id", "author_url", "time", "edited", "body", "drop", "link", "attachments")
ROW_KEYS = ("link", "title", "moved", "time")
THREAD_KEYS = ("title", "next", "previous")


@dataclass(frozen=True, slots=True)
class Spot:
    """What a key found: the number of the element, and the text as the preset reads it."""

    element: int
    text: str


Spots = Mapping[str, tuple[Spot, ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """One post or row: the number of its element, what lies beside it, what each key found, and the quotes in its text.
    ``post`` is what the adapter makes of it; None where it reads none, and where the preset says that it is none
    (``skipped``)."""

    element: int
    beside: tuple[int, ...] = ()
    spots: Spots = field(default_factory=dict)
    quotes: tuple[Spot, ...] = ()
    post: Post | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """A page as a preset finds it. ``part`` is ``posts`` or ``board``. ``page`` is what the adapter reads; else
    ``trouble`` says why it reads nothing. ``around`` holds what stands around the posts: title, links to other
    pages, the forms to sign in and to reply."""

    seen: Seen
    preset: Preset
    part: str
    items: tuple[Item, ...] = ()
    around: Spots = field(default_factory=dict)
    page: ThreadPage | BoardPage | None = None
    trouble: str = ""

    def nodes(self) -> list[LexborNode]:
        """Return the nodes of posts or rows, of a tree of their own."""
        root = self.seen.tree()
        if root is None:
            return []
        board = self.preset.board
        return root.css(board.row) if self.part == "board" and board else containers(root, self.preset.posts)


def numbered(seen: Seen) -> LexborNode | None:
    """Return the page's tree, each element with its number."""
    root = seen.tree()
    if root is not None:
        for number, node in enumerate(root.traverse()):
            if node.is_element_node:  # else a comment
                node.attrs[NUMBER] = str(number)
    return root


def examined(seen: Seen, preset: Preset) -> Examined:
    """Return what ``preset`` finds on a page of a thread; or of a board, if it shows rows and no posts."""
    root = numbered(seen)
    if root is None:
        return Examined(seen, preset, "posts", trouble="The page is empty.")
    if preset.board is not None and root.css_first(preset.posts.container) is None and root.css(preset.board.row):
        return _board(seen, preset, preset.board, root)
    page, trouble = _thread_page(seen, preset)
    read: dict[str, Post] = {post.id: post for post in page.posts} if page is not None else {}
    around = _around(root, preset, seen.url, page.next if page is not None else None)
    own = {_number(head): {_number(child) for child in head.iter()} for head in root.css(preset.posts.container)}
    items = tuple(_post(node, preset.posts, read, own[_number(node)]) for node in containers(root, preset.posts))
    return Examined(seen, preset, "posts", items, around, page, trouble)


def _around(root: LexborNode, preset: Preset, url: str, following: str | None) -> Spots:
    """Return what stands around the posts. ``following`` is the address of the next page: what links to it is shown."""
    around = {key: _spots(getattr(preset.thread, key), root) for key in THREAD_KEYS}
    if preset.thread.pages is not None:
        strip = _elements(root.css(preset.thread.pages))
        around["pages"] = tuple(spot for spot in strip if spot.text.strip("[]() ").isdecimal())
    if following is not None and not around["next"]:
        links = (link for link in root.css("a[href]") if _leads_to(link, url, following))
        around["next"] = _elements(list(links)[:1])
    for name, part in (("reply", preset.reply), ("login", preset.login)):
        around[name] = _elements(root.css(part.form)[:1] if part is not None else ())
    return around


def _leads_to(link: LexborNode, url: str, there: str) -> bool:
    return urldefrag(link_to(url, link.attributes.get("href") or "")).url == urldefrag(there).url


def _quotes(body: LexborNode) -> Iterator[LexborNode]:
    """Yield the quotes in a text, outer and inner ones."""
    for node in body.traverse():
        whole = parse(node.html or "").children if node.tag == "table" else ()
        table = next((each for each in whole if isinstance(each, Element)), None)
        if (
            node.is_element_node
            and node.mem_id != body.mem_id
            and is_quote(table or Element(node.tag or "", dict(_told(node))))
        ):
            yield node


def _told(node: LexborNode) -> Iterator[tuple[str, str]]:
    return ((name, value or "") for name, value in node.attributes.items())


def _thread_page(seen: Seen, preset: Preset) -> tuple[ThreadPage | None, str]:
    try:
        return parse_thread(seen.html, seen.url, preset, seen.served), ""
    except WatchTrouble as error:
        return None, str(error)


def _board(seen: Seen, preset: Preset, board: Board, root: LexborNode) -> Examined:
    page, trouble = None, ""
    try:
        page = parse_board(seen.html, seen.url, preset, seen.served)
    except WatchTrouble as error:
        trouble = str(error)
    rows = root.css(board.row)
    items = tuple(Item(_number(row), spots={key: _spots(getattr(board, key), row) for key in ROW_KEYS}) for row in rows)
    return Examined(seen, preset, "board", items, {}, page, trouble)


def _post(node: LexborNode, keys: Posts, read: Mapping[str, Post], own: set[int]) -> Item:
    """Return a post; ``own`` are the numbers of what lay in its container before rows beside it were moved there."""
    body = node.css_first(keys.body)
    spots = {key: _spots(getattr(keys, key), node) for key in POST_KEYS if key not in {"body", "drop", "attachments"}}
    spots["body"] = _elements([body] if body is not None else [])
    spots["drop"] = _elements(each for css in keys.drop if body is not None for each in body.css(css))
    spots["attachments"] = _elements(node.css(keys.attachments) if keys.attachments is not None else ())
    beside = tuple(number for child in node.iter() if (number := _number(child)) not in own)
    found = spots["id"][0].text if spots["id"] else ""
    skipped = any_present(keys.skip, node)
    quotes = _elements(_quotes(body) if body is not None else ())
    return Item(_number(node), beside, {key: spots[key] for key in POST_KEYS}, quotes, read.get(found), skipped)


def _spots(values: Iterable[Value], node: LexborNode) -> tuple[Spot, ...]:
    """Return what the first value finds that finds something."""
    place = next((found for value in values if (found := value.place_in(node)) is not None), None)
    return (Spot(_number(place[0]), place[1]),) if place is not None else ()


def _elements(nodes: Iterable[LexborNode]) -> tuple[Spot, ...]:
    return tuple(Spot(_number(node), shown_text(node)) for node in nodes)


def _number(node: LexborNode) -> int:
    return int(node.attributes.get(NUMBER) or 0)
