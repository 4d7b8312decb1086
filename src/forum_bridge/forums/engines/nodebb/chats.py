"""NodeBB's chats as threads: rooms, whose messages are numbered from the first one on (`index`) and told fifty at a
time, counted from the newest; here they make pages that stay the same whatever is written.

https://github.com/NodeBB/NodeBB, src/controllers/write/chats.js, src/messaging/index.js and data.js."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlencode

from forum_bridge.errors import Gone, Unreadable, WatchTrouble
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.conversations import ConversationSource
from forum_bridge.forums.api.document import Node, made, moment, nodes, number, text, within
from forum_bridge.forums.engines.nodebb import documents
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Post, PostId, ThreadId, ThreadRef

PAGE = 50  # messages that one answer holds
ROOMS = 20
_ROOM = re.compile(r"^(?P<root>https?://.+?)/chats/(?P<id>\d+)(?:\?(?P<query>[^#]*))?(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Room:
    """A chat as an address names it, with the page of it, from 0."""

    root: str
    id: str
    page: int = 0

    @property
    def url(self) -> str:
        """Its address for people: NodeBB leads each to the room's page of their own."""
        return f"{self.root}/chats/{self.id}"

    @property
    def writing(self) -> str:
        """The write API's address of the room."""
        return f"{self.root}/api/v3/chats/{self.id}"

    def messages(self, start: int) -> str:
        """Return the API's address of so many messages, counted back from the newest but ``start``."""
        return f"{self.writing}/messages?{urlencode({'start': start})}"

    @property
    def entrance(self) -> str:
        """The address by which the bridge knows the page."""
        return self.at(self.page)

    def at(self, page: int) -> str:
        """Return the address by which the bridge knows another page."""
        return f"{self.url}?{urlencode({'page': page})}" if page else self.url


def room(url: str) -> Room:
    """Return the chat that an address names. Raises WatchTrouble if it names none."""
    found = _ROOM.match(url)
    if found is None:
        raise WatchTrouble(f"{url} is not the address of a chat.")
    page = parse_qs(found["query"] or "").get("page", ["0"])[0]
    return Room(found["root"], found["id"], int(page) if page.isdigit() else 0)


def rooms(root: str, page: int = 1) -> str:
    """Return the API's address of our account's chats, the one with the newest message first."""
    return f"{root}/api/v3/chats?{urlencode({'page': page, 'perPage': ROOMS})}"


class Chats(ConversationSource):
    """The chats of one account."""

    def __init__(self, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        super().__init__(client, room, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)

    async def thread(self, url: str) -> ThreadPage:
        """Return one page of a chat. Raises as ``Source.thread``; Gone past its end."""
        asked = room(url)
        newest = await self._client.read(asked.messages(0))
        count = await made(_count, newest)
        last = max(count - 1, 0) // PAGE
        if asked.page > last:
            raise Gone(f"{url} lies past the chat's end.")
        start = count - (asked.page + 1) * PAGE
        told = newest if start <= 0 else await self._client.read(asked.messages(start))
        return await made(_page, asked, told, newest, last, self.account_id)

    async def board(self, url: str) -> BoardPage:
        """Return one page of the list of chats. Raises as ``Source.board``."""
        return await made(_rooms, await self._client.read(url), url)


def _page(asked: Room, told: object, newest: object, last: int, account_id: str | None) -> ThreadPage:
    """Return the page that was asked for, of those up to the ``last``."""
    shown = [each for each in _messages(told) if _index(each) // PAGE == asked.page]
    ref = ThreadRef(ThreadId(asked.id), asked.url, _title(_messages(newest), account_id))
    posts = tuple(_message(each, ref, asked.root) for each in shown if _is_message(each))
    pages = Neighbours(
        next=asked.at(asked.page + 1) if asked.page < last else None,
        previous=asked.at(asked.page - 1) if asked.page else None,
        last=asked.at(last) if asked.page < last else None,
    )
    return ThreadPage(asked.entrance, ref, posts, pages, account_id=account_id)


def _rooms(document: object, url: str) -> BoardPage:
    root, _, query = url.partition("/api/v3/chats?")
    told = nodes(within(document, "response", "rooms"), "list of chats")
    rows = [row for each in told if (row := _row(each, root)) is not None]
    page = int(parse_qs(query).get("page", ["1"])[0])
    return BoardPage(tuple(rows), Neighbours(next=rooms(root, page + 1) if len(told) >= ROOMS else None))


def _messages(document: object) -> list[Node]:
    return nodes(within(document, "response", "messages"), "list of messages")


def _count(newest: object) -> int:
    return max((_index(each) + 1 for each in _messages(newest)), default=0)


def _title(told: list[Node], account_id: str | None) -> str:
    """Chats have no subject: whom it is with is all that there is to call it."""
    others = (each.get("fromUser") for each in told if text(each.get("fromuid")) != account_id)
    return next((name for user in others if (name := unescape(text(within(user, "username")) or ""))), "")


def _index(message: Node) -> int:
    found = number(message.get("index"))
    if found is None:
        raise Unreadable("A message lacks its place in the chat.", explanation="Chats are read from NodeBB 3 on.")
    return found


def _is_message(message: Node) -> bool:
    return not (documents.flag(message.get("system")) or documents.flag(message.get("deleted")))


def _message(item: Node, ref: ThreadRef, root: str) -> Post:
    message_id, html = text(item.get("messageId")), item.get("content")
    if message_id is None or not isinstance(html, str):
        raise Unreadable(f"A message of {ref.url} lacks its id or its text.")
    return Post(
        id=PostId(message_id),
        thread=ref,
        author=documents.author(item.get("fromUser"), root),
        html=html.strip(),
        url=f"{root}/message/{message_id}",
        time=moment(number(item.get("timestamp"))),
        edited=moment(number(item.get("edited"))),
        opening=_index(item) == 0,
    )


def _row(item: Node, root: str) -> BoardRow | None:
    """Return a chat of the list; None for one in which nobody has written yet."""
    room_id, teaser = text(item.get("roomId")), item.get("teaser")
    if room_id is None:
        raise Unreadable("A chat of the list lacks its id.")
    written = number(within(teaser, "timestamp"))
    if written is None:
        return None
    people = [text(each.get("uid")) for each in nodes(item.get("users"), "list of those in a chat")]
    person = people[0] if len(people) == 1 else None
    title = unescape(text(item.get("roomName")) or "")
    mark = f"{written} {text(within(teaser, 'fromuid'))}"
    return BoardRow(ThreadRef(ThreadId(room_id), f"{root}/chats/{room_id}", title), mark, moment(written), person)
