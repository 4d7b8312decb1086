"""The conversations of the stand-in for Vanilla: messages are told the newest first; the list tells of the first one
that the account has not read, and names no participants where there are more than five; who has left stays among them
and hears no more; anybody's number is taken as a participant's. Seen in applications/conversations, controllers/api and
models."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from tests.engines.vanilla import SPAM, Json, Text, User, VanillaForum, by, error, moment, shown

LONGEST = 2000  # Conversations.Message.MaxLength
JOINED = 5  # participants that a document of a conversation names


@dataclass(slots=True)
class Talk:
    """``left`` are the ids of those who are gone; ``read`` how many messages each has read, ``at`` the one that the
    list tells them of."""

    id: int
    name: str
    by: User
    people: list[int]
    moved: datetime
    messages: list[Text] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    read: dict[int, int] = field(default_factory=dict)
    at: dict[int, Text] = field(default_factory=dict)


class VanillaConversations:
    """``lose_opened`` drops the connection once a conversation was opened; ``hasty``: messages come too fast;
    ``may_start`` is the permission Conversations.Conversations.Add; ``old``: members' documents are for administrators
    alone; ``subjects`` is Conversations.Subjects.Visible, which newer versions leave out here;
    ``meanwhile`` how many messages come in, one behind each answer that tells some."""

    def __init__(self, forum: VanillaForum) -> None:
        self.forum = forum
        self.talks: list[Talk] = []
        self.lose_opened = self.hasty = self.old = self.subjects = False
        self.may_start = True
        self.meanwhile = 0
        self._ids = 500
        router = forum.app.router
        router.add_get(r"/api/v2/users/{id:\d+}", self._member)
        router.add_get("/api/v2/conversations", self._list)
        router.add_post("/api/v2/conversations", self._open)
        router.add_get(r"/api/v2/conversations/{id:\d+}", self._one)
        router.add_get(r"/api/v2/conversations/{id:\d+}/participants", self._participants)
        router.add_get("/api/v2/messages", self._messages)
        router.add_post("/api/v2/messages", self._post)

    def open(self, author: User, *others: User | int, name: str = "") -> Talk:
        people = {author.id, *(each if isinstance(each, int) else each.id for each in others)}
        talk = Talk(len(self.talks) + 1, name, author, sorted(people), self.forum.clock())
        self.talks.append(talk)
        return talk

    def write(self, talk: Talk, author: User, body: str) -> Text:
        """As class.conversationmessagemodel.php (save) does: who had read all is told of this message, who had not
        still of the first unread one."""
        self._ids += 1
        message = Text(self._ids, author, body, self.forum.clock())
        talk.messages.append(message)
        talk.moved = message.time
        talk.left.discard(author.id)
        for each in talk.people:
            if each not in talk.left and (each == author.id or talk.read.get(each, 0) == len(talk.messages) - 1):
                talk.at[each] = message
        talk.read[author.id] = len(talk.messages)
        return message

    def _who(self, request: web.Request) -> User | None:
        return self.forum.who(request)

    def _in(self, user: User, talk: Talk) -> bool:
        return user.id in talk.people and user.id not in talk.left

    async def _member(self, request: web.Request) -> web.Response:
        if self._who(request) is None or self.old:
            return error(403, "Permission Problem")
        found = self._user(int(request.match_info["id"]))
        return web.json_response(shown(found)) if found else error(404, "User not found.")

    async def _list(self, request: web.Request) -> web.Response:
        user = self._who(request)
        if user is None:
            return error(403, "Permission Problem")
        mine = sorted((each for each in self.talks if self._in(user, each)), key=lambda each: each.moved, reverse=True)
        page, size = int(request.query["page"]), int(request.query["limit"])
        assert size <= 100 and request.query["expand"] == "all"
        return web.json_response([self._told(each, user) for each in mine[(page - 1) * size : page * size]])

    async def _one(self, request: web.Request) -> web.Response:
        user, talk = self._who(request), self._named(request.match_info["id"])
        if talk is None:
            return error(404, "Conversation not found.")
        if user is None or not self._in(user, talk):
            return error(403, "The site is not configured for moderating conversations.")
        return web.json_response(self._told(talk, user))

    async def _participants(self, request: web.Request) -> web.Response:
        user, talk = self._who(request), self._named(request.match_info["id"])
        if user is None or talk is None or not self._in(user, talk):
            return error(403, "Permission Problem")
        size, every = int(request.query.get("limit", "5")), request.query.get("status") == "all"
        told = [each for each in talk.people if every or each not in talk.left]
        return web.json_response([self._participant(each, talk) for each in told[:size]])

    async def _open(self, request: web.Request) -> web.Response:
        user, asked = self._who(request), await request.json()
        if user is None or not self.may_start:
            return error(403, "Permission Problem")
        if len(asked["participantUserIDs"]) < 2:
            return error(422, "Validation Failed", "This array must contain at least 2 items.")
        talk = self.open(user, *asked["participantUserIDs"], name=asked["name"] if self.subjects else "")
        if self.lose_opened:
            self.lose_opened = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response(self._told(talk, user), status=201)

    async def _messages(self, request: web.Request) -> web.Response:
        user, talk = self._who(request), self._named(request.query["conversationID"])
        if talk is None:
            return error(404, "Conversation not found.")
        if user is None or not self._in(user, talk):
            return error(403, "The site is not configured for moderating conversations.")
        page, size = int(request.query["page"]), int(request.query["limit"])
        assert size <= 100
        newest = talk.messages[::-1][(page - 1) * size : page * size]
        if self.meanwhile:
            self.meanwhile -= 1
            self.write(talk, talk.by, "<p>Arada</p>")
        return web.json_response([_message(each, talk) for each in newest])

    async def _post(self, request: web.Request) -> web.Response:
        user, asked = self._who(request), await request.json()
        if user is None:
            return error(403, "Permission Problem")
        talk = self._named(str(asked["conversationID"]))
        if talk is None:
            return error(404, "Conversation not found.")
        if not self._in(user, talk):
            return error(400, "You can not add a message to a conversation that you are not a participant of.")
        if len(asked["body"]) > LONGEST:
            return error(422, "Validation Failed", f"body is {len(asked['body']) - LONGEST} characters too long.")
        if self.hasty:
            return error(422, "Validation Failed", SPAM)
        message = self.write(talk, user, f"<p>{asked['body']}</p>")
        if self.forum.cut:
            self.forum.cut = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response(_message(message, talk), status=201)

    def _user(self, number: int) -> User | None:
        return next((each for each in self.forum.users if each.id == number), None)

    def _named(self, number: str) -> Talk | None:
        return next((each for each in self.talks if str(each.id) == number), None)

    def _participant(self, number: int, talk: Talk) -> Json:
        user = self._user(number)
        named: Json = {"user": {"userID": number, "name": user.name}} if user else {}
        return {"userID": number, "status": "deleted" if number in talk.left else "participating", **named}

    def _told(self, talk: Talk, user: User) -> Json:
        there = [each for each in talk.people if each not in talk.left]
        names = [found.name for each in there if each != user.id and (found := self._user(each))]
        at = talk.at.get(user.id)
        more: Json = {}
        if at is not None:
            assert at.author is not None
            more = {"lastMessage": {"insertUserID": at.author.id, "dateInserted": moment(at.time)}}
        return {
            "conversationID": talk.id,
            "name": talk.name or ", ".join(names),
            "insertUserID": talk.by.id,
            "countParticipants": len(there),
            "participants": [self._participant(each, talk) for each in talk.people] if len(there) <= JOINED else [],
            "countMessages": len(talk.messages),
            "countUnread": len(talk.messages) - talk.read.get(user.id, 0),
            "url": f"https://forum.example/messages/{talk.id}",
            **more,
        }


def _message(message: Text, talk: Talk) -> Json:
    told = by(message)
    del told["dateUpdated"]
    return {"messageID": message.id, "conversationID": talk.id, **told}
