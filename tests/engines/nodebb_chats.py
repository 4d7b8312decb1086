"""The chats of the stand-in for NodeBB: rooms without a subject, whose messages are told fifty at a time, counted from
the newest; deleted ones and the room's own keep their places; who joined late sees nothing from before. Seen in
src/messaging and src/controllers/write/chats.js."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from tests.engines.nodebb import Member, NodeBBForum, parsed, refused, user

WINDOW = 50
LONGEST = 1000


@dataclass(slots=True)
class Message:
    id: int
    author: Member
    content: str
    time: datetime
    system: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Chat:
    id: int
    people: list[Member]
    messages: list[Message] = field(default_factory=list)
    joined: int = 0  # how many messages were there before we were


class NodeBBChats:
    """``restricted`` takes messages of those only whom they follow; ``cut_room`` drops the connection once a room was
    made; ``hasty``: one may not write now."""

    def __init__(self, forum: NodeBBForum) -> None:
        self.forum = forum
        self.rooms: list[Chat] = []
        self.restricted: set[int] = set()
        self.cut_room = self.hasty = False
        self._mids = 900
        router = forum.app.router
        router.add_get("/api/v3/chats", self._list)
        router.add_post("/api/v3/chats", self._create)
        router.add_get(r"/api/v3/chats/{id:\d+}/messages", self._messages)
        router.add_post(r"/api/v3/chats/{id:\d+}", self._post)
        router.add_get(r"/api/v3/users/{uid:\d+}/chat", self._room_with)

    def open(self, *people: Member) -> Chat:
        chat = Chat(len(self.rooms) + 1, list(people))
        self.rooms.append(chat)
        return chat

    def write(self, chat: Chat, author: Member, text: str, *, system: bool = False) -> Message:
        self._mids += 1
        message = Message(self._mids, author, parsed(text), self.forum.clock(), system)
        chat.messages.append(message)
        return message

    def _mine(self, member: Member) -> list[Chat]:
        mine = [chat for chat in self.rooms if member in chat.people]
        return sorted(mine, key=lambda chat: chat.messages[-1].id if chat.messages else 0, reverse=True)

    async def _list(self, request: web.Request) -> web.Response:
        self.forum.asked.append(str(request.rel_url))
        member = self.forum.who(request)
        if member is None:
            return refused(401, "A valid login session was not found.")
        page, size = int(request.query["page"]), int(request.query["perPage"])
        shown = self._mine(member)[(page - 1) * size : page * size]
        return _ok({"rooms": [self._row(chat, member) for chat in shown], "nextStart": page * size})

    def _row(self, chat: Chat, member: Member) -> dict[str, object]:
        standing = [each for each in chat.messages if not (each.system or each.deleted)]
        last = standing[-1] if standing else None
        milliseconds = int(last.time.timestamp() * 1000) if last else 0
        teaser = {"fromuid": last.author.uid, "content": "…", "timestamp": milliseconds} if last else None
        others = [user(each) for each in chat.people if each is not member]
        return {"roomId": chat.id, "roomName": "", "public": False, "users": others, "teaser": teaser}

    async def _messages(self, request: web.Request) -> web.Response:
        self.forum.asked.append(str(request.rel_url))
        member, chat = self.forum.who(request), self._named(request)
        if member is None or chat is None or member not in chat.people:
            return refused(404, "Chat room does not exist.")
        start, count = int(request.query.get("start", "0")), len(chat.messages)
        seen = list(enumerate(chat.messages))[chat.joined :]
        shown = seen[max(0, len(seen) - start - WINDOW) : len(seen) - start] if start < len(seen) else []
        assert count == 0 or not shown or shown[-1][0] == count - start - 1
        return _ok({"messages": [self._told(index, message) for index, message in shown]})

    def _told(self, index: int, message: Message) -> dict[str, object]:
        return {
            "messageId": message.id,
            "index": index,
            "content": "joined" if message.system else message.content,
            "timestamp": int(message.time.timestamp() * 1000),
            "fromuid": message.author.uid,
            "fromUser": user(message.author),
            "system": int(message.system),
            "deleted": int(message.deleted),
        }

    async def _room_with(self, request: web.Request) -> web.Response:
        member, other = self.forum.who(request), int(request.match_info["uid"])
        mine = self._mine(member) if member else []
        found = [chat for chat in mine if len(chat.people) == 2 and other in [each.uid for each in chat.people]]
        return _ok({"roomId": found[0].id}) if found else refused(404, "Not Found")

    async def _create(self, request: web.Request) -> web.Response:
        asked = await request.json()
        member = self.forum.who(request, asked.get("_uid"))
        others = [each for each in self.forum.members if each.uid in asked["uids"]]
        if member is None:
            return refused(403, "You do not have enough privileges for this action.")
        if not others:
            return refused(400, "User does not exist")
        if self.restricted & set(asked["uids"]):
            return refused(400, "This user has restricted their chat messages. They must follow you")
        chat = self.open(member, *others)
        if self.cut_room:
            self.cut_room = False
            assert request.transport is not None
            request.transport.close()
        return _ok({"roomId": chat.id, "public": False})

    async def _post(self, request: web.Request) -> web.Response:
        asked = await request.json()
        member, chat = self.forum.who(request, asked.get("_uid")), self._named(request)
        assert request.query["lang"] == "en-GB"
        if member is None or chat is None or member not in chat.people:
            return refused(403, "You do not have enough privileges for this action.")
        if len(asked["message"]) > LONGEST:
            return refused(400, f"Chat messages can not be longer than {LONGEST} characters.")
        if self.hasty:
            return refused(400, "You have sent too many messages, please wait awhile.")
        message = self.write(chat, member, asked["message"])
        if self.forum.cut:
            self.forum.cut = False
            assert request.transport is not None
            request.transport.close()
        return _ok(self._told(len(chat.messages) - 1, message))

    def _named(self, request: web.Request) -> Chat | None:
        return next((chat for chat in self.rooms if str(chat.id) == request.match_info["id"]), None)


def _ok(response: object) -> web.Response:
    return web.json_response({"status": {"code": "ok", "message": "OK"}, "response": response})
