"""Reads and answers XenForo forums by their REST API, with a key that belongs to the bridge's member, or with one of a
super user in that member's name. Without a key there is the adapter `xenforo-html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from forum_bridge.errors import Forbidden, Gone, WatchTrouble
from forum_bridge.forums.api import bell
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import parsed, text, within
from forum_bridge.forums.api.messenger import ApiMessenger
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.xenforo import documents, ringing, writing
from forum_bridge.forums.engines.xenforo.addresses import Addresses
from forum_bridge.forums.engines.xenforo.conversations import Conversations
from forum_bridge.forums.engines.xenforo.source import Source
from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.characters import one_line
from forum_bridge.model import PRIVATE, Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload, normalised
from forum_bridge.web.session import Credentials

API = "api"
_UNQUOTED = str.maketrans({'"': "'", "[": "(", "]": ")", ",": " "})  # a comma parts the quote's attributes


class XenForoOptions(bell.BellOptions):
    """Where the API lies."""

    api: str = Field(API, pattern=r"^[^/?#].*[^/?#]$", description="under the forum's address; else index.php/api")


class XenForo(ApiMessenger):
    """XenForo 2.1 to 2.3."""

    name = "xenforo"
    markup = Markup.BBCODE
    most_files = 10  # attachmentMaxPerMessage
    longest: int | None = 10_000  # `messageMaxLength`, unless the administrator changed it
    Options: ClassVar[type[AdapterOptions]] = XenForoOptions
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "XenForo",
        "surely": ["html#XF[data-app=public]"],
        "hints": ["html[data-template][data-csrf]", "script =~ XF\\.config"],
        "cookies": "^xf_(?:csrf|session|user)$",
        "thread": r"/[^/?#]+/[^/?#]*\.(?P<id>\d+)(?:/|$)",
        "probe": {"address": "api/index/", "holds": '"(?:no_api_key_in_request|api_key_not_found)"'},
        "grant": "A key for the API (Setup, Service providers, API keys) of the kind 'user key', for the bridge's"
        " member, with the scopes thread:read, thread:write, node:read, user:read, attachment:read, attachment:write"
        " and, for personal messages, conversation:read and conversation:write.",
    }
    _addresses: Addresses

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved document of a thread (`/api/threads/12/?with_posts=1`). Raises Unreadable."""
        root = url.partition(f"/{API}/")[0] if f"/{API}/" in url else "/".join(url.split("/")[:3])
        addresses = Addresses(root, API)
        return documents.thread_page(parsed(saved, url), addresses.thread(url), addresses)

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        api = options.api if isinstance(options, XenForoOptions) else API
        self._addresses = Addresses(self._session.base_url.rstrip("/"), api)
        return Source(self._addresses, self._client, **options.limits)

    def conversations(self, options: ApiOptions) -> ApiSource:
        """Return the pages of our account's conversations."""
        return Conversations(self._addresses, self._client, **options.limits)

    @property
    def inbox(self) -> str:
        """The list of our account's conversations."""
        return self._addresses.of("conversations/", page=1)

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the key is nobody's, or somebody else's; Retry."""
        if credentials.api_key is None:
            raise Forbidden("login.api_key is not set", explanation="Set it, or use the adapter xenforo-html.")
        self._client.headers["XF-Api-Key"] = credentials.api_key.get_secret_value()
        kind = text(within(await self._read("index/"), "key", "type"))
        if kind == "guest":
            raise Forbidden("The key is one for guests, who may not answer.", explanation="Make a user key.")
        if kind == "super":
            self._client.headers["XF-Api-User"] = await self._id_of(credentials.user)
        me = within(await self._read("me/"), "me")
        user_id, name = text(within(me, "user_id")), text(within(me, "username"))
        if user_id is None or name is None:
            raise Forbidden("The forum takes us for a guest.")
        if credentials.user != user_id and normalised(credentials.user).casefold() != normalised(name).casefold():
            raise Forbidden(f"The key belongs to {name}, and login.user is {credentials.user}.")
        return Author(name, user_id)

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post. Raises Retry, Forbidden, NotPosted, FilesRefused, Unclear."""
        asked = {"thread_id": thread.id, "message": draft.text}
        if draft.files:
            asked["attachment_key"] = await self._hand_over(thread, draft.files)
        return writing.receipt(await self._write("posts/", asked), thread, draft)

    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a conversation; these count apart from threads, so that nothing gets there that others read."""
        asked = {"conversation_id": thread.id, "message": draft.text}
        return writing.message_receipt(await self._write("conversation-messages/", asked))

    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation with a member, by the id that stays theirs."""
        asked = {"recipient_ids[]": to.id or "", "title": subject, "message": draft.text}
        return writing.conversation_receipt(await self._write("conversations/", asked), self._addresses)

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether a file has a chance: of which kinds and sizes, only trying tells."""
        return bool(name) and size != 0

    def decode_push(self, request: PushRequest) -> Pushed:
        """Return where a webhook says that something is new. Raises NotSigned, Malformed."""
        return bell.heard(request, self._options, ringing.proof, ringing.hints)

    def quote(self, quote: Quote) -> str:
        """Return the quote so that its author is told: with the post and the member in its attribute."""
        name = one_line(quote.author.name, 80).translate(_UNQUOTED)
        member = f", member: {quote.author.id}" if quote.author.id is not None else ""
        private = quote.post_id.startswith(PRIVATE)
        what = f"convMessage: {quote.post_id.removeprefix(PRIVATE)}" if private else f"post: {quote.post_id}"
        return f'[QUOTE="{name}, {what}{member}"]{quote.text.strip()}[/QUOTE]'

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told: the forum looks for names behind an @, of several words too
        (XF\\Str\\MentionFormatter); what already is a tag tells nobody."""
        name = one_line(quote.author.name, 80)
        acts = "[" in name or "//" in name or common.calls_many(name)
        if quote.author.id is None or acts or len(name) < 2:
            return common.mention(self.markup, quote)
        return f"@{name}"

    async def _write(self, what: str, asked: Mapping[str, str]) -> Told:
        told = await self._client.submit(self._addresses.of(what), asked)
        if not told.taken:
            raise writing.refusal(told)
        return told

    async def _hand_over(self, thread: ThreadRef, files: Sequence[Upload]) -> str:
        """Upload files for a post that is to come; return the key that hangs them there. Raises Retry, FilesRefused."""
        asked, where = {"type": "post", "context[thread_id]": thread.id}, "attachments/new-key"
        for file in files:
            told = await self._client.upload(self._addresses.of(where), "attachment", file, asked)
            asked = {"key": writing.key(told, file, asked.get("key"))}
            where = "attachments/"
        return asked["key"]

    async def _id_of(self, user: str) -> str:
        if user.isascii() and user.isdigit():
            return user
        found = text(within(await self._read("users/find-name", username=user), "exact", "user_id"))
        if found is None:
            raise Forbidden(f"There is no member {user}.", explanation="Check login.user.")
        return found

    async def _read(self, what: str, **asked: object) -> object:
        try:
            return await self._client.read(self._addresses.of(what, **asked), signing_in=True)
        except Gone as gone:
            raise WatchTrouble(
                str(gone),
                explanation="There is no API: XenForo has one from 2.1 on; else set options.api: index.php/api",
            ) from gone
