"""Reads and answers Flarum forums by their JSON:API, signed in with a key of the forum's own (`login.api_key`) or as
any member (`login.password`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote

from forum_bridge.errors import Forbidden, Gone, Retry
from forum_bridge.forums.api.adapter import ApiAdapter
from forum_bridge.forums.api.document import text, within
from forum_bridge.forums.api.naming import with_files
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.flarum import addresses, documents, uploads, writing
from forum_bridge.forums.engines.flarum.saved import document_in
from forum_bridge.forums.engines.flarum.source import Source
from forum_bridge.forums.html.files import left_out
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.render import prefixed
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload
from forum_bridge.web.session import Credentials

FLOOD = timedelta(seconds=10)  # between two posts of a member (Post/PostCreationThrottler.php); a key has no such limit


class Flarum(ApiAdapter):
    """Flarum 1.8 and 2."""

    name = "flarum"
    markup = Markup.MARKDOWN
    longest: int | None = 63_000  # Api/Resource/PostResource.php of 2.x; 1.8: 65,535, with its own marks in it
    opens_with = frozenset({"api_key", "password"})
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "Flarum",
        "surely": ["script#flarum-json-payload", "#flarum-content", "script =~ flarum\\.core\\.app"],
        "hints": ["#app.App #home-link", "link[href*='/assets/forum.js']"],
        "cookies": "flarum_session",
        "thread": r"/d/(?P<id>\d+)",
        "board": r"/t/[\w-]+",
        "probe": {"address": "api", "holds": '"type"\\s*:\\s*"forums"'},
        "grant": "A key for the API, bound to the bridge's member, or that member's password: such a key is made in the"
        " database's table api_keys, and posts without the pause of 10 seconds that members keep.",
    }

    most_files = 10
    _uploads = False  # whether the forum has fof/upload, and our account may use it

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved page of a thread: a document of the API, or the page that people see. Raises Unreadable."""
        return documents.thread_page(document_in(saved, url), addresses.posts_page(url))

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        return Source(self._root, self._client, **options.limits)

    async def open(self, credentials: Credentials) -> Author:
        """Open the account. Raises Forbidden when the forum does not know it, Unclear, Retry."""
        if credentials.api_key is not None:
            await self._with_key(credentials.user, credentials.api_key.get_secret_value())
        elif credentials.password is not None:
            await self._with_password(credentials.user, credentials.password.get_secret_value())
        document = await self._client.read(addresses.forum_document(self._root), signing_in=True)
        account_id = documents.actor(document)
        self._uploads = uploads.allowed(document)
        user = documents.included(document).get(("users", account_id or ""))
        if account_id is None:
            raise Forbidden("The forum takes us for a guest.", explanation="Check login.user and login.api_key.")
        return Author(text(within(user, "attributes", "displayName")) or credentials.user, account_id)

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post. Raises Retry, SignInNeeded, NotPosted, FilesRefused, Unclear."""
        try:
            shown = [(file, await self._upload(file)) for file in draft.files]
            content = with_files(draft.text, shown, uploads.shown)
            told = await self._client.write(f"{self._api}/posts", writing.new_post(thread, content))
        except Retry as flood:
            raise Retry(str(flood), after=flood.after or FLOOD) from flood
        if not told.taken:
            raise writing.refusal(told)
        html = text(within(told.document, "data", "attributes", "contentHtml"))
        hanging = uploads.taken_out(html, "")[1] if html is not None else ()
        return writing.receipt(told, thread, left_out(draft.files, hanging))

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether our account may upload at all; which kinds and sizes are taken, only trying tells."""
        return self._uploads and bool(name) and size != 0

    def quote(self, quote: Quote) -> str:
        """Return the quote so that its author is told: with a mention of the post (mentions, ConfigureMentions.php)."""
        return prefixed(f'@"{_plain(quote.author)}"#p{quote.post_id} {quote.text.strip()}', "> ")

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told; nothing where the quote does that already or they are
        guests."""
        return "" if quote.author.id is None else f'@"{_plain(quote.author)}"#{quote.author.id}'

    async def _upload(self, file: Upload) -> str:
        return uploads.uploaded(await self._client.upload(f"{self._api}/fof/upload", "files[]", file), file)

    async def _with_key(self, user: str, key: str) -> None:
        """A key that belongs to nobody needs to be told for whom it is used (AuthenticateWithHeader.php)."""
        self._client.headers["Authorization"] = f"Token {key}"
        if user.isdigit():
            user_id: str | None = user
        else:
            try:
                found = await self._client.read(f"{self._api}/users/{quote(user, safe='')}?bySlug=1", signing_in=True)
            except Gone as gone:
                raise Forbidden(
                    f"The forum shows us no member {user}.",
                    explanation="Set login.user to the name in the address of the bridge's profile (/u/…), or, where"
                    " guests see no members, to the member's number.",
                ) from gone
            user_id = text(within(found, "data", "id"))
        self._client.headers["Authorization"] = f"Token {key}; userId={user_id}"

    async def _with_password(self, user: str, password: str) -> None:
        asked = {"identification": user, "password": password, "remember": True}
        told = await self._client.write(f"{self._api}/token", asked)
        token = text(within(told.document, "token"))
        if not told.taken or token is None:
            raise Forbidden(f"The forum does not take the password: {writing.refusal(told)}")
        self._client.headers["Authorization"] = f"Token {token}"

    @property
    def _api(self) -> str:
        return f"{self._root}/api"


def _plain(author: Author) -> str:
    """The forum shows the member's own name in place of this one."""
    return re.sub('["“”#]', "", common.plain_name(author))
