"""Puts what was guessed from a forum's pages together to a preset: from the thread's page what posts are, from the
others what they show. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from forum_bridge.forums.html.value import Value
from forum_bridge.workbench.guess.account import Known, Shown, draft_account
from forum_bridge.workbench.guess.addresses import ThreadAddress, guess_address
from forum_bridge.workbench.guess.boards import BoardGuess, guess_board
from forum_bridge.workbench.guess.clocks import guess_clock
from forum_bridge.workbench.guess.draft import Draft
from forum_bridge.workbench.guess.drops import guess_drop
from forum_bridge.workbench.guess.extras import guess_attachments, guess_link
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.guess.pager import PagerGuess, guess_pager
from forum_bridge.workbench.guess.posts import PostsGuess, guess_posts
from forum_bridge.workbench.guess.times import guess_edited
from forum_bridge.workbench.guess.titles import guess_title
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.site import under

ZONE = "Europe/Istanbul"


@dataclass(frozen=True, slots=True)
class Pages:
    """What was seen of a forum: a thread's page, and what else there is of it."""

    thread: Seen
    second: Seen | None = None
    board: Seen | None = None
    login: Seen | None = None
    member: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Guessed:
    """A preset in the making, and what it was made from."""

    draft: Draft
    posts: PostsGuess
    address: ThreadAddress
    pager: PagerGuess
    board: BoardGuess | None


