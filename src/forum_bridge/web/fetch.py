"""Fetches a single file from an address that a stranger wrote: safely (see ``public.py``), bounded in size and time, no
more believed than its bytes. Knows no post and stores nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from forum_bridge.errors import Retry, SignInNeeded, WatchTrouble
from forum_bridge.web.address import absolute, safest, shown
from forum_bridge.web.file_kind import HEAD, is_page
from forum_bridge.web.incoming import Incoming, NoFile
from forum_bridge.web.public import NotPublic, PublicResolver, SteadyResolver, at_home, is_closed
from forum_bridge.web.request import MAX_REDIRECTS, led_to
from forum_bridge.web.retry_after import http_date, retry_after
from forum_bridge.web.settings import Credentials

_PASSWORD = re.compile(rb"""type\s*=\s*["']?password""", re.IGNORECASE)
_PACKED_BY_NAME = (".gz", ".tgz", ".svgz", ".bz2", ".xz", ".zst")
_ABOUT_A_PAGE = 256 * 1024  # bytes in which a login form would stand


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a file may be, and how many seconds it may take from a request to the last byte of what it brings."""

    max_bytes: int
    seconds: float


class Home(Protocol):
    """The server whose account we have: lets one request of a file through at its pace, with what it is asked with."""

    credentials: Credentials | None
    resolver: SteadyResolver

    def file_turn(self, url: str) -> AbstractAsyncContextManager[Mapping[str, str]]: ...


class Fetcher:
    """Fetches files from the public web, and from the server of ``base_url`` wherever that stands. Only there anything
    of ours (cookies, the page we come from) is shown, and only where a ``home`` is given."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, home: Home | None = None) -> None:
        self._http = http
        self._base_url = base_url
        self._home = home

    @asynccontextmanager
    async def open(self, url: str, bounds: Bounds, *, referer: str | None = None) -> AsyncIterator[Incoming]:
        """Ask for a file, following at most five redirects, each looked at like the first address.

        Raises NoFile (not public, too large, a page, gone, packed), SignInNeeded (our server shows a form to sign in),
        Retry (no answer, too slow, 429, 5xx) and what the home's turn raises."""
        try:
            async with asyncio.timeout(None) as limit:
                target: str | None = url
                for _ in range(MAX_REDIRECTS + 1):
                    url = self._allowed(url, target or "")
                    limit.reschedule(None)  # to wait for one's turn is no fault of the server's
                    async with self._turn(url) as headers:
                        limit.reschedule(asyncio.get_running_loop().time() + bounds.seconds)
                        async with self._asked(url, headers, referer) as response:
                            target = _leads_to(url, response)
                            if target is None:
                                yield await self._incoming(url, response, bounds)
                                return
                raise NoFile("redirected too often")
        except TimeoutError as error:
            raise Retry(f"{shown(url)} took longer than {bounds.seconds:g} seconds.") from error
        except aiohttp.InvalidURL as error:
            raise NoFile("not a web address") from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, NotPublic):
                raise NoFile("not on the public internet") from error
            raise Retry(f"No connection for {shown(url)}: {type(error).__name__}.") from error
        except aiohttp.ClientError as error:
            raise Retry(f"{shown(url)} gave no whole answer: {type(error).__name__}.") from error

    def _allowed(self, base: str, reference: str) -> str:
        """Return the address to go to next. Names are looked at when they are resolved; IP addresses never are."""
        try:
            wanted = safest(absolute(base, reference), self._base_url)
            url = str(URL(wanted, encoded=True).with_user(None).with_fragment(None))
        except (WatchTrouble, ValueError) as error:
            raise NoFile("not a web address") from error
        if is_closed(url, self._base_url):
            raise NoFile("not on the public internet")
        return url

    def _turn(self, url: str) -> AbstractAsyncContextManager[Mapping[str, str]]:
        return self._home.file_turn(url) if self._is_home(url) and self._home else nullcontext({})

    def _is_home(self, url: str) -> bool:
        return self._home is not None and at_home(url, self._base_url)

    def _asked(
        self, url: str, headers: Mapping[str, str], referer: str | None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        said = {"Referer": referer.partition("#")[0]} if referer and self._is_home(url) else {}
        return self._http.get(URL(url, encoded=True), headers={**headers, **said}, allow_redirects=False)

    async def _incoming(self, url: str, response: aiohttp.ClientResponse, bounds: Bounds) -> Incoming:
        status, headers = response.status, response.headers
        if status == 429 or status >= 500:
            now = http_date(headers.get("Date", "")) or datetime.now(UTC)
            raise Retry(f"{shown(url)} answered {status}.", after=retry_after(headers, now))
        head = await _up_to(response, HEAD)
        if status != 200 or is_page(head, headers):
            await self._signed_out(url, response, head)
            raise NoFile(_why_not(status))
        incoming = Incoming(url, response, head, bounds.max_bytes)
        packed = headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")
        if packed and not (incoming.told_name or URL(url, encoded=True).path).lower().endswith(_PACKED_BY_NAME):
            raise NoFile("sent packed although asked not to be")
        if incoming.size is not None and incoming.size > bounds.max_bytes:
            raise NoFile("too large")
        return incoming

    async def _signed_out(self, url: str, response: aiohttp.ClientResponse, head: bytes) -> None:
        """Raise SignInNeeded if our own server shows a form to sign in: then it does not know us any more."""
        if not (self._is_home(url) and self._home and self._home.credentials):
            return
        if _PASSWORD.search(head + await _up_to(response, _ABOUT_A_PAGE)):
            raise SignInNeeded


@asynccontextmanager
async def open_fetcher(
    base_url: str, user_agent: str, home: Home | None = None, resolver: AbstractResolver | None = None
) -> AsyncIterator[Fetcher]:
    """Open a fetcher with connections of its own. It keeps no cookie, sends none by itself, unpacks nothing and uses no
    proxy (which would resolve names in our stead). Where the server of ``base_url`` stands, ``home`` remembers. Without
    one ``resolver`` is asked for addresses, which are filtered."""
    names = PublicResolver(base_url, home.resolver if home is not None else SteadyResolver(base_url, resolver))
    connector = aiohttp.TCPConnector(resolver=names, force_close=True, limit=16)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    ) as http:
        yield Fetcher(http, base_url, home)


def _leads_to(url: str, response: aiohttp.ClientResponse) -> str | None:
    try:
        return led_to(url, response.status, response.headers)
    except WatchTrouble as error:
        raise NoFile("redirected to no web address") from error


async def _up_to(response: aiohttp.ClientResponse, count: int) -> bytes:
    read = bytearray()
    while len(read) < count and (piece := await response.content.read(count - len(read))):
        read += piece
    return bytes(read)


def _why_not(status: int) -> str:
    match status:
        case 401 | 403:
            return "not open to the bridge"
        case 404 | 410:
            return "not there any more"
        case 200:
            return "a web page instead of a file"
    return f"the server answered {status}"
