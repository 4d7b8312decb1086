"""The controls behind ``/_control/``: what a proof turns from outside. JSON only, so that no web page can turn them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields

from aiohttp import web

from forum_bridge.sandbox.forum import control_messages, moderating
from forum_bridge.sandbox.forum.control_fields import Fields, text, whole
from forum_bridge.sandbox.forum.faults import What
from forum_bridge.sandbox.forum.keys import FORUM, SESSIONS
from forum_bridge.sandbox.forum.records import Person, Post, Refused, Thread
from forum_bridge.sandbox.forum.sessions import Sessions
from forum_bridge.sandbox.forum.state import Forum

Act = Callable[[Forum, Sessions, Fields], object]


def _author(forum: Forum, fields_: Fields) -> Person | str:
    name = text(fields_, "author")
    return forum.person(name) or name


def _shown(post: Post) -> Fields:
    return {
        "id": post.id,
        "thread": post.thread_id,
        "author": post.author_name,
        "author_id": post.person.id if post.person else None,
        "text": post.text,
        "time": post.time.isoformat(),
        "edited": post.edited.isoformat() if post.edited else None,
        "pending": post.pending,
    }


def _switches(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    known = {field.name: type(getattr(forum.switches, field.name)) for field in fields(forum.switches)}
    for name, value in wanted.items():
        if name not in known or type(value) is not known[name]:
            raise ValueError(f"no such switch, or a value of the wrong kind: {name}")
    for name, value in wanted.items():
        setattr(forum.switches, name, value)
    return asdict(forum.switches)


def _faults(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    what, times, after = wanted.get("what"), wanted.get("times", 1), wanted.get("retry_after")
    if not isinstance(what, int | str) or not isinstance(times, int | None) or not isinstance(after, int | None):
        raise ValueError("what: a status or one of " + ", ".join(What) + "; times, retry_after: numbers")
    takes_effect = wanted.get("takes_effect") is True
    forum.faults.next(text(wanted, "match"), what, times, takes_effect=takes_effect, retry_after=after)
    return forum.faults.as_json()


def _ban(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    person = forum.person(text(wanted, "user"))
    if person is None:
        raise Refused("gone")
    person.banned = wanted.get("banned", True) is True
    return {"user": person.name, "banned": person.banned}


def _lock(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    thread = forum.lock(whole(wanted, "thread"), wanted.get("locked", True) is True)
    return {"thread": thread.id, "locked": thread.locked}


def _post(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return _shown(forum.reply(whole(wanted, "thread"), _author(forum, wanted), text(wanted, "text")))


def _thread(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return _shown(forum.open_thread(_author(forum, wanted), text(wanted, "title"), text(wanted, "text")))


def _edit(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return _shown(forum.edit(whole(wanted, "post"), text(wanted, "text")))


def _delete(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    forum.delete(whole(wanted, "post"))
    return {"deleted": wanted["post"]}


def _approve(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return _shown(forum.approve(whole(wanted, "post")))


def _merge(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    redirect = wanted.get("redirect", True) is True
    return _place(moderating.merge(forum, whole(wanted, "thread"), whole(wanted, "into"), redirect=redirect))


def _move(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return _place(moderating.move(forum, whole(wanted, "thread"), redirect=wanted.get("redirect", True) is True))


def _split(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    posts = wanted.get("posts")
    if not isinstance(posts, list) or not posts or not all(type(each) is int for each in posts):
        raise ValueError("posts must be a list of whole numbers")
    into = whole(wanted, "into") if "into" in wanted else None
    return _place(moderating.split(forum, posts, text(wanted, "title"), into=into))


def _delete_thread(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    moderating.delete_thread(forum, whole(wanted, "thread"))
    return {"deleted": wanted["thread"]}


def _forget(forum: Forum, sessions: Sessions, wanted: Fields) -> object:
    person = forum.person(text(wanted, "user"))
    if person is None:
        raise Refused("gone")
    sessions.expire(person)
    moderating.forget(forum, person)
    return {"forgotten": person.name}


def _message(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return control_messages.write(forum, wanted)


def _takes_messages(forum: Forum, _sessions: Sessions, wanted: Fields) -> object:
    return control_messages.takes(forum, wanted)


def _place(thread: Thread) -> Fields:
    return {"thread": thread.id, "path": thread.path}


def _expire(forum: Forum, sessions: Sessions, wanted: Fields) -> object:
    return {"expired": sessions.expire(forum.person(text(wanted, "user")) if "user" in wanted else None)}


_ACTS: dict[str, Act] = {
    "switches": _switches,
    "faults": _faults,
    "post": _post,
    "thread": _thread,
    "edit": _edit,
    "delete": _delete,
    "approve": _approve,
    "lock": _lock,
    "merge": _merge,
    "move": _move,
    "split": _split,
    "delete_thread": _delete_thread,
    "forget": _forget,
    "ban": _ban,
    "expire": _expire,
    "message": _message,
    "takes_messages": _takes_messages,
}


async def act(request: web.Request) -> web.Response:
    """Do one thing: 200 and what became of it, 400 and the reason, 409 and the code of the forum's refusal."""
    if request.content_type != "application/json":
        return web.json_response({"error": "send application/json"}, status=415)
    do = _ACTS.get(request.match_info["act"])
    if do is None:
        return web.json_response({"error": "unknown"}, status=404)
    try:
        wanted = await request.json()
        if not isinstance(wanted, dict):
            raise ValueError("send a JSON object")
        return web.json_response(do(request.app[FORUM], request.app[SESSIONS], wanted))
    except Refused as refused:
        return web.json_response({"error": refused.code, "wait": refused.wait}, status=409)
    except (json.JSONDecodeError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)


async def clear_faults(request: web.Request) -> web.Response:
    """Forget all faults."""
    request.app[FORUM].faults.clear()
    return web.json_response([])


async def state(request: web.Request) -> web.Response:
    """Everything the forum holds, but no password."""
    forum = request.app[FORUM]
    threads = [{"id": t.id, "title": t.title, "path": t.path, "locked": t.locked} for t in forum.threads()]
    return web.json_response(
        {
            "switches": asdict(forum.switches),
            "faults": forum.faults.as_json(),
            "threads": threads,
            "posts": [_shown(post) for post in forum.posts()],
            "messages": [control_messages.shown(message) for message in forum.messages.everything()],
        }
    )
