"""Asks a forum's API and hands it what is to be written, both as JSON, in the name of the account. Knows no engine's
words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from forum_bridge.errors import Retry, Unclear, Unreadable
from forum_bridge.forums.api.document import parsed, words
from forum_bridge.model import Upload
from forum_bridge.web.aside import LONG, aside
from forum_bridge.web.forms import Form
from forum_bridge.web.page import Page, Validators
from forum_bridge.web.session import ForumSession
from forum_bridge.web.verdict import of_reading

_JSON = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the API answered to a write: the status, and the document, None where it was no JSON."""

    status: int
    document: object
    page: Page

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class ApiClient:
    """One forum's API. ``headers`` carry what opens it, once the account has signed in; they are never shown.
    ``query`` is asked with every address that is read."""

    session: ForumSession
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    query: dict[str, str] = field(default_factory=dict)

    async def read(self, url: str, *, signing_in: bool = False) -> object:
        """Return the document at an address. Raises what ``ForumSession.get`` raises, with what the API says to it, and
        Unreadable."""
        page = await self._got(url, signing_in=signing_in)
        return await _document(page)

    async def read_again(self, url: str, validators: Validators) -> tuple[object, Validators]:
        """Return the document, None if it is the one that the validators came from, and the marks for the next time.
        Raises as ``read``."""
        page = await self._got(url, validators=validators)
        return (None, validators) if page.unchanged else (await _document(page), page.validators)

    async def write(
        self, url: str, payload: object = None, *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> Told:
        """Hand a document over. Raises as ``ForumSession.call``, and Unclear where it was taken and the answer cannot
        be read."""
        return await _told(await self.session.call(url, payload, method=method, headers=self._headers(headers)))

    async def upload(
        self,
        url: str,
        field: str,
        file: Upload,
        fields: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """Hand a file over in a form's field, as a browser does (RFC 7578), before the post that it will hang on.
        Raises as ``write``, but Retry where nobody knows whether it arrived: alone it is no post, and engines drop it
        after a while."""
        try:
            return await self.submit(url, fields or {}, {field: file}, headers=headers)
        except Unclear as error:
            raise Retry(str(error), explanation=error.explanation) from error

    async def submit(
        self,
        url: str,
        fields: Mapping[str, str],
        files: Mapping[str, Upload] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """Hand a form's fields over, and files in fields of their own, as a browser does. Raises as ``write``."""
        carried = files or {}
        form = Form(url, fields=tuple(fields.items()), multipart=bool(carried), takes=tuple(carried))
        sent = form.carrying(carried.items())
        headers = self._headers(headers)
        return await _told(await self.session.submit(sent, referer=self.session.base_url, headers=headers, data=True))

    async def _got(self, url: str, *, validators: Validators | None = None, signing_in: bool = False) -> Page:
        page = await self.session.get(
            self._asked(url),
            validators=validators,
            headers=_JSON,
            keys=self.headers,
            signing_in=signing_in,
            refusals=True,
            data=True,
        )
        raise_refusal(page)
        return page

    def _asked(self, url: str) -> str:
        if not self.query:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(self.query)}"

    def _headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**_JSON, **self.headers, **(more or {})}


def raise_refusal(page: Page) -> None:
    """Raise the error that an answer to a GET is, with what the API says to it, unless it says that at length; nothing
    if it is a document."""
    trouble = of_reading(page)
    if trouble is None:
        return
    try:
        said = words(parsed(page.html, page.url)) if len(page.html) <= LONG else None
    except Unreadable:
        said = None
    if said:
        trouble.args = (f"{trouble} {said}",)  # all else that it holds stays, as how long to wait
    raise trouble


async def _told(page: Page) -> Told:
    try:
        return Told(page.status, await _document(page) if page.html.strip() else None, page)
    except Unreadable as error:
        if page.status < 400:
            raise Unclear(str(error)) from error
        return Told(page.status, None, page)


async def _document(page: Page) -> object:
    return await aside(len(page.html), parsed, page.html, page.url)
