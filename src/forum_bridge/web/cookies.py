"""Where a session keeps the cookies of its forum. Decides whether they are sent, not what they mean."""

from __future__ import annotations

from http.cookies import BaseCookie, SimpleCookie
from urllib.parse import urlsplit

import aiohttp
from yarl import URL


class Cookies(aiohttp.CookieJar):
    """As browsers keep them: bare IP addresses may set cookies, and values are not put in quotes. While not ``sent``,
    none goes along with a request, and none of a ``home`` that is reached by https goes unencrypted, whether or not the
    forum asked for that (RFC 6265, 4.1.2.5)."""

    def __init__(self, home: str) -> None:
        super().__init__(unsafe=True, quote_cookie=False)
        self.sent = True
        self._sealed = urlsplit(home).scheme == "https"

    def filter_cookies(self, request_url: URL = URL()) -> BaseCookie[str]:  # noqa: B008 -- a URL never changes
        """Return the cookies that go along with a request."""
        readable = self._sealed and request_url.scheme != "https"
        return super().filter_cookies(request_url) if self.sent and not readable else SimpleCookie()
