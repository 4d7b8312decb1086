"""XenForo's personal messages as threads: conversations, which have ids, pages and documents of their own, and the list
of those that our account takes part in. Keys: https://docs.xenforo.com/api, "Conversations"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forum_bridge.errors import Unreadable
from forum_bridge.forums.api.client import ApiClient
from forum_bridge.forums.api.document import Node, made, moment, node, nodes, text, within
from forum_bridge.forums.engines.xenforo import documents
from forum_bridge.forums.engines.xenforo.addresses import Addresses
from forum_bridge.forums.engines.xenforo.parsed import whole
from forum_bridge.forums.engines.xenforo.source import Paged
from forum_bridge.forums.reading.page import BoardPage, BoardRow, ThreadPage
from forum_bridge.model import Post, PostId, ThreadId, ThreadRef

_SUBJECT = re.compile(r"/[^/?#&]*\.(\d+)(/|$)")


class Dialect:
    """Conversations, at the addresses of one forum."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def thread_address(self, url: str) -> str:
        place = self._addresses.place(url)
        return self._addresses.of(f"conversations/{place.id}/", with_messages=1, page=place.page)

    def thread_page(self, document: object, address: str) -> ThreadPage:
        return conversation_page(document, address, self._addresses)

    def board_address(self, url: str) -> str:
        return url

    def board_page(self, document: object, address: str) -> BoardPage:
        return inbox_page(document, address, self._addresses, None)

    def ref(self, url: str) -> ThreadRef:
        return self._addresses.ref(url)

    def named(self, url: str) -> str | None:
        return self._addresses.place(url).id


class Conversations(Paged):
    """The pages of one account's conversations."""

    def __init__(self, addresses: Addresses, client: ApiClient, *, pages_a_poll: int, threads_a_poll: int) -> None:
        limits = {"pages_a_poll": pages_a_poll, "threads_a_poll": threads_a_poll}
        super().__init__(Dialect(addresses), addresses, client, **limits)

    async def board(self, url: str) -> BoardPage:
        """Return one page of the list; whom a conversation is with is told by who we are."""
        return await made(inbox_page, await self.document(url), url, self._addresses, self.account_id)


def conversation_page(document: object, address: str, addresses: Addresses) -> ThreadPage:
    """Return one page of a conversation. Raises Unreadable when it holds no message, or not what a message needs."""
    about = node(within(document, "conversation"), "conversation")
    ref = conversation(about, addresses)
    first = text(about.get("first_message_id"))
    posts = tuple(_message(item, ref, first) for item in nodes(within(document, "messages"), "list of messages"))
    if not posts:
        raise Unreadable(f"{address} shows no message.")
    pages = documents.neighbours(document, address, addresses)
    return ThreadPage(address, ref, posts, pages, about.get("conversation_open") is False)


def inbox_page(document: object, address: str, addresses: Addresses, account_id: str | None) -> BoardPage:
    """Return the conversations of one page. Raises Unreadable when the document is no list of them."""
    told = nodes(within(document, "conversations"), "list of conversations")
    rows = tuple(_row(each, addresses, account_id) for each in told)
    return BoardPage(rows, documents.neighbours(document, address, addresses))


def conversation(about: Node, addresses: Addresses) -> ThreadRef:
    """Return the conversation that a document tells of, at an address without its subject. Raises Unreadable."""
    number = text(about.get("conversation_id"))
    if number is None:
        raise Unreadable("The forum's API told a conversation without its id.")
    url = text(about.get("view_url")) or f"{addresses.root}/conversations/{number}/"
    return ThreadRef(ThreadId(number), _SUBJECT.sub(r"/\1\2", url), text(about.get("title")) or "")


def _message(item: Node, ref: ThreadRef, first: str | None) -> Post:
    message_id, html = text(item.get("message_id")), item.get("message_parsed")
    if message_id is None or not isinstance(html, str):
        raise Unreadable(f"A message of {ref.url} lacks its id or its text.")
    files = documents.attachments(item)
    return Post(
        id=PostId(message_id),
        thread=ref,
        author=documents.author(item),
        html=whole(html.strip(), text(item.get("message")) or "", files),
        url=text(item.get("view_url")) or f"{ref.url}#message-{message_id}",
        time=moment(item.get("message_date")),
        opening=message_id == first,
        attachments=tuple(files.values()),
    )


def _row(about: Node, addresses: Addresses, account_id: str | None) -> BoardRow:
    last = text(about.get("last_message_id"))
    if last is None:
        raise Unreadable("A conversation of the list lacks what tells that it got a message.")
    mark = " ".join(str(each) for each in (last, about.get("reply_count"), about.get("last_message_date")))
    people = about.get("recipients")
    others = [each for each in people if each != account_id] if isinstance(people, Mapping) else []
    person = others[0] if len(others) == 1 and account_id is not None else None
    return BoardRow(conversation(about, addresses), mark, moment(about.get("last_message_date")), person)
