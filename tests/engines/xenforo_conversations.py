"""The conversations of the stand-in for XenForo, after its API's controllers: those that our account takes part in.
Their numbers are also those of threads and posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from tests.engines.xenforo import PER_PAGE, Member, XenForoBoard
from tests.engines.xenforo_told import api_html, error, pagination


@dataclass(slots=True)
class Message:
    id: int
    author: Member
    message: str
    time: datetime


@dataclass(slots=True)
class Conversation:
    id: int
    title: str
    members: list[Member]
    messages: list[Message] = field(default_factory=list)
    open: bool = True


class XenForoConversations:
    """Holds a board's conversations. ``closed`` are members who take no messages."""

    def __init__(self, board: XenForoBoard) -> None:
        self.board = board
        self.held: dict[int, Conversation] = {}
        self.closed: set[int] = set()
        self._messages = 100
        routes = board.app.router
        routes.add_get("/api/conversations/", self._list)
        routes.add_get(r"/api/conversations/{id:\d+}/", self._conversation)
        routes.add_post("/api/conversations/", self._create)
        routes.add_post("/api/conversation-messages/", self._reply)

    def begin(self, author: Member, title: str, message: str, *others: Member) -> Conversation:
        held = Conversation(len(self.held) + 1, title, [author, *others])
        self.held[held.id] = held
        self.write(held, author, message)
        return held

    def write(self, held: Conversation, author: Member, message: str) -> Message:
        self._messages += 3
        written = Message(self._messages, author, message, self.board.clock())
        held.messages.append(written)
        return written

    async def _list(self, request: web.Request) -> web.Response:
        actor = self.board.actor(request, "conversation:read")
        ours = [each for each in self.held.values() if actor in each.members]
        ours.sort(key=lambda each: each.messages[-1].time, reverse=True)
        page, last = int(request.query["page"]), max(1, -(-len(ours) // PER_PAGE))
        shown = ours[(page - 1) * PER_PAGE : page * PER_PAGE]
        told = [self._told(each) for each in shown]
        return web.json_response(
            {"conversations": told, "pagination": pagination(page, last, PER_PAGE, len(shown), len(ours))}
        )

    async def _conversation(self, request: web.Request) -> web.Response:
        actor = self.board.actor(request, "conversation:read")
        held = self.held.get(int(request.match_info["id"]))
        if held is None or actor not in held.members:
            return error(404, "requested_conversation_not_found", "İstenen konuşma bulunamadı.")
        page, last = int(request.query["page"]), max(1, -(-len(held.messages) // PER_PAGE))
        if page > last:
            return error(400, "invalid_page", "Geçersiz sayfa istendi.", {"max": last})
        shown = held.messages[(page - 1) * PER_PAGE : page * PER_PAGE]
        document = {
            "conversation": self._told(held),
            "messages": [self._told_message(each, held) for each in shown],
            "pagination": pagination(page, last, PER_PAGE, len(shown), len(held.messages)),
        }
        return web.json_response(document)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        actor, asked = self.board.actor(request, "conversation:write"), await request.post()
        assert actor is not None
        wanted = [int(str(each)) for each in asked.getall("recipient_ids[]")]
        others = [each for each in self.board.members if each.id in wanted]
        if len(others) < len(wanted):
            return error(400, "the_following_recipients_could_not_be_found", "Şu alıcılar bulunamadı.")
        if self.closed & set(wanted):
            return error(403, "you_may_not_start_conversation_with_x", "Bu üye sizden mesaj kabul etmiyor.")
        held = self.begin(actor, str(asked["title"]), str(asked["message"]), *others)
        return self.board.answered(request, {"success": True, "conversation": self._told(held)})

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        actor, asked = self.board.actor(request, "conversation:write"), await request.post()
        held = self.held.get(int(str(asked["conversation_id"])))
        if held is None or actor is None or actor not in held.members:
            return error(404, "requested_conversation_not_found", "İstenen konuşma bulunamadı.")
        if not held.open:
            return error(403, "no_permission", "Bu konuşma kapalı.")
        message = self.write(held, actor, str(asked["message"]))
        return self.board.answered(request, {"success": True, "message": self._told_message(message, held)})

    def _told(self, held: Conversation) -> dict[str, object]:
        last = held.messages[-1]
        return {
            "conversation_id": held.id,
            "title": held.title,
            "view_url": f"{self.board.url}/ozel-mesajlar/gizli-baslik.{held.id}/",
            "recipients": {str(each.id): each.name for each in held.members},
            "reply_count": len(held.messages) - 1,
            "first_message_id": held.messages[0].id,
            "last_message_id": last.id,
            "last_message_date": int(last.time.timestamp()),
            "conversation_open": held.open,
        }

    def _told_message(self, message: Message, held: Conversation) -> dict[str, object]:
        return {
            "message_id": message.id,
            "conversation_id": held.id,
            "user_id": message.author.id,
            "username": message.author.name,
            "message_date": int(message.time.timestamp()),
            "message": message.message,
            "message_parsed": api_html(message.message, {}, self.board.url),
            "view_url": f"{self.board.url}/ozel-mesajlar/messages/{message.id}/",
        }
