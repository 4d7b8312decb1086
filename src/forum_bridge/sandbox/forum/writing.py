"""What one writes: replies, threads, changes to one's own posts. The forum's rules decide; this only carries."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.forum import hanging
from forum_bridge.sandbox.forum.keys import FORUM, LOOK, to
from forum_bridge.sandbox.forum.reading import number
from forum_bridge.sandbox.forum.records import Person, Post, Refused
from forum_bridge.sandbox.forum.sessions import VISITOR, form_of
from forum_bridge.sandbox.forum.state import BOARD_TITLE
from forum_bridge.sandbox.look.page import words_of

# The writer can put these right in the form.
_MENDABLE = {"empty", "too_long", "guest_name", "files_many", "file_kind", "file_too_large", "file_empty"}


def _author(request: web.Request, fields: dict[str, str]) -> Person | str:
    return request[VISITOR].person or fields.get("guest_name", "")


def _must_sign_in(request: web.Request) -> bool:
    return request[VISITOR].person is None and not request.app[FORUM].switches.guests_may_post


def _done(request: web.Request, post: Post) -> web.Response:
    if not post.pending:
        return to(f"/post/{post.id}")
    thread = request.app[FORUM].thread(post.thread_id)
    return request.app[LOOK].page(request, "queued.html", {"visitor": request[VISITOR], "back": thread.path})


def _again(request: web.Request, template: str, refused: Refused, **values: object) -> web.Response:
    """Return the form with the text kept and the reason above it."""
    status = {"locked": 403, "banned": 403}.get(refused.code, 200)
    shown = {
        "page": "reply" if refused.code in _MENDABLE else "error",
        "code": refused.code,
        "reason": words_of(request)(f"refused.{refused.code}", **refused.words),
        "visitor": request[VISITOR],
        "offer": hanging.offer(request.app[FORUM].switches),
    }
    return request.app[LOOK].page(request, template, shown | values, status=status)


async def reply(request: web.Request) -> web.Response:
    """Add a post to a thread."""
    forum = request.app[FORUM]
    thread = forum.thread(number(request.match_info["thread"]))
    fields = await form_of(request)
    if _must_sign_in(request):
        return to(f"/login?next={thread.path}")
    try:
        files = await hanging.chosen(request)
        post = forum.reply(thread.id, _author(request, fields), fields.get("text", ""))
        hanging.hang(forum, post, files)
        return _done(request, post)
    except Refused as refused:
        if refused.code == "gone":
            raise
        return _again(request, "refused.html", refused, thread=thread, fields=fields)


async def thread_form(request: web.Request) -> web.Response:
    """The form for a new thread."""
    if _must_sign_in(request):
        return to("/login?next=/board/1/new")
    offer = hanging.offer(request.app[FORUM].switches)
    values = {"visitor": request[VISITOR], "fields": {}, "code": "", "board": BOARD_TITLE, "offer": offer}
    return request.app[LOOK].page(request, "new.html", values)


async def open_thread(request: web.Request) -> web.Response:
    """Open a thread."""
    fields = await form_of(request)
    if _must_sign_in(request):
        return to("/login?next=/board/1/new")
    forum = request.app[FORUM]
    try:
        files = await hanging.chosen(request)
        post = forum.open_thread(_author(request, fields), fields.get("title", ""), fields.get("text", ""))
        hanging.hang(forum, post, files)
    except Refused as refused:
        return _again(request, "new.html", refused, fields=fields, board=BOARD_TITLE)
    return _done(request, post)


def _own(request: web.Request) -> Post:
    post = request.app[FORUM].post(number(request.match_info["post"]))
    if post.person is None or post.person is not request[VISITOR].person:
        raise Refused("not_yours")
    return post


async def edit_form(request: web.Request) -> web.Response:
    """The form that changes or deletes one's own post."""
    post = _own(request)
    values = {"visitor": request[VISITOR], "post": post, "text": post.text, "code": ""}
    return request.app[LOOK].page(request, "edit.html", values)


async def edit(request: web.Request) -> web.Response:
    """Change one's own post."""
    post = _own(request)
    fields = await form_of(request)
    try:
        request.app[FORUM].edit(post.id, fields.get("text", ""))
    except Refused as refused:
        return _again(request, "edit.html", refused, post=post, text=fields.get("text", ""))
    return to(f"/post/{post.id}")


async def delete(request: web.Request) -> web.Response:
    """Delete one's own post."""
    post = _own(request)
    await form_of(request)
    forum = request.app[FORUM]
    path = forum.thread(post.thread_id).path
    forum.delete(post.id)
    left = any(thread.id == post.thread_id for thread in forum.threads())
    return to(path if left else "/board/1")
