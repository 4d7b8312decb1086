"""Reads and answers Vanilla forums by their API, with a personal access token of the bridge's account
(`login.api_key`); as a guest it reads what is public."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import ClassVar

from forum_bridge.errors import Forbidden, Gone, NotPosted, Retry, Unclear, WatchTrouble
from forum_bridge.forums.api import bell
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.conversations import AccountSource
from forum_bridge.forums.api.document import number, parsed, text, within
from forum_bridge.forums.api.messenger import ApiMessenger
from forum_bridge.forums.api.naming import with_files
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.vanilla import addresses, conversations, documents, ringing, uploads, writing
from forum_bridge.forums.engines.vanilla.conversations import Conversation
from forum_bridge.forums.engines.vanilla.source import Source
from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import BoardRow, ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.characters import one_line
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload, normalised
from forum_bridge.web.session import Credentials

_PLAIN = re.compile(r"[\w-]+")


class Vanilla(ApiMessenger):
    """Vanilla with the API's version 2: 2.6 and newer, and the hosted product."""

    name = "vanilla"
    markup = Markup.MARKDOWN
    longest: int | None = 8_000  # Vanilla.Comment.MaxLength, unless the administrator changed it
    Options: ClassVar[type[AdapterOptions]] = bell.BellOptions
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "Vanilla",
        "surely": [r"script =~ \bgdn\.(?:meta|permissions)\s*=", r"script =~ window\[.gdn.\]"],
        "hints": ["link[href*='/applications/dashboard/']", "a[href*='/entry/signin']", "#vanilla_discussions_index"],
        "cookies": "^(?:Vanilla|vf_[^_]+)",
        "thread": r"/discussion/(?P<id>\d+)",
        "board": r"/categories/[^/?#]+",
        "grant": "A token of the bridge's account (its profile, Access tokens), and for that account the right to view"
        " discussions and to add comments, and for personal messages to start conversations; a rank that is not held"
        " back by flood control helps.",
    }

    most_files = 10

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved document of a discussion's comments (`/api/v2/comments?discussionID=12`). Raises Unreadable."""
        return documents.thread_page(parsed(saved, url), addresses.discussion(url).comments)

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        return Source(self._root, self._client, **options.limits)

    def conversations(self, options: ApiOptions) -> AccountSource:
        """Return the conversations of our account."""
        return conversations.Conversations(self._client, **options.limits)

    @property
    def inbox(self) -> str:
        """The list of our account's conversations."""
        return conversations.inbox(self._root)

    async def whom(self, row: BoardRow) -> Collection[str]:
        """Return the ids of those who are in a conversation with us, or have left it: of more than five, only a
        document of their own tells."""
        if row.person is not None:
            return (row.person,)
        told = await self._client.read(conversations.conversation(row.ref.url).participants)
        return [each for each in conversations.people(told) if each != self._conversations.account_id]

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the forum takes the token for nobody's, or somebody else's; Retry."""
        if credentials.api_key is None:
            raise Forbidden(
                "login.api_key is not set", explanation="Make a token in the account's profile, and set it."
            )
        self._client.headers["Authorization"] = f"Bearer {credentials.api_key.get_secret_value()}"
        me = await self._client.read(f"{self._root}/api/v2/users/me", signing_in=True)
        user_id, name = text(within(me, "userID")), text(within(me, "name"))
        if user_id in {None, "0"} or name is None:
            raise Forbidden("The forum takes us for a guest.")
        if normalised(credentials.user).casefold() != normalised(name).casefold():
            raise Forbidden(f"The token belongs to {name}, and login.user is {credentials.user}.")
        return Author(name, user_id)

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a comment. Raises Retry, Forbidden, NotPosted, FilesRefused, Unclear."""
        body = with_files(draft.text, [(file, await self._upload(file)) for file in draft.files], uploads.shown)
        told = await self._client.write(f"{self._root}/api/v2/comments", writing.new_comment(thread, body))
        if not told.taken:
            raise writing.refusal(told)
        return writing.receipt(told, thread)

    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a conversation, unless everybody else has left it: they would not get the message."""
        place = conversations.conversation(thread.url)
        try:
            about = await self._asked(place.document)
        except Gone as gone:
            raise NotPosted("The conversation does not exist any more.") from gone
        if number(within(about, "countParticipants")) in {0, 1}:
            raise NotPosted(
                "Everybody else has left the conversation.",
                explanation="It was not sent: reach the customer another way, and mark it as sent.",
            )
        return await self._say(place, draft)

    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Open a conversation with a member, and write into it. One that a try before has left empty is used."""
        member, ours = to.id or "", self._conversations.account_id or ""
        if not member.isdigit():
            raise NotPosted(f"{to.name} is no member of this forum.")
        await self._require_member(to)
        told = await self._asked(self.inbox)
        empty = conversations.empty_one(told, {ours, member}, ours)
        return await self._say(Conversation(self._root, empty or await self._opened([ours, member], subject)), draft)

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether a file has a chance: of which kinds and sizes, only trying tells."""
        return bool(name) and size != 0

    def decode_push(self, request: PushRequest) -> Pushed:
        """Return where a webhook says that something is new. Raises NotSigned, Malformed."""
        return bell.heard(request, self._options, ringing.proof, ringing.hints)

    def quote(self, quote: Quote) -> str:
        """Return the quote so that its author is told, which a mention within it does."""
        lines = [f"{self.mention(quote)}:", "", *quote.text.strip().splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told; a guest's, which tells nobody, as text."""
        name = one_line(quote.author.name, 80)
        acts = '"' in name or common.plain_name(quote.author) != name
        if quote.author.id is None or acts or common.calls_many(name):
            return common.mention(self.markup, quote)
        return f"@{name}" if _PLAIN.fullmatch(name) else f'@"{name}"'

    async def _require_member(self, to: Author) -> None:
        """Raise NotPosted for an account that is gone: a conversation would be opened with it all the same."""
        try:
            await self._asked(f"{self._root}/api/v2/users/{to.id}")
        except Gone as gone:
            raise NotPosted(f"{to.name} has no account here any more: there is nobody to write to.") from gone
        except Forbidden:
            return  # older versions tell nobody but administrators

    async def _opened(self, people: list[str], subject: str) -> str:
        """Open a conversation. Nothing stands in it, and it is found again where it is not known whether it came to
        be."""
        try:
            told = await self._client.write(
                f"{self._root}/api/v2/conversations", writing.new_conversation(people, subject)
            )
        except Unclear as error:
            raise Retry(str(error), explanation=error.explanation) from error
        return writing.conversation_id(_taken(told))

    async def _say(self, place: Conversation, draft: Draft) -> Receipt:
        told = await self._client.write(f"{self._root}/api/v2/messages", writing.new_message(place.id, draft.text))
        return writing.message_receipt(_taken(told), place.url)

    async def _asked(self, url: str) -> object:
        """Return a document that a write needs. Raises Gone, Forbidden, and Retry for whatever else stands in the
        way."""
        try:
            return await self._client.read(url)
        except (Gone, Forbidden):
            raise
        except WatchTrouble as error:
            raise Retry(str(error), explanation=error.explanation) from error

    async def _upload(self, file: Upload) -> str:
        url, fields = f"{self._root}/api/v2/media", {"type": uploads.kind(file)}
        return uploads.uploaded(await self._client.upload(url, "file", file, fields), file)


def _taken(told: Told) -> Told:
    """Return what was taken of a conversation. Raises why it was not."""
    if told.taken:
        return told
    raise writing.refusal(told, writing.TO_CONVERSE)
