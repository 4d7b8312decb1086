"""Reads and answers Misago forums by their JSON API, signed in as a member (`login.password`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

from forum_bridge.errors import (
    Blocked,
    BridgeError,
    FilesRefused,
    Forbidden,
    Gone,
    NotPosted,
    Retry,
    RobotsForbid,
    SignInNeeded,
    Unreadable,
)
from forum_bridge.forums.api.client import Told
from forum_bridge.forums.api.document import number, text, within
from forum_bridge.forums.api.messenger import ApiMessenger
from forum_bridge.forums.api.options import ApiOptions
from forum_bridge.forums.api.source import ApiSource
from forum_bridge.forums.engines.misago import addresses, documents, private, writing
from forum_bridge.forums.engines.misago.saved import document_in
from forum_bridge.forums.engines.misago.source import Dialect, Source
from forum_bridge.forums.html.files import left_out
from forum_bridge.forums.reading.page import BoardRow, ThreadPage
from forum_bridge.markup import quote as common
from forum_bridge.model import Author, Draft, Markup, Quote, Receipt, ThreadRef, Upload
from forum_bridge.web.session import Credentials

_COOKIE = re.compile(r'misago_csrf = "([^"]+)"')  # templates/misago/base.html
_NO_TITLE = str.maketrans("", "", '"[]')


class Misago(ApiMessenger):
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
        return Source(Dialect(self._root), self._client, **options.limits)

    def conversations(self, options: ApiOptions) -> ApiSource:
        """Return the private threads of our account."""
        return private.Conversations(private.Dialect(), self._client, **options.limits)

    @property
    def inbox(self) -> str:
        """The list of our account's private threads."""
        return private.inbox(self._root)

    async def whom(self, row: BoardRow) -> Collection[str]:
        """Return the ids of those who take part in a private thread with us."""
        told = await self._client.read(addresses.thread(row.ref.url, private=True).document)
        return documents.members(told) - {self._conversations.account_id}

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
            raise await self._why_not(told, addresses.thread(thread.url).document, "can_reply")
        shown = documents.attachments(told.document, told.page.url)
        return writing.receipt(told, left_out(draft.files, shown))

    async def answer(self, thread: ThreadRef, draft: Draft) -> Receipt:
        """Write into a private thread, at an address that no public one has."""
        place = addresses.thread(thread.url, private=True)
        told = await self._client.write(place.posts, {"post": draft.text}, headers=self._token())
        if not told.taken:
            raise await self._why_not(told, place.document, "can_reply")
        return replace(writing.receipt(told), url=place.post(str(within(told.document, "id"))))

    async def begin(self, to: Author, subject: str, draft: Draft) -> Receipt:
        """Start a private thread with a member, by the name that they have now. Its post is looked up: Misago names the
        thread alone."""
        try:
            member = await self._client.read(f"{self._api}/users/{to.id}/")
        except (Blocked, RobotsForbid, Unreadable) as error:
            raise Retry(str(error), explanation=error.explanation) from error
        except Gone as gone:
            raise NotPosted(f"Nobody here has the number of {to.name} any more.") from gone
        asked = {"to": [text(within(member, "username"))], "title": subject, "post": draft.text}
        told = await self._client.write(f"{self._api}/private-threads/", asked, headers=self._token())
        if not told.taken:
            raise await self._why_not(told, f"{self._api}/auth/", "can_start_private_threads")
        return Receipt()

    def takes(self, name: str, size: int | None) -> bool:
        """Return whether our account may upload so large a file; which kinds are taken, only trying tells."""
        return self._largest_file > 0 and (size is None or size <= self._largest_file) and bool(name)

    def quote(self, quote: Quote) -> str:
        """Return the quote as Misago's own button makes it: the title's mention tells the author."""
        member = None if quote.author.guest else common.handle(quote.author)
        title = f"@{member}" if member else common.plain_name(quote.author).translate(_NO_TITLE)
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

    async def _why_not(self, told: Told, document: str, right: str) -> BridgeError:
        """Return why nothing was posted; the ``right`` to it stands in a document of the API. Misago tells
        that in words of the forum's language, and forbids haste just as it does a locked thread: only the rights that
        it grants us tell them apart (postingendpoint/floodprotection.py)."""
        words = writing.words(told)
        if told.status == 400 and within(told.document, "attachments"):
            return FilesRefused(f"The forum does not take the files: {words}")
        if told.status != 403:
            return NotPosted(f"The forum did not take the answer: {words}")
        if words.startswith(writing.CSRF) or await self._account() is None:
            return SignInNeeded(f"The forum does not know us any more: {words}")
        try:
            granted = within(await self._client.read(document), "acl", right)
        except (Gone, Forbidden):
            granted = None
        if granted is True or granted == 1:
            return Retry(f"The forum wants us to wait: {words}")
        return NotPosted(f"The forum did not take the answer: {words}")

    def _token(self) -> dict[str, str]:
        """Django wants the cookie said back, and over HTTPS where we come from."""
        token = self._session.cookie(self._csrf_cookie) or ""
        return {"X-CSRFToken": token, "Referer": f"{self._root}/"}

    @property
    def _api(self) -> str:
        return f"{self._root}/api"
