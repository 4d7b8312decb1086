"""What an answer's status means to one who reads, and what it means to one who wrote. Pure; follows nothing, waits for
nothing."""

from __future__ import annotations

from forum_bridge.errors import Blocked, BridgeError, Evidence, Forbidden, Gone, Retry, Unclear, WatchTrouble
from forum_bridge.web.address import host, shown
from forum_bridge.web.challenge import is_challenge
from forum_bridge.web.page import Page
from forum_bridge.web.retry_after import retry_after


def of_reading(page: Page) -> BridgeError | None:
    """Return the error that this answer to a GET is, None if it is a page (2xx, 304)."""
    if is_challenge(page.status, page.headers, page.html):
        return _blocked(page)
    if 200 <= page.status < 300 or page.status == 304:
        return None
    said = f"{shown(page.url)} answered {page.status}."
    if page.status in (401, 403):
        return Forbidden(said)
    if page.status in (404, 410):
        return Gone(said)
    if page.status == 429 or page.status >= 500:
        return Retry(said, after=retry_after(page.headers, page.date))
    return WatchTrouble(said)


def of_writing(page: Page) -> BridgeError | None:
    """Return the error that this answer to a form is, None if the forum itself has spoken (2xx, 3xx, 4xx)."""
    if is_challenge(page.status, page.headers, page.html):
        return _blocked(page)
    if page.status == 429:
        return Retry(f"{shown(page.url)} answered 429: too much at once.", after=retry_after(page.headers, page.date))
    if page.status >= 500:
        return Unclear(f"{shown(page.url)} answered {page.status}.")
    return None


def _blocked(page: Page) -> Blocked:
    blocked = Blocked(f"{host(page.url)} shows a challenge instead of the forum.")
    blocked.evidence = Evidence(page.url, page.html)
    return blocked