def wall_clock(seen: Seen, zone: str = ZONE) -> datetime:
    """Return what a clock in the forum's zone showed when the page was served, naive; now for a saved page."""
    return (seen.served or datetime.now(UTC)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def guess_preset(pages: Pages, base: str | None = None) -> Guessed | None:
    """Return a preset in the making; None where the thread's page shows nothing that looks like several posts.
    ``base`` is the forum's start page, where that is known."""
    thread, now = pages.thread, wall_clock(pages.thread)
    posts = guess_posts(thread.html, thread.url, now)
    if posts is None:
        return None
    links = [each.attributes.get("href", "") for each in posts.scene.outline.elements if each.tag == "a"]
    address = guess_address(thread.url, links)
    if address is None:
        return None
    board = guess_board(pages.board.html, pages.board.url, address.match.text, now) if pages.board is not None else None
    pager = _pager(pages, posts, address.id)
    every = [each for each in (*pages.member, pages.login, thread) if each is not None]
    draft = Draft()
    _root(draft, pages, posts)
    served = (thread.served or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    draft.section("").take("clock", guess_clock(posts.scene.outline, posts.scene.moments, posts.scene.posts, served))
    _thread(draft, pages, posts, address, pager, board)
    _posts(draft, posts, now)
    if board is not None:
        _board(draft, board)
    shown = [Shown(each, root) for each in every if (root := each.tree()) is not None]
    draft_account(draft, shown, Known(base or under(thread.url, address.match.text), address.id, posts))
    return Guessed(draft, posts, address, pager, board)


def _pager(pages: Pages, posts: PostsGuess, thread: str) -> PagerGuess:
    first = guess_pager(posts.scene.outline, pages.thread.url, posts.scene.posts, thread)
    if pages.second is None:
        return first
    second = guess_posts(pages.second.html, pages.second.url, wall_clock(pages.second))
    if second is None:
        return first
    other = guess_pager(second.scene.outline, pages.second.url, second.scene.posts, thread)
    following = other.next if _leads_back(first.next, pages.second, pages.thread.url) else first.next or other.next
    return PagerGuess(first.pages or other.pages, following, other.previous or first.previous)


def _leads_back(following: Guess | None, second: Seen, first: str) -> bool:
    """Return whether what leads on from the first page leads back to it from the second."""
    root = second.tree()
    if following is None or root is None:
        return False
    href = Value.parse(following.text).found_in(root)
    return href is not None and urljoin(second.url, href).partition("#")[0] == first.partition("#")[0]


def _root(draft: Draft, pages: Pages, posts: PostsGuess) -> None:
    section = draft.section("")
    every = (pages.thread, *pages.member)
    html = " ".join(each.html for each in every)
    if "markdown" in html.lower():
        markup, why = "markdown", "the word stands on the page"
    elif any(sign in html.lower() for sign in ("bbcode", "[quote", "[b]", "bbc_")):
        markup, why = "bbcode", "signs of it stand on the page"
    else:
        markup, why = "bbcode", "what most such forums take"
    doubt = "" if why.startswith(("the word", "signs")) else "Is [b]bold[/b] bold there? Else write markdown or html."
    section.put("markup", markup, why, doubt)
    if posts.date_order == "mdy":
        section.put("date_order", "mdy", "the month stands before the day")
    if "</html>" not in pages.thread.html.lower():
        section.put(
            "complete", "", "the pages have no </html>", "A page that was cut off cannot be told from a whole one."
        )


def _thread(
    draft: Draft, pages: Pages, posts: PostsGuess, address: ThreadAddress, pager: PagerGuess, board: BoardGuess | None
) -> None:
    section = draft.section("thread")
    section.take("match", address.match)
    if address.address is not None:
        section.put("address", address.address, "the plain address, without page")
    expected = board.titles.get(address.id) if board is not None else None
    title = guess_title(posts.scene.outline, pages.thread.url, posts.scene.posts, expected)
    section.take("title", title)
    if title is None:
        section.missing["title"] = "the thread's title, which names the case."
    section.take("pages", pager.pages)
    section.take("next", pager.next)
    section.take("previous", pager.previous)
    if not pager.seen:
        draft.doubts.append(
            "No way from page to page was found. If this thread has one page only, begin with a longer one; else add"
            " thread.pages (the page numbers), or thread.next and thread.previous."
        )


def _posts(draft: Draft, posts: PostsGuess, now: datetime) -> None:
    section, scene, body = draft.section("posts"), posts.scene, posts.body.text
    section.put("container", scene.container, f"{len(scene.posts)} on this page")
    if scene.beside is not None:
        section.put("beside", scene.beside, "the other rows of a post")
    for key, guess in (
        ("id", posts.id),
        ("author", posts.author),
        ("author_id", posts.author_id),
        ("author_url", posts.author_url),
        ("time", posts.time),
    ):
        section.take(key, guess)
    for key, what in (
        ("id", "a number of each post that no other has."),
        ("author", "the author's name."),
        ("time", "when a post was written."),
    ):
        if getattr(posts, key) is None:
            section.missing[key] = what
    if posts.author is not None and posts.author_id is None:
        section.missing["author_id"] = "without it every author counts as a guest, known by name alone."
    section.take("edited", guess_edited(scene, body, posts.time.text if posts.time else "", now))
    section.take("body", posts.body)
    dropped, doubt = guess_drop(scene, body, posts.author.found if posts.author else ())
    if dropped:
        section.put("drop", [each.text for each in dropped], "; ".join(f"{each.text}: {each.why}" for each in dropped))
    if doubt:
        draft.doubts.append(doubt)
    if posts.id is not None:
        section.take("link", guess_link(scene, posts.id.found))
    section.take("attachments", guess_attachments(scene, body))


def _board(draft: Draft, board: BoardGuess) -> None:
    section = draft.section("board")
    section.put("row", board.scene.container, f"{len(board.scene.posts)} threads on this page")
    section.take("link", board.link)
    if board.moved:
        texts = [each.text for each in board.moved]
        doubt = next((each.doubt for each in board.moved if each.doubt), "")
        section.put("moved", texts if len(texts) > 1 else texts[0], "; ".join(each.why for each in board.moved), doubt)
    else:
        section.put(
            "moved", board.link.text, "nothing better was found", "Without it new posts in known threads are missed."
        )
    section.take("time", board.time)
    section.take("pages", board.pager.pages)
    section.take("next", board.pager.next)
