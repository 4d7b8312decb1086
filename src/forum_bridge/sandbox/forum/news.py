"""The news that an open page waits for: what changed since it was drawn, as HTML to put in place."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.forum.corresponding import inbox_values, member
from forum_bridge.sandbox.forum.keys import FORUM, LOOK, PATIENCE
from forum_bridge.sandbox.forum.reading import board_values, number
from forum_bridge.sandbox.forum.sessions import VISITOR
from forum_bridge.sandbox.forum.text import rendered


def _after(request: web.Request, newest: int) -> int:
    after = number(request.query.get("after", ""))
    return after if after <= newest else 0  # a page from before a restart has seen nothing of this forum


async def thread(request: web.Request) -> web.Response:
    """What changed in a thread since change ``after``: articles as HTML and removed ids; 204 if nothing did in time."""
    forum = request.app[FORUM]
    shown = forum.thread(number(request.match_info["thread"]))
    after = _after(request, shown.change)
    if not await forum.bell.until(lambda: shown.change > after, request.app[PATIENCE]):
        return web.Response(status=204)
    values = {
        "thread": forum.thread(shown.id),
        "posts": [post for post in shown.visible if post.change > after],
        "rendered": rendered,
        "visitor": request[VISITOR],
    }
    html = request.app[LOOK].html(request, "articles.html", values)
    removed = [post_id for post_id, change in shown.removed.items() if change > after]
    return web.json_response({"change": shown.change, "html": html, "removed": removed, "locked": shown.locked})


async def board(request: web.Request) -> web.Response:
    """The rows of a board page once anything changed since change ``after``; 204 if nothing did in time."""
    forum = request.app[FORUM]
    after = _after(request, forum.change)
    if not await forum.bell.until(lambda: forum.change > after, request.app[PATIENCE]):
        return web.Response(status=204)
    html = request.app[LOOK].html(request, "rows.html", board_values(request))
    return web.json_response({"change": forum.change, "html": html})


async def inbox(request: web.Request) -> web.Response:
    """The rows of a page of one's own messages once anything changed since change ``after``; 204 if nothing did in
    time."""
    forum, person = request.app[FORUM], member(request)
    after = _after(request, forum.messages.change)
    if not await forum.bell.until(lambda: forum.messages.change > after, request.app[PATIENCE]):
        return web.Response(status=204)
    html = request.app[LOOK].html(request, "conversations.html", inbox_values(request, person))
    return web.json_response({"change": forum.messages.change, "html": html})


async def conversation(request: web.Request) -> web.Response:
    """The messages that came into a conversation since change ``after``; 204 if none did in time."""
    forum, person = request.app[FORUM], member(request)
    shown = forum.messages.conversation(number(request.match_info["conversation"]), person)
    after = _after(request, shown.change)
    if not await forum.bell.until(lambda: shown.change > after, request.app[PATIENCE]):
        return web.Response(status=204)
    fresh = [message for message in shown.messages if message.change > after]
    forum.messages.saw(shown, person, fresh[-1])
    html = request.app[LOOK].html(request, "letters.html", {"messages": fresh, "rendered": rendered})
    return web.json_response({"change": shown.change, "html": html, "removed": [], "locked": False})
