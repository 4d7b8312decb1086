"""Reads and answers Misago forums by their JSON API, signed in as a member (`login.password`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from forum_bridge.errors import (
    BridgeError,
    FilesRefused,
    Forbidden,
    Gone,
    NotPosted,
    Retry,
    SignInNeeded,
)
from forum_bridge.forums.api.adapter import ApiAdapter
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import number, text, within
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.misago import addresses, documents, writing
from forum_bridge.forums.engines.misago.saved import document_in
from forum_bridge.forums.engines.misago.source import Dialect, Source
from forum_bridge.forums.html.files import left_out
from forum_bridge.forums.reading.page import ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.markup.characters import one_line
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload
from forum_bridge.web.session import Credentials

_COOKIE = re.compile(r'misago_csrf = "([^"]+)"')  # templates/misago/base.html
_NO_TITLE = str.maketrans("", "", '"[]')


class Misago(ApiAdapter):
    """Misago up to 0.39."""

    name = "misago"
    markup = Markup.MARKDOWN
    longest: int | None = 60_000  # post_length_max, unless the administrator changed it
    detect: ClassVar[Mapping[str, object]] = {
        "engine": "Misago",
        "surely": ["link[href*='misago/css/misago'] @href", "script =~ misago\\.init\\(", "#misago-container"],
        "cookies": "misago_",
        "hints": ["footer a[href*='misago-project.org']"],
        "thread": r"/t/[^/]+/(?P<id>\d+)",
        "board": r"/c/[^/]+/\d+",
        "grant": "Nothing beyond a member's account; one that need not wait between posts answers sooner.",
    }
    opens_with = frozenset({"password"})
    most_files = 16  # post_attachments_limit, likewise

    _csrf_cookie = "csrftoken"
    _largest_file = 0  # bytes; what our account may upload

    @staticmethod
    def parse(saved: str, url: str) -> ThreadPage:
        """Read a saved page of a thread: a document of the API, or the page that people see. Raises Unreadable."""
        return documents.thread_page(document_in(saved, url), addresses.posts_page(url))

    def source(self, options: ApiOptions) -> ApiSource:
        """Return the pages of this forum."""
        limits = {"pages_a_poll": options.pages_a_poll, "threads_a_poll": options.threads_a_poll}
        return Source(Dialect(self._root), self._client, **limits)

    async def open(self, credentials: Credentials) -> Author:
        """Sign in, unless the session still is. Raises Forbidden when the forum does not let us in, Unclear, Retry."""
        page = await self._session.get(f"{self._root}/", signing_in=True)  # it sets the cookie that writes must name
        if (named := _COOKIE.search(page.html)) is not None:
            self._csrf_cookie = named[1]
        if await self._account() is None and credentials.password is not None:
            asked = {"username": credentials.user, "password": credentials.password.get_secret_value()}
            told = await self._client.write(f"{self._api}/auth/", asked, headers=self._token())
            if not told.taken:
                raise Forbidden(f"The forum does not let us in: {writing.words(told)}")
        account = await self._account()
        if account is None:
            raise Forbidden("The forum takes us for a guest.", explanation="Check login.user and login.password.")
        return account

    async def post(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write a post. Raises Retry, SignInNeeded, NotPosted, FilesRefused, Unclear."""
        payload: dict[str, object] = {"post": draft.text}
        if draft.files:
            payload["attachments"] = [await self._upload(file) for file in draft.files]
        told = await self._client.write(addresses.thread(thread.url).posts, payload, headers=self._token())
        if not told.taken:
            raise await self._why_not(told, thread)
        shown = documents.attachments(told.document, told.page.url)
        return writing.receipt(told, left_out(draft.files, shown))

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether our account may upload so large a file; which kinds are taken, only trying tells."""
        return self._largest_file > 0 and (size is None or size <= self._largest_file) and bool(name)

    def quote(self, quote: Quote) -> str:
        """Return the quote as Misago's own button makes it: the title's mention tells the author."""
        name = one_line(quote.author.name, 80).translate(_NO_TITLE)
        title = name if quote.author.guest else f"@{name}"
        return f'[quote="{title}"]\n{quote.text.strip()}\n[/quote]'

    def mention(self, quote: Quote) -> str:
        """Return the author's name so that they are told."""
        return common.mention(self.markup, quote)

    async def _account(self) -> Author | None:
        """Return who the forum takes us for, None for a guest, and learn what that account may upload."""
        told = await self._client.read(f"{self._api}/auth/", signing_in=True)
        self._largest_file = 1024 * (number(within(told, "acl", "max_attachment_size")) or 0)
        return documents.author(told, None, self._root) if text(within(told, "id")) else None

    async def _upload(self, file: Upload) -> int | None:
        told = await self._client.upload(f"{self._api}/attachments/", "upload", file, headers=self._token())
        if told.taken:
            return number(within(told.document, "id"))
        if told.status == 403 and await self._account() is None:
            raise SignInNeeded
        raise FilesRefused(f"The forum does not take {file.name}: {writing.words(told)}")

    async def _why_not(self, told: Told, thread: ThreadRef) -> BridgeError:
        """Return why nothing was posted. Misago tells that in words of the forum's language, and forbids haste just as
        it does a locked thread: only the rights it grants us tell them apart (postingendpoint/floodprotection.py)."""
        words = writing.words(told)
        if told.status == 400 and within(told.document, "attachments"):
            return FilesRefused(f"The forum does not take the files: {words}")
        if told.status != 403:
            return NotPosted(f"The forum did not take the answer: {words}")
        if words.startswith(writing.CSRF) or await self._account() is None:
            return SignInNeeded(f"The forum does not know us any more: {words}")
        try:
            document = await self._client.read(addresses.thread(thread.url).document)
        except (Gone, Forbidden):
            document = None
        if within(document, "acl", "can_reply") is True:
            return Retry(f"The forum wants us to wait: {words}")
        return NotPosted(f"The forum did not take the answer: {words}")

    def _token(self) -> dict[str, str]:
        """Django wants the cookie said back, and over HTTPS where we come from."""
        token = self._session.cookie(self._csrf_cookie) or ""
        return {"X-CSRFToken": token, "Referer": f"{self._root}/"}

    @property
    def _root(self) -> str:
        return self._session.base_url.rstrip("/")

    @property
    def _api(self) -> str:
        return f"{self._root}/api"
