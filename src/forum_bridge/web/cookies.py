"""Where a session keeps the cookies of its forum. Decides whether they are sent, not what they mean."""

from __future__ import annotations

from http.cookies import BaseCookie, SimpleCookie

import aiohttp
from yarl import URL


class Cookies(aiohttp.CookieJar):
    """As browsers keep them: bare IP addresses may set cookies, and values are not put in quotes. While not ``sent``,
    none goes along with a request."""

    def __init__(self) -> None:
        super().__init__(unsafe=True, quote_cookie=False)
        self.sent = True

    def filter_cookies(self, request_url: URL = URL()) -> BaseCookie[str]:  # noqa: B008 -- a URL never changes
        """Return the cookies that go along with a request."""
        return super().filter_cookies(request_url) if self.sent else SimpleCookie()
