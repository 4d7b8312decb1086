"""The pages of personal messages: one's conversations, one of them, and the forms that write. The forum's rules
decide; this only carries."""

from __future__ import annotations

from aiohttp import web

from forum_bridge.sandbox.forum.keys import FORUM, LOOK, to
from forum_bridge.sandbox.forum.messages import CONVERSATIONS_A_PAGE, MESSAGES_A_PAGE, Conversation, Message
from forum_bridge.sandbox.forum.reading import asked_page, number, page_count
from forum_bridge.sandbox.forum.records import Person, Refused
from forum_bridge.sandbox.forum.sessions import VISITOR, form_of
from forum_bridge.sandbox.forum.text import rendered
from forum_bridge.sandbox.look.page import words_of

_FINAL = {"banned": 403, "takes_none": 403, "not_member": 403}


def member(request: web.Request) -> Person:
    """Return who is signed in; a guest is led to sign in."""
    person = request[VISITOR].person
    if person is None:
        raise web.HTTPFound(f"/login?next={request.path}")
    return person


def inbox_values(request: web.Request, person: Person) -> dict[str, object]:
    """Return what the rows and page numbers of one's messages show; Refused ``gone`` beyond the last page."""
    own = request.app[FORUM].messages.of(person)
    pages = page_count(len(own), CONVERSATIONS_A_PAGE)
    page = asked_page(request, pages)
    shown = own[(page - 1) * CONVERSATIONS_A_PAGE : page * CONVERSATIONS_A_PAGE]
    return {"conversations": shown, "person": person, "number": page, "pages": pages, "base": "/messages"}


async def inbox(request: web.Request) -> web.Response:
    """A page of one's own conversations, newest message first."""
    person = member(request)
    values = {"visitor": request[VISITOR], "change": request.app[FORUM].messages.change}
    return request.app[LOOK].page(request, "messages.html", values | inbox_values(request, person))


async def conversation(request: web.Request) -> web.Response:
    """A page of a conversation, oldest message first."""
    person = member(request)
    return _conversation(request, _asked(request, person), person)


def _asked(request: web.Request, person: Person) -> Conversation:
    return request.app[FORUM].messages.conversation(number(request.match_info["conversation"]), person)


def _conversation(
    request: web.Request, shown: Conversation, person: Person, refused: Refused | None = None, text: str = ""
) -> web.Response:
    """Return a page of a conversation; where a reply was refused, the last one with the reason and the text kept."""
    visitor, forum = request[VISITOR], request.app[FORUM]
    pages = page_count(len(shown.messages), MESSAGES_A_PAGE)
    page = asked_page(request, pages) if refused is None else pages
    messages = shown.messages[(page - 1) * MESSAGES_A_PAGE : page * MESSAGES_A_PAGE]
    forum.messages.saw(shown, person, messages[-1])
    visitor.unread = forum.messages.unread(person)
    values = {
        "conversation": shown,
        "messages": messages,
        "other": shown.other(person),
        "number": page,
        "pages": pages,
        "base": shown.path,
        "rendered": rendered,
        "visitor": visitor,
        "draft": text,
        "code": refused.code if refused else "",
        "reason": _reason(request, refused) if refused else "",
    }
    status = _FINAL.get(refused.code, 200) if refused else 200
    return request.app[LOOK].page(request, "conversation.html", values, status=status)


def _reason(request: web.Request, refused: Refused) -> str:
    return words_of(request)(f"refused.{refused.code}", **refused.words)


async def permalink(request: web.Request) -> web.Response:
    """Where a message stands."""
    messages, person = request.app[FORUM].messages, member(request)
    message = messages.message(number(request.match_info["message"]), person)
    return to(_place(messages.conversation(message.conversation_id, person), message))


def _place(shown: Conversation, message: Message) -> str:
    page = shown.messages.index(message) // MESSAGES_A_PAGE + 1
    return f"{shown.path}{f'?page={page}' if page > 1 else ''}#message-{message.id}"


async def reply(request: web.Request) -> web.Response:
    """Write into a conversation."""
    person = member(request)
    shown = _asked(request, person)
    fields = await form_of(request)
    try:
        message = request.app[FORUM].messages.reply(shown.id, person, fields.get("text", ""))
    except Refused as refused:
        return _conversation(request, shown, person, refused, fields.get("text", ""))
    return to(f"/message/{message.id}")


async def new_form(request: web.Request) -> web.Response:
    """The form that opens a conversation; ``?user=`` tells with whom."""
    member(request)
    wanted = request.query.get("user")
    to_whom = request.app[FORUM].person_by_id(number(wanted)).name if wanted is not None else ""
    return _new(request, {"to": to_whom})


async def open_conversation(request: web.Request) -> web.Response:
    """Write to somebody."""
    person, forum = member(request), request.app[FORUM]
    fields = await form_of(request)
    to_whom, subject, text = (fields.get(name, "") for name in ("to", "subject", "text"))
    try:
        message = forum.messages.open(person, forum.person(to_whom), subject, text)
    except Refused as refused:
        return _new(request, fields, refused)
    return to(f"/message/{message.id}")


def _new(request: web.Request, fields: dict[str, str], refused: Refused | None = None) -> web.Response:
    values = {
        "visitor": request[VISITOR],
        "fields": fields,
        "code": refused.code if refused else "",
        "reason": _reason(request, refused) if refused else "",
    }
    status = _FINAL.get(refused.code, 200) if refused else 200
    return request.app[LOOK].page(request, "new_message.html", values, status=status)
