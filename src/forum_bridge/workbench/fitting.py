"""Fits a preset to a forum: looks at as few pages of it as show what a preset has to say, guesses, and reads them with
what was guessed. Live, it asks for a thread, its second page, its board, the page to sign in on and another thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from pydantic import ValidationError

from forum_bridge.errors import BridgeError, Unreadable, WatchTrouble
from forum_bridge.forums.html.parse import parse_board, parse_thread
from forum_bridge.forums.html.preset import Preset
from forum_bridge.forums.html.value import Value
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.web.address import belongs
from forum_bridge.web.session import ForumSession
from forum_bridge.workbench.guess.forms import guess_login, guess_reply, login_link
from forum_bridge.workbench.guess.ids import POSITIONS
from forum_bridge.workbench.guess.preset import Guessed, Pages, guess_preset
from forum_bridge.workbench.look import Seen, fetched

SEVERAL = "Give the address of a thread with at least two posts, best by several people and of more than one page."
_BOARD = re.compile(r"(?i)forum|board|bolum|bölüm|kategori|categor|section|topics|/c/|[?&;](?:f|fid|b)=|konular")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """A preset and what it reads of a thread's page; else ``trouble`` says why it reads none."""

    preset: Preset | None
    page: ThreadPage | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was guessed and what it reads: the thread's page, how many threads of the board, another thread (None: none
    was seen). ``missing`` says which pages could not be had."""

    pages: Pages
    guessed: Guessed
    reading: Reading
    rows: int | None = None
    other: ThreadPage | None = None
    missing: tuple[str, ...] = field(default=())


async def collect(session: ForumSession, thread: Seen, tell: Tell) -> tuple[Pages, Seen | None, tuple[str, ...]]:
    """Fetch what is needed beside a live forum's ``thread``; return the pages, another thread of the same board if
    there is one, and what could not be had. Raises Unreadable: it does not look like several posts."""
    pages, url = Pages(thread), thread.url
    first = _guessed(pages)
    missing: list[str] = []

    async def also(what: str, address: str | None) -> Seen | None:
        if address is None or not belongs(address, session.base_url):
            return None
        tell(what)
        try:
            return await fetched(session, address)
        except BridgeError as error:
            missing.append(f"{what} could not be read: {error}")
            return None

    following = first.pager.next
    href = Value.parse(following.text).found_in(first.posts.scene.outline.root) if following is not None else None
    page = read_with(first.draft.plain(), pages.thread).page
    pages = replace(pages, second=await also("its second page", (page.next if page else None) or _absolute(url, href)))
    for address in board_links(pages.thread, first)[:2]:
        board = await also("its board", address)
        trial = replace(pages, board=board)
        if board is not None and _guessed(trial).board is not None:
            pages = trial
            break
    root = pages.thread.tree()
    pages = replace(
        pages, login=await also("the page to sign in on", login_link(root, url) if root is not None else None)
    )
    whole = _guessed(pages)
    links = whole.board.links if whole.board is not None else {}
    another = next((link for thread, link in links.items() if thread != whole.address.id), None)
    return pages, await also("another thread", another), tuple(missing)


def sorted_out(saved: Sequence[Seen]) -> Pages:
    """Return saved pages by what they show: the first is the thread, the others are told by what is on them."""
    pages = Pages(saved[0])
    for seen in saved[1:]:
        root = seen.tree()
        if root is None:
            continue
        if guess_login(root, seen.url) is not None and pages.login is None and guess_reply(root) is None:
            pages = replace(pages, login=seen)
        elif guess_reply(root) is not None or re.search(r"(?i)log[-_]?out|sign[-_]?out|cikis", seen.html):
            pages = replace(pages, member=(*pages.member, seen))
        elif pages.board is None and _guessed(replace(pages, board=seen)).board is not None:
            pages = replace(pages, board=seen)
        elif pages.second is None:
            pages = replace(pages, second=seen)
    return pages


def fit(pages: Pages, another: Seen | None = None, missing: tuple[str, ...] = ()) -> Fitted:
    """Guess a preset from pages and read them with it. Raises Unreadable: there are not several posts."""
    guessed = _guessed(pages)
    reading = read_with(guessed.draft.plain(), pages.thread)
    preset, page = reading.preset, reading.page
    if preset is None or page is None:
        return Fitted(pages, guessed, reading, missing=missing)
    rows, other = None, _other(guessed, preset, another, page) if another is not None else None
    if pages.board is not None and preset.board is not None:
        rows = _rows(guessed, preset, pages.board)
    return Fitted(pages, guessed, reading, rows, other, missing)


def read_with(tree: dict[str, object], thread: Seen) -> Reading:
    """Read a thread's page with a preset that may lack what no preset can lack."""
    try:
        preset = Preset.model_validate(tree)
    except ValidationError as error:
        lacking = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        return Reading(None, trouble=f"The preset is not whole yet: {lacking}")
    try:
        return Reading(preset, parse_thread(thread.html, thread.url, preset, thread.served))
    except WatchTrouble as error:
        return Reading(preset, trouble=str(error))


def _rows(guessed: Guessed, preset: Preset, board: Seen) -> int | None:
    try:
        return len(parse_board(board.html, board.url, preset, board.served).rows)
    except WatchTrouble as error:
        guessed.draft.doubts.append(f"The board {board.url} cannot be read with this: {error}")
        return None


def _other(guessed: Guessed, preset: Preset, seen: Seen, page: ThreadPage) -> ThreadPage | None:
    """Read another thread: it shows whether ids are the posts' own, or positions that begin anew."""
    section = guessed.draft.section("posts")
    try:
        other = parse_thread(seen.html, seen.url, preset, seen.served)
    except WatchTrouble as error:
        guessed.draft.doubts.append(f"Another thread, {seen.url}, cannot be read with this: {error}")
        return None
    if {post.id for post in page.posts} & {post.id for post in other.posts}:
        section.doubts["id"] = (
            "These are positions, not ids: another thread has the same ones. When a post is deleted those behind it"
            " move, and the bridge would take them for others. Look for a number that stays; the forum may have none."
        )
    elif section.doubts.get("id") == POSITIONS:
        del section.doubts["id"]  # they go on in another thread
    return other


def _guessed(pages: Pages) -> Guessed:
    guessed = guess_preset(pages)
    if guessed is None:
        raise Unreadable(f"{pages.thread.url} does not look like a thread with several posts.", explanation=SEVERAL)
    return guessed


def board_links(thread: Seen, guessed: Guessed) -> list[str]:
    """Return the addresses that may be the thread's board: links above the first post, the last of them first, for the
    board is the last step of the path that leads here."""
    scene = guessed.posts.scene
    first = scene.posts[0].first
    found: list[str] = []
    for element in scene.outline.elements[:first]:
        href = element.attributes.get("href", "") if element.tag == "a" else ""
        address = _absolute(thread.url, href)
        if address is None or re.search(guessed.address.match.text, address) or not _BOARD.search(href):
            continue
        if re.search(
            r"(?i)search|login|regist|rules|faq|feed|rss|\.xml|mark|members?\b|new(?:topic|thread)|posting|reply|action=(?!display)",
            href,
        ):
            continue
        found.append(address)
    return list(dict.fromkeys(reversed(found)))


def _absolute(url: str, href: str | None) -> str | None:
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return None
    address = urljoin(url, href).partition("#")[0]
    return address if address != url.partition("#")[0] else None
