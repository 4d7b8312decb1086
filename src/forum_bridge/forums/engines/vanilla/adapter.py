"""Reads and answers Vanilla forums by their API, with a personal access token of the bridge's account
(`login.api_key`); as a guest it reads what is public."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from forum_bridge.errors import Forbidden
from forum_bridge.forums.api import bell
from forum_bridge.forums.api.adapter import ApiAdapter
from forum_bridge.forums.api.document import parsed, text, within
from forum_bridge.forums.api.naming import with_files
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.contract import AdapterOptions
from forum_bridge.forums.engines.vanilla import addresses, documents, ringing, uploads, writing
from forum_bridge.forums.engines.vanilla.source import Source
from forum_bridge.forums.pushed import Pushed, PushRequest
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.characters import one_line
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload, normalised
from forum_bridge.web.session import Credentials

_PLAIN = re.compile(r"[\w-]+")


class Vanilla(ApiAdapter):
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
        " discussions and to add comments; a rank that is not held back by flood control helps.",
    }

    most_files = 10

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved document of a discussion's comments (`/api/v2/comments?discussionID=12`). Raises Unreadable."""
        return documents.thread_page(parsed(saved, url), addresses.discussion(url).comments)

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        return Source(self._root, self._client, **options.limits)

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
        if quote.author.id is None or '"' in name:
            return common.mention(self.markup, quote)
        return f"@{name}" if _PLAIN.fullmatch(name) else f'@"{name}"'

    async def _upload(self, file: Upload) -> str:
        url, fields = f"{self._root}/api/v2/media", {"type": uploads.kind(file)}
        return uploads.uploaded(await self._client.upload(url, "file", file, fields), file)
