"""Vanilla's conversations as threads: their messages are told a hundred at a time, the newest first, and a conversation
is one page here, which stays the same whatever is written.

https://github.com/vanilla/vanilla, applications/conversations: controllers/api, models/class.conversationmodel.php and
class.conversationmessagemodel.php (save). Who has left stays among the participants, and gets no more messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog

from forum_bridge.errors import Unreadable, WatchTrouble
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.conversations import ConversationSource
from forum_bridge.forums.api.document import Node, made, moment, nodes, number, text, within
from forum_bridge.forums.engines.vanilla import addresses, documents
from forum_bridge.forums.engines.vanilla.written import as_written
from forum_bridge.forums.reading.page import BoardPage, BoardRow, Neighbours, ThreadPage
from forum_bridge.model import Post, PostId, ThreadId, ThreadRef

LIMIT = 100  # the most that one answer holds
_CONVERSATION = re.compile(r"^(?P<root>https?://.+?)/messages/(?P<id>\d+)(?:[/?#].*)?$")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as an address names it."""

    root: str
    id: str

    @property
    def url(self) -> str:
        """Its address for people."""
        return f"{self.root}/messages/{self.id}"

    @property
    def entrance(self) -> str:
        """The same: a conversation is one page."""
        return self.url

    @property
    def document(self) -> str:
        """The API's address of the conversation itself."""
        return f"{self.root}/api/v2/conversations/{self.id}"

    @property
    def participants(self) -> str:
        """The API's address of all who are in it or have left it."""
        return f"{self.document}/participants?{urlencode({'status': 'all', 'limit': LIMIT})}"

    def messages(self, page: int) -> str:
        """Return the API's address of a page of its messages, counted from the newest."""
        asked = {"conversationID": self.id, "page": page, "limit": LIMIT, "expand": "insertUser"}
        return f"{self.root}/api/v2/messages?{urlencode(asked)}"


def conversation(url: str) -> Conversation:
    """Return the conversation that an address names. Raises WatchTrouble if it names none."""
    found = _CONVERSATION.match(url)
    if found is None:
        raise WatchTrouble(f"{url} is not the address of a conversation.")
    return Conversation(found["root"], found["id"])


def inbox(root: str) -> str:
    """Return the API's address of our account's conversations, the one with the newest message first."""
    return f"{root}/api/v2/conversations?{urlencode({'page': 1, 'limit': LIMIT, 'expand': 'all'})}"


def people(told: object) -> list[str]:
    """Return the ids of those who are in a conversation or have left it; none where nobody knows whether those are
    all."""
    found = [text(each.get("userID")) for each in nodes(told, "list of participants")]
    return [each for each in found if each is not None] if len(found) < LIMIT else []


def empty_one(told: object, pair: set[str], account_id: str) -> str | None:
    """Return the id of a conversation of the list that our account opened for the two of a ``pair`` and in which
    nothing stands yet, None where there is none."""
    for each in nodes(told, "list of conversations"):
        ours = text(each.get("insertUserID")) == account_id and number(each.get("countMessages")) == 0
        if ours and number(each.get("countParticipants")) == 2 and set(people(each.get("participants") or [])) == pair:
            return text(each.get("conversationID"))
    return None


class Conversations(ConversationSource):
    """The conversations of one account."""

    def __init__(self, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        super().__init__(client, conversation, pages_a_poll=pages_a_poll, threads_a_poll=threads_a_poll)

    async def thread(self, url: str) -> ThreadPage:
        """Return a conversation. Raises as ``Source.thread``."""
        asked = conversation(url)
        about = await self._client.read(asked.document)
        ref = ThreadRef(ThreadId(asked.id), asked.url, text(within(about, "name")) or "")
        posts = await self._messages(asked, ref)
        if not posts:
            raise Unreadable(f"{asked.url} shows no message.")
        return ThreadPage(asked.url, ref, posts, Neighbours(), account_id=self.account_id)

    async def board(self, url: str) -> BoardPage:
        """Return one page of the list of conversations. Raises as ``Source.board``."""
        return await made(_list, await self._client.read(url), url, self.account_id)

    async def _messages(self, asked: Conversation, ref: ThreadRef) -> tuple[Post, ...]:
        """Return the messages, oldest first. One that is written meanwhile pushes others to the next page: these are
        seen twice, and none is missed."""
        found: dict[int, Node] = {}
        for page in range(1, self.pages_a_poll + 1):
            told = await made(nodes, await self._client.read(asked.messages(page)), "list of messages")
            found |= {_number(each, ref): each for each in told}
            if len(told) < LIMIT:
                return await made(_posts, found, ref, min(found, default=None))
        structlog.get_logger().warning("conversation.only_its_newest", thread=ref.url, messages=len(found))
        return await made(_posts, found, ref, None)


def _posts(told: Mapping[int, Node], ref: ThreadRef, first: int | None) -> tuple[Post, ...]:
    return tuple(_message(told[each], ref, opening=each == first) for each in sorted(told))


def _list(document: object, url: str, account_id: str | None) -> BoardPage:
    told = nodes(document, "list of conversations")
    root = url.partition("/api/v2/")[0]
    rows = [row for each in told if (row := _row(each, root, account_id)) is not None]
    return BoardPage(tuple(rows), Neighbours(next=addresses.following(url) if len(told) >= LIMIT else None))


def _number(item: Node, ref: ThreadRef) -> int:
    found = number(item.get("messageID"))
    if found is None:
        raise Unreadable(f"A message of {ref.url} lacks its id.")
    return found


def _message(item: Node, ref: ThreadRef, *, opening: bool = False) -> Post:
    message_id, body = str(_number(item, ref)), item.get("body")
    if not isinstance(body, str):
        raise Unreadable(f"A message of {ref.url} lacks its text.")
    html, files = as_written(body.strip(), ref.url)
    return Post(
        id=PostId(message_id),
        thread=ref,
        author=documents.author(item),
        html=html,
        url=addresses.message(ref.url, message_id),
        time=moment(item.get("dateInserted")),
        opening=opening,
        attachments=files,
    )


def _row(item: Node, root: str, account_id: str | None) -> BoardRow | None:
    """Return a conversation of the list; None for one in which nothing stands yet. The message that the list tells of
    is the first one that our account has not read, so its time is the newest one's only where not more are unread:
    writing counts as reading, asking the API does not."""
    conversation_id, count = text(item.get("conversationID")), number(item.get("countMessages"))
    if conversation_id is None or count is None:
        raise Unreadable("A conversation of the list lacks its id, or how many messages it has.")
    if count == 0:
        return None
    told = text(within(item, "lastMessage", "dateInserted"))
    newest = moment(told) if number(item.get("countUnread")) in {0, 1} else None
    others = [each for each in people(item.get("participants") or []) if each != account_id]
    ref = ThreadRef(ThreadId(conversation_id), f"{root}/messages/{conversation_id}", text(item.get("name")) or "")
    return BoardRow(ref, f"{count} {told}", newest, others[0] if len(others) == 1 else None)
