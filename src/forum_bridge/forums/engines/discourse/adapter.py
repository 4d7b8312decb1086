"""Reads and answers Discourse forums by their JSON API, with a key of the forum's own (`login.api_key`) in the name of
an account (`login.user`); as a guest it reads what is public."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from forum_bridge.errors import Blocked, Forbidden, Gone, NotPosted, Retry, RobotsForbid, Unreadable, WatchTrouble
from forum_bridge.forums.api import bell
from forum_bridge.forums.api.document import parsed, text, within
from forum_bridge.forums.api.messenger import ApiMessenger
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.discourse import addresses, documents, ringing, uploads, writing
from forum_bridge.forums.engines.discourse.source import Dialect, Source
from forum_bridge.forums.engines.discourse.uploads import Limits, limits
from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload
from forum_bridge.web.session import Credentials

_NAME = re.compile(r"[\w.-]+")


class DiscourseOptions(bell.BellOptions):
    """What the forum's own rules are asked not to stop."""

    skip_validations: bool = Field(
        False,
        description="post answers that are shorter than the forum allows, or like the one before: its key may do that",
    )


class Discourse(ApiMessenger):
    """Discourse, from 2.9 on."""

    name = "discourse"
    markup = Markup.MARKDOWN
    most_files = 10
    remembers = writing.REMEMBERS
    Options: ClassVar[type[AdapterOptions]] = DiscourseOptions
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "Discourse",
        "surely": ["meta[name=generator][content^='Discourse ']", "#data-discourse-setup", "#data-preloaded"],
        "hints": ["meta[name=discourse_theme_id]", "discourse-assets"],
        "cookies": "^_forum_session$",
        "version": r"meta[name=generator] @content =~ ^Discourse ([\w.-]+)",
        "thread": r"/t/(?:(?!\d+(?:[/?#]|$))[^/?#]+/)?(?P<id>\d+)",
        "board": r"/(?:c|tag)/[^?#]+",
        "probe": {"address": "site/basic-info.json", "holds": '"apple_touch_icon_url"'},
        "grant": "A key for the API (Admin, API, New key: for the bridge's member alone, granular) with the scopes"
        " global: read, topics: write and uploads: create.",
    }
    _unchecked: bool
    _limits = Limits()
    _me = ""  # as whom we are signed in

    @property
    def longest(self) -> int | None:
        """How many characters a post may have."""
        return self._limits.post

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved document of a topic (`/t/12.json`). Raises Unreadable."""
        return documents.thread_page(parsed(saved, url), addresses.topic_page(url))

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        self._unchecked = isinstance(options, DiscourseOptions) and options.skip_validations
        return Source(Dialect(self._session.base_url), self._client, **options.limits)

    def conversations(self, options: ApiOptions) -> ApiSource:
        """Return the pages of personal messages."""
        return Source(Dialect(self._session.base_url, private=True), self._client, **options.limits)

    @property
    def inbox(self) -> str:
        """The list of personal messages in which somebody wrote to us."""
        return addresses.messages(self._root, self._me)

    @property
    def sent(self) -> str:
        """The list of those in which we wrote, for as long as nobody answers the only one."""
        return addresses.messages(self._root, self._me, sent=True)

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the forum takes the key for nobody's, Retry."""
        if credentials.api_key is None:
            raise Forbidden("login.api_key is not set", explanation="Make a key under Admin, API, and set it.")
        self._client.headers |= {"Api-Key": credentials.api_key.get_secret_value(), "Api-Username": credentials.user}
        try:
            document = await self._client.read(f"{self._root}/session/current.json", signing_in=True)
        except Gone as gone:
            raise Forbidden("The forum takes us for a guest.") from gone
        user = within(document, "current_user")
        account_id = text(within(user, "id"))
        if account_id is None:
            raise Forbidden("The forum takes us for a guest.")
        self._limits = await self._read_limits()
        self._me = text(within(user, "username")) or credentials.user
        return Author(self._me, account_id)

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post. Raises Retry, Forbidden, NotPosted, FilesRefused, Unclear."""
        raw = uploads.shown(draft.text, [(file, await self._upload(file)) for file in draft.files])
        return await self._write(writing.new_post(thread, draft, raw, unchecked=self._unchecked), draft)

    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a personal message, if it still is one: moderators can make it a public topic."""
        try:
            await self._conversations.thread(thread.url)
        except (Blocked, RobotsForbid, Unreadable) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        except Forbidden:
            raise
        except WatchTrouble as error:
            raise NotPosted(str(error), explanation=error.explanation) from error
        return await self.post(thread, draft)

    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Write a personal message to a member, whose name is looked up: others may have it by now."""
        try:
            told = await self._client.read(addresses.member(self._root, to.name))
        except (Blocked, RobotsForbid, Unreadable) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        except Gone:
            told = None
        if text(within(told, "user", "id")) != to.id:
            raise NotPosted(f"Nobody is called {to.name} any more, or somebody else is.")
        return await self._write(writing.new_message(to, subject, draft, unchecked=self._unchecked), draft)

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether the forum takes a file of this name and size (bytes, if known), as its settings say."""
        return self._limits.take(name, size)

    def decode_push(self, request: PushRequest) -> Pushed:
        """Return where a webhook says that something is new. Raises NotSigned, Malformed."""
        return bell.heard(request, self._options, ringing.proof, ringing.hints)

    def quote(self, quote: Quote) -> str:
        """Return the quote so that its author is told, which takes the number of the post within its topic."""
        found = addresses.topic(quote.url) if quote.author.id is not None else None
        if found is None or found.number is None or not _NAME.fullmatch(quote.author.name):
            return common.quote(self.markup, quote)
        text_ = quote.text.strip()
        return f'[quote="{quote.author.name}, post:{found.number}, topic:{found.id}"]\n{text_}\n[/quote]'

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told."""
        name = quote.author.name
        acts = not _NAME.fullmatch(name) or common.plain_name(quote.author) != name
        if quote.author.id is None or acts or common.calls_many(name):
            return common.mention(self.markup, quote)
        return f"@{name}"

    async def _write(self, asked: dict[str, object], draft: Draft) -> Receipt:
        told = await self._client.write(f"{self._root}/posts.json", asked)
        if not told.taken:
            raise writing.refusal(told)
        return writing.receipt(told, self._root, draft)

    async def _upload(self, file: Upload) -> str:
        asked = {"upload_type": "composer", "synchronous": "true"}
        told = await self._client.upload(f"{self._root}/uploads.json", "file", file, asked)
        return writing.uploaded(told, file)

    async def _read_limits(self) -> Limits:
        try:
            return limits(await self._client.read(f"{self._root}/site/settings.json", signing_in=True))
        except (Forbidden, Gone, Unreadable):  # only trying tells
            return Limits()
