"""A stand-in for Vanilla 2025: the parts of its API (version 2) that the bridge uses, with what it does to those who
use it. The text that opens a discussion is no comment and has an id that a comment may have, too; bad tokens make us a
guest; haste is told as a fault of the text; what waits for a moderator has no id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from tests.engines.place import START, Time, dated

Json = dict[str, object]
SPAM = (
    "You have posted 5 times within 60 seconds. A spam block is now in effect on your account. You must wait at least"
    " 120 seconds before attempting to post again."
)


@dataclass(slots=True)
class User:
    id: int
    name: str
    token: str = ""


@dataclass(slots=True)
class Text:
    id: int
    author: User | None
    body: str
    time: datetime
    updated: datetime | None = None


@dataclass(slots=True)
class Talk:
    id: int
    name: str
    opening: Text
    comments: list[Text] = field(default_factory=list)
    closed: bool = False
    category: int = 7


class VanillaForum:
    """One forum. ``cut`` drops the connection after the next write; ``moderated`` keeps comments back."""

    key = "va.anahtar-0123456789"

    def __init__(self, clock: Time) -> None:
        self.clock = clock
        self.users = [User(1, "kopru", self.key), User(2, "Ayşe Öz")]
        self.talks: dict[int, Talk] = {}
        self.asked: list[str] = []
        self.kept_back: list[Text] = []
        self.cut = False
        self.moderated = False
        self._ids = 0
        self._written: list[datetime] = []
        self._locked_until: datetime | None = None
        self.app = dated(web.Application(), clock)
        self.app.router.add_get("/api/v2/users/me", self._me)
        self.app.router.add_get("/api/v2/categories", self._categories)
        self.app.router.add_get("/api/v2/discussions", self._list)
        self.app.router.add_get("/api/v2/discussions/{id}", self._one)
        self.app.router.add_get("/api/v2/comments", self._comments)
        self.app.router.add_get("/api/v2/comments/{id}", self._comment)
        self.app.router.add_post("/api/v2/comments", self._create)
        self.app.router.add_post("/api/v2/media", self._media)
        self.media: list[tuple[str, str, str]] = []
        self.may_upload = True

    def begin(self, name: str, author: User | None, body: str) -> Talk:
        number = len(self.talks) + 1
        talk = self.talks[number] = Talk(number, name, Text(number, author, body, self.clock()))
        return talk

    def write(self, talk: Talk, author: User | None, body: str) -> Text:
        self._ids += 1
        talk.comments.append(comment := Text(self._ids, author, body, self.clock()))
        return comment

    def who(self, request: web.Request) -> User | None:
        self.asked.append(str(request.rel_url))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return next((each for each in self.users if each.token and each.token == token), None)

    async def _me(self, request: web.Request) -> web.Response:
        user = self.who(request)
        return web.json_response(shown(user) if user else {"userID": 0, "name": "guest"})

    async def _categories(self, request: web.Request) -> web.Response:
        self.who(request)
        names = [f"bolum-{number}" for number in range(1, 121)]
        names[118] = "yardım"
        page = int(request.query["page"])
        rows = [{"categoryID": number, "urlcode": name} for number, name in enumerate(names, 1)]
        return web.json_response(rows[(page - 1) * 100 : page * 100])

    async def _list(self, request: web.Request) -> web.Response:
        self.who(request)
        wanted = request.query.get("categoryID")
        talks = [each for each in self.talks.values() if wanted is None or str(each.category) == wanted]
        talks.sort(key=_last, reverse=True)
        page, size = int(request.query["page"]), int(request.query["limit"])
        return web.json_response([_discussion(each, request) for each in talks[(page - 1) * size : page * size]])

    async def _one(self, request: web.Request) -> web.Response:
        self.who(request)
        found = self.talks.get(int(request.match_info["id"]))
        return web.json_response(_discussion(found, request)) if found else error(404, "Discussion not found.")

    async def _comments(self, request: web.Request) -> web.Response:
        self.who(request)
        found = self.talks.get(int(request.query["discussionID"]))
        if found is None:
            return error(404, "Discussion not found.")
        page, size = int(request.query["page"]), min(int(request.query["limit"]), 100)
        return web.json_response([_told(each, found) for each in found.comments[(page - 1) * size : page * size]])

    async def _comment(self, request: web.Request) -> web.Response:
        self.who(request)
        for talk in self.talks.values():
            for comment in talk.comments:
                if str(comment.id) == request.match_info["id"]:
                    return web.json_response(_told(comment, talk))
        return error(404, "Comment not found.")

    async def _media(self, request: web.Request) -> web.Response:
        """Store a file; ``may_upload`` is the permission Garden.Uploads.Add."""
        if self.who(request) is None:
            return error(401, "Access token not found")
        if not self.may_upload:
            return error(403, "Permission Problem")
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        if not file.filename.endswith((".pdf", ".png")):
            return error(422, "Validation Failed", "file does not contain an allowed file extension.")
        address = f"https://depo.example/uploads/{len(self.media)}/ABC.{file.filename.rpartition('.')[2]}"
        self.media.append((file.filename, str(form["type"]), address))
        return web.json_response({"mediaID": len(self.media), "url": address, "name": file.filename}, status=201)

    async def _create(self, request: web.Request) -> web.Response:
        user = self.who(request)
        if user is None:
            return error(403, "Permission Problem")
        asked = await request.json()
        talk = self.talks.get(asked["discussionID"])
        if talk is None:
            return error(404, "Discussion not found.")
        if talk.closed:
            return error(400, "This discussion has been closed.")
        if not asked["body"].strip():
            return error(422, "Validation Failed", "Body is required.")
        now = self.clock()
        recent = [each for each in self._written if now - each < timedelta(seconds=60)]
        if len(recent) >= 5 or (self._locked_until is not None and now < self._locked_until):
            self._locked_until = now + timedelta(seconds=120) if self._locked_until is None else self._locked_until
            return error(422, "Validation Failed", SPAM)
        self._written, self._locked_until = [*recent, now], None
        if self.moderated:
            self.kept_back.append(Text(0, user, asked["body"], now))
            return web.json_response({"message": "Your comment will appear after it is approved."}, status=202)
        comment = self.write(talk, user, f"<p>{asked['body']}</p>")
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.close()
        return web.json_response(_told(comment, talk), status=201)


def seeded(clock: Time, comments: int = 216) -> VanillaForum:
    """Return a forum with one discussion of so many comments."""
    forum = VanillaForum(clock)
    ayse = forum.users[1]
    clock.now = START - timedelta(days=2)
    talk = forum.begin("Kargo takibi", ayse, "<p>Siparişim nerede?</p>")
    for number in range(1, comments + 1):
        clock.pass_by(minutes=1)
        forum.write(talk, ayse if number % 2 else None, f"<p>Yorum ({number})</p>")
    clock.now = START
    return forum


def _last(talk: Talk) -> datetime:
    return talk.comments[-1].time if talk.comments else talk.opening.time


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def shown(user: User | None) -> Json:
    if user is None:
        return {"userID": 0, "name": "[Deleted User]"}
    return {"userID": user.id, "name": user.name, "url": f"https://forum.example/profile/{user.id}"}


def by(text: Text) -> Json:
    return {
        "insertUserID": text.author.id if text.author else 0,
        "insertUser": shown(text.author),
        "dateInserted": moment(text.time),
        "dateUpdated": moment(text.updated),
        "body": text.body,
    }


def _discussion(talk: Talk, request: web.Request) -> Json:
    return {
        "discussionID": talk.id,
        "name": talk.name,
        "categoryID": talk.category,
        "countComments": len(talk.comments),
        "dateLastComment": moment(_last(talk)),
        "closed": talk.closed,
        "url": f"{request.url.origin()}/discussion/{talk.id}/x",
        **by(talk.opening),
    }


def _told(comment: Text, talk: Talk) -> Json:
    return {"commentID": comment.id, "discussionID": talk.id, **by(comment)}


def error(status: int, message: str, fault: str | None = None) -> web.Response:
    told: Json = {"message": message, "status": status}
    return web.json_response(told | ({"errors": [{"field": "Body", "message": fault}]} if fault else {}), status=status)
