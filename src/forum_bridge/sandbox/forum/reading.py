"""The pages one reads: board, thread, permalink, person."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.forum.hanging import offer
from forum_bridge.sandbox.forum.keys import FORUM, LOOK, to
from forum_bridge.sandbox.forum.records import Post, Refused, Thread
from forum_bridge.sandbox.forum.sessions import VISITOR
from forum_bridge.sandbox.forum.state import BOARD_TITLE, THREADS_A_PAGE
from forum_bridge.sandbox.forum.text import quoted, rendered
from forum_bridge.sandbox.look.page import words_of


def number(text: str, default: int = 0) -> int:
    """Return a small positive number from an address, ``default`` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def page_count(items: int, size: int) -> int:
    """Return how many pages so many items fill; none fill one, too."""
    return max(1, -(-items // size))


def asked_page(request: web.Request, pages: int) -> int:
    """Return the number of the page asked for; Refused ``gone`` beyond the last."""
    page = number(request.query.get("page", "1"))
    if not 1 <= page <= pages:
        raise Refused("gone")
    return page


def board_values(request: web.Request) -> dict[str, object]:
    """Return what the rows and page numbers of the board page asked for show; Refused ``gone`` beyond the last."""
    if request.match_info["board"] != "1":
        raise Refused("gone")
    threads = request.app[FORUM].threads()
    pages = page_count(len(threads), THREADS_A_PAGE)
    page = asked_page(request, pages)
    shown = threads[(page - 1) * THREADS_A_PAGE : page * THREADS_A_PAGE]
    return {"threads": shown, "number": page, "pages": pages, "base": "/board/1"}


async def board(request: web.Request) -> web.Response:
    """A page of the board: threads, newest activity first."""
    shown = {"title": BOARD_TITLE, "visitor": request[VISITOR], "change": request.app[FORUM].change}
    return request.app[LOOK].page(request, "board.html", shown | board_values(request))


async def thread(request: web.Request) -> web.Response:
    """A page of a thread, oldest post first unless the forum was switched."""
    forum = request.app[FORUM]
    wanted, _, slug = request.match_info["thread"].partition("-")
    if (moved := forum.moved(number(wanted))) is not None:
        return to(moved.path, 301)
    shown = forum.thread(number(wanted))
    if slug != shown.slug:
        query = f"?{request.query_string}" if request.query_string else ""
        return to(shown.path + query, 301)
    size, posts = forum.posts_a_page, forum.in_turn(shown)
    pages = page_count(len(posts), size)
    page = asked_page(request, pages)
    return request.app[LOOK].page(
        request,
        "thread.html",
        {
            "thread": shown,
            "posts": posts[(page - 1) * size : page * size],
            "number": page,
            "pages": pages,
            "base": shown.path,
            "rendered": rendered,
            "visitor": request[VISITOR],
            "guests": forum.switches.guests_may_post,
            "auto": forum.switches.auto_user,
            "draft": _draft(request, shown),
            "offer": offer(forum.switches),
        },
    )


def _draft(request: web.Request, shown: Thread) -> str:
    wanted = number(request.query.get("quote", ""))
    post = next((post for post in shown.visible if post.id == wanted), None)
    return "" if post is None else _quotation(request, post)


def _quotation(request: web.Request, post: Post) -> str:
    """Return the Markdown that quotes a post, in the reader's language."""
    return quoted(post.author_name, f"/post/{post.id}", words_of(request)("post.wrote"), post.text)


async def permalink(request: web.Request) -> web.Response:
    """Where a post stands."""
    forum = request.app[FORUM]
    post = forum.post(number(request.match_info["post"]))
    page = forum.page_of(post)
    query = f"?page={page}" if page > 1 else ""
    return to(f"{forum.thread(post.thread_id).path}{query}#post-{post.id}")


async def quote(request: web.Request) -> web.Response:
    """A post as a quote: plain text for a script, else the reply box with the quote in it."""
    forum = request.app[FORUM]
    post = forum.post(number(request.match_info["post"]))
    if "plain" in request.query:
        return web.Response(text=_quotation(request, post))
    shown = forum.thread(post.thread_id)
    page = page_count(len(shown.visible), forum.posts_a_page)
    return to(f"{shown.path}?page={page}&write=1&quote={post.id}#reply")


async def person(request: web.Request) -> web.Response:
    """A person and their newest posts."""
    forum = request.app[FORUM]
    shown = forum.person_by_id(number(request.match_info["person"]))
    own = [post for post in forum.posts() if post.person is shown and not post.pending]
    newest = [(post, forum.thread(post.thread_id)) for post in reversed(own[-20:])]
    values = {"person": shown, "posts": newest, "total": len(own), "visitor": request[VISITOR]}
    return request.app[LOOK].page(request, "user.html", values)


async def robots(_request: web.Request) -> web.Response:
    """Programs may read everything but the controls."""
    return web.Response(text="User-agent: *\nAllow: /\nDisallow: /_control/\n")
