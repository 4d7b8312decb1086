"""Reads and answers NodeBB forums by the JSON twin of their pages and the write API, with a token (`login.api_key`) of
the bridge's account, or a master token in its name; as a guest it reads what is public."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote as escaped

from forum_bridge.errors import (
    Blocked,
    Forbidden,
    Gone,
    NotPosted,
    Retry,
    RobotsForbid,
    Unclear,
    Unreadable,
    WatchTrouble,
)
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.conversations import AccountSource
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.api.messenger import ApiMessenger
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.nodebb import addresses, chats, documents, writing
from forum_bridge.forums.engines.nodebb.saved import document_in
from forum_bridge.forums.engines.nodebb.source import Dialect, Source
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.characters import one_line
from forum_bridge.markup.render import prefixed
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadId, ThreadRef
from forum_bridge.web.session import Credentials

_SLUG = re.compile(r"\w[\w.-]*")


class NodeBB(ApiMessenger):
    """NodeBB: reads from 1.4 on, writes from 1.15 on."""

    name = "nodebb"
    markup = Markup.MARKDOWN
    longest: int | None = 32_767  # maximumPostLength of install/data/defaults.json
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "NodeBB",
        "surely": ["[component='topic'][data-tid]", "script#ajaxify-data", "meta[name=generator][content=NodeBB]"],
        "cookies": "^express\\.sid$",
        "hints": ["link[href*='/assets/client']", "script[src*='/assets/nodebb.min.js']"],
        "thread": r"/topic/(?P<id>\d+)",
        "board": r"/category/\d+",
        "probe": {"address": "api/config", "holds": '"relative_path"', "version": '"version"\\s*:\\s*"([\\d.]+)'},
        "grant": "A token for the API (Admin, Settings, API Access) for the bridge's member, who should be in a group"
        " that is exempt from the post queue (Admin, Settings, Posts).",
    }
    _account: str | None = None  # whom a token is used for, as a number: master tokens have to be told each time

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved page of a topic: a document of the twin, or the page that people see. Raises Unreadable."""
        return documents.thread_page(document_in(saved, url), addresses.topic_page(url))

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        return Source(Dialect(self._root), self._client, **options.limits)

    def conversations(self, options: ApiOptions) -> AccountSource:
        """Return the pages of our account's chats."""
        return chats.Chats(self._client, **options.limits)

    @property
    def inbox(self) -> str:
        """The list of our account's chats."""
        return chats.rooms(self._root)

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the forum takes the token for nobody's, Retry."""
        if credentials.api_key is None:
            raise Forbidden("login.api_key is not set", explanation="Make a token under Admin, Settings, API Access.")
        self._session.send_no_cookies()  # each call with a token opens a session, and beside one no token counts
        self._client.query.clear()
        self._account = credentials.user if credentials.user.isdigit() else await self._number_of(credentials.user)
        self._client.headers["Authorization"] = f"Bearer {credentials.api_key.get_secret_value()}"
        if self._account is not None:
            self._client.query["_uid"] = self._account
        else:
            await self._refuse_a_master()
        account = documents.author(await self._myself(), self._root)
        if account.id is None:
            raise Forbidden("The forum takes us for a guest.", explanation="Check login.user and login.api_key.")
        return account

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post. Raises Retry, Forbidden, NotPosted, Unclear."""
        url = addresses.topic(thread.url).writing + writing.ENGLISH
        asked = writing.new_post(draft, self._account)
        told = await self._client.write(url, asked)
        if writing.answers_no_post(told) and asked.pop("toPid", None) is not None:
            told = await self._client.write(url, asked)
        return writing.receipt(_taken(told), self._root)

    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a chat, at an address that no topic has."""
        url = chats.room(thread.url).writing + writing.ENGLISH
        told = await self._client.write(url, writing.new_message(draft, self._account))
        return writing.message_receipt(_taken(told), self._root)

    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:  # noqa: ARG002 -- chats have none
        """Write to a member: into the chat that we have with them, or into a new one. Chats have no subject."""
        number = to.id or ""
        if not number.isdigit():
            raise NotPosted(f"{to.name} is a member of another server: no chat is opened there.")
        room = chats.Room(self._root, await self._room_with(number) or await self._new_room(number))
        return await self.answer(ThreadRef(ThreadId(room.id), room.url), draft)

    def quote(self, quote: Quote) -> str:
        """Return the quote as NodeBB's own button makes it: the mention before it tells the author."""
        who = self.mention(quote)
        link = f"{who} [said]({quote.url}):"
        return f"{link}\n{prefixed(quote.text.strip(), '> ')}"

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told: as it stands in the address of their profile."""
        slug = re.sub(r"\s+", "-", one_line(quote.author.name, 80))
        acts = not _SLUG.fullmatch(slug) or common.plain_name(Author(slug)) != slug
        if quote.author.guest or acts or common.calls_many(slug):
            return common.mention(self.markup, quote)
        return f"@{slug}"

    async def _room_with(self, number: str) -> str | None:
        """Return the chat of us two, None where there is none, or the forum is too old to tell."""
        try:
            told = await self._client.read(f"{self._root}/api/v3/users/{number}/chat")
        except (Blocked, RobotsForbid, Unreadable) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        except Forbidden:
            raise
        except WatchTrouble:
            return None
        found = text(within(told, "response", "roomId"))
        return found if found not in {None, "0"} else None

    async def _new_room(self, number: str) -> str:
        """Open a chat. Nothing stands in it, so that a second one does no harm where it is not known whether it came to
        be."""
        url = f"{self._root}/api/v3/chats{writing.ENGLISH}"
        try:
            told = await self._client.write(url, writing.new_room(number, self._account))
        except Unclear as error:
            raise Retry(str(error), explanation=error.explanation) from error
        return writing.room(_taken(told))

    async def _myself(self) -> object:
        try:
            return await self._client.read(f"{self._root}/api/self", signing_in=True)
        except Forbidden as error:
            raise Forbidden(f"The forum takes the token for nobody's: {error}") from error

    async def _number_of(self, user: str) -> str | None:
        """Return the number of a member, asked as a guest, since a master token answers nothing without it; None where
        guests are not told."""
        self._client.headers.pop("Authorization", None)
        try:
            told = await self._client.read(f"{self._root}/api/user/username/{escaped(user, safe='')}", signing_in=True)
        except (Forbidden, Gone):
            return None
        return text(within(told, "uid"))

    async def _refuse_a_master(self) -> None:
        """Raise Forbidden for a master token, which is refused whatever is asked without the account's number."""
        try:
            await self._client.read(f"{self._root}/api/v3/ping", signing_in=True)
        except (Forbidden, Gone):
            return
        except WatchTrouble as error:
            raise Forbidden(
                "This is a master token, and the forum does not tell guests which number login.user has.",
                explanation="Give the account's number as login.user, or make a token of its own for it.",
            ) from error


def _taken(told: Told) -> Told:
    """Return what was taken. Raises why it was not."""
    if told.taken:
        return told
    if told.status in {401, 403}:
        raise Forbidden(f"The forum did not take the answer: {writing.words(told)}")
    raise writing.refusal(told)
