"""What an owner sends: a JSON document with posts (docs/push.openapi.yaml), read strictly, all or nothing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from forum_bridge.depth import too_much
from forum_bridge.errors import WatchTrouble
from forum_bridge.forums.pushed import Malformed
from forum_bridge.model import PRIVATE, Attachment, Author, Cursor, Post, PostId, Reading, ThreadId, ThreadRef
from forum_bridge.web.address import absolute

MOST = 100  # posts in one request
LONGEST = 200_000  # characters of one post
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_BARS = frozenset(" |^")
_RESERVED = (PRIVATE, "guest:")  # what the bridge's own keys begin with


def _refused(problem: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{problem}", {"problem": problem})


def _whole(value: object) -> object:
    """For JSON 5.0 is a whole number, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: object) -> object:
    whole = _whole(value)
    return str(whole) if isinstance(whole, int) and not isinstance(whole, bool) else value


def _own(text: str) -> str:
    if text.startswith(_RESERVED):
        raise _refused(f"may not begin with {' or '.join(_RESERVED)}")
    if not text.isprintable() or not _BARS.isdisjoint(text):  # what the bridge's own keys are put together with
        raise _refused("may hold printable characters only, without spaces, | and ^")
    return text


def _uncoloned(text: str) -> str:
    if ":" in text:
        raise _refused("may not hold a colon")
    return text


def _address(text: str) -> str:
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise _refused("holds a user name or password")
    try:
        return absolute("", text)
    except WatchTrouble:
        raise _refused("is no http or https address") from None


def _shallow(html: str) -> str:
    if much := too_much(html):
        raise _refused(much)
    return html


def _plain(text: str) -> str:
    """Text of one line, without control characters."""
    return " ".join("".join(" " if unicodedata.category(each) in _BREAKS else each for each in text).split())


def _something(text: str) -> str:
    if not text:
        raise _refused("holds nothing but spaces and control characters")
    return text


Id = Annotated[str, BeforeValidator(_number), Field(min_length=1, max_length=100), AfterValidator(_own)]
ThreadKey = Annotated[Id, AfterValidator(_uncoloned)]
Address = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_address)]
Line = Annotated[str, Field(max_length=500), AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain), AfterValidator(_something)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Thread(_Part):
    """Where a post stands. In a ``private`` one only the customer and agents read."""

    id: ThreadKey
    url: Address
    title: Line = ""
    private: bool = False

    def key(self, own_id: str) -> str:
        """Return an id within this thread, or its own, as the bridge keeps it."""
        return f"{PRIVATE}{own_id}" if self.private else own_id


class Writer(_Part):
    """Who wrote a post; without an id a guest, whom the name alone tells apart."""

    id: Id | None = None
    name: Name
    email: Annotated[str, Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$")] | None = None
    url: Address | None = None


class File(_Part):
    """A file that hangs on a post; the bridge fetches it."""

    url: Address
    name: Line = ""
    size: Annotated[int, BeforeValidator(_whole), Field(ge=0)] | None = None


class Written(_Part):
    """A post, new or as it stands after an edit."""

    id: Id
    thread: Thread
    author: Writer
    html: Annotated[str, Field(max_length=LONGEST), AfterValidator(_shallow)] | None = None
    text: Annotated[str, Field(max_length=LONGEST)] | None = None
    url: Address | None = None
    time: AwareDatetime | None = None
    edited: AwareDatetime | None = None
    opening: bool = False
    own: bool = False
    attachments: Annotated[list[File], Field(max_length=50)] = []
    deleted: Literal[False] = False

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.html is None) == (self.text is None):
            raise _refused("needs either html or text")
        return self

    def post(self, now: datetime) -> Post:
        """Return the post as any other forum's."""
        ref = ThreadRef(
            ThreadId(self.thread.key(self.thread.id)), self.thread.url, self.thread.title, self.thread.private
        )
        return Post(
            id=PostId(self.thread.key(self.id)),
            thread=ref,
            author=Author(self.author.name, self.author.id, self.author.url, self.author.email),
            html=(self.html if self.html is not None else _as_html(self.text or "")).replace("\0", ""),
            url=self._permalink(),
            time=(self.time or now).astimezone(UTC),
            edited=self.edited.astimezone(UTC) if self.edited else None,
            opening=self.opening,
            attachments=tuple(Attachment(each.url, each.name, size=each.size) for each in self.attachments),
        )

    def _permalink(self) -> str:
        """Return an address that no other post has: its own where that names the post, else with its id in it."""
        named = rf"(?<![^\W_]){re.escape(self.id)}(?![^\W_])"
        if self.url is not None and re.search(named, self.url.partition("://")[2].partition("/")[2]):
            return self.url
        return absolute("", f"{(self.url or self.thread.url).partition('#')[0]}#post-{self.id}")


class Deleted(_Part):
    """A post that is no more."""

    id: Id
    deleted: Literal[True]
    private: bool = False


def _kind(each: object) -> str:
    return "#deleted" if isinstance(each, Mapping) and each.get("deleted") is True else "#written"


Sent = Annotated[Annotated[Written, Tag("#written")] | Annotated[Deleted, Tag("#deleted")], Discriminator(_kind)]


class Push(_Part):
    """One request."""

    posts: Annotated[list[Sent], Field(min_length=1, max_length=MOST)]


def reading(body: bytes, now: datetime) -> Reading:
    """Return what a request's body says; a post without a time was written ``now``. Raises Malformed.

    Posts of the owner's account that shows agents' answers (``own``) are known already, and left out."""
    try:
        posts = Push.model_validate_json(body).posts
    except ValidationError as invalid:
        raise _malformed(invalid) from None
    written = [each for each in posts if isinstance(each, Written)]
    gone = [PostId(f"{PRIVATE}{each.id}" if each.private else each.id) for each in posts if isinstance(each, Deleted)]
    made = [each.post(now) for each in written if not each.own]
    ids = [*(each.thread.key(each.id) for each in written), *gone]
    if twice := next((each for place, each in enumerate(ids) if each in ids[:place]), None):
        raise Malformed(f"the id {twice.removeprefix(PRIVATE)} stands there twice", "posts")
    return Reading(tuple(made), cursor=Cursor(), deleted=tuple(gone))


def _as_html(text: str) -> str:
    blocks = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n"))
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks)


def _malformed(invalid: ValidationError) -> Malformed:
    """Return the first fault and its place, without the tags of the kinds of posts."""
    first = invalid.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if not str(part).startswith("#")]
    told = str(first.get("ctx", {}).get("problem") or first["msg"])
    return Malformed(told, ".".join(place))
