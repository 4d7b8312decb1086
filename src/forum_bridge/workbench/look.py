"""One page as the workbench looks at it, fetched politely or saved by a person. It says what to do where a page cannot
be had, and knows no engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge import __version__
from forum_bridge.depth import too_much
from forum_bridge.errors import Blocked, BridgeError, Forbidden, Gone, RobotsForbid, Unreadable, WatchTrouble
from forum_bridge.forums.html.tree import tree_of
from forum_bridge.forums.html.value import Value, first_found
from forum_bridge.model import Clock
from forum_bridge.web.address import host, origin
from forum_bridge.web.challenge import is_challenge
from forum_bridge.web.charset import decode
from forum_bridge.web.pacer import Pacer
from forum_bridge.web.session import ForumSession, SessionSettings, open_session, user_agent

PACE = timedelta(seconds=1)
_HERE = ("127.0.0.1", "::1", "localhost")
SAVE_IT = "Open it in your own browser, save the page (as HTML), and give it with --file PAGE --url URL."
_SELF = (Value.parse("link[rel=canonical] @href"), Value.parse("meta[property='og:url'] @content"))
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)  # Chrome and Edge write it


@dataclass(frozen=True, slots=True)
class Seen:
    """A page: its address after redirects, its HTML, the names of the cookies that came with it, and when it was served
    by the server's clock (or saved by a person). ``placed`` is False where the address is only one beside it."""

    url: str
    html: str = field(repr=False)
    cookies: frozenset[str] = frozenset()
    served: datetime | None = None
    placed: bool = True

    def tree(self) -> LexborNode | None:
        """Return the root of the page as adapters read it: links lead where its base says."""
        return tree_of(self.html, self.url)


@asynccontextmanager
async def visiting(url: str, clock: Clock) -> AsyncIterator[ForumSession]:
    """Open a guest's session on the host of ``url``; robots.txt governs what it reads. A forum on this very machine
    needs no pause between two requests."""
    pace = timedelta() if host(url) in _HERE else PACE
    settings = SessionSettings(base_url=f"{origin(url)}/", user_agent=user_agent(__version__), pace=pace)
    async with open_session(settings, None, Pacer(clock), clock) as session:
        yield session


async def fetched(session: ForumSession, url: str) -> Seen:
    """Return a page. Raises what ``ForumSession.get`` raises, with what to do about it here."""
    try:
        page = await session.get(url)
    except (Blocked, RobotsForbid, Forbidden, Gone) as error:
        raise _advised(error) from None
    except WatchTrouble as error:
        advice = "If the forum has moved, give the address that your browser shows."
        raise type(error)(str(error), explanation=advice) from None
    return Seen(page.url, page.html, session.cookie_names, page.date)


def saved(file: Path, url: str | None = None, *, beside: str | None = None) -> Seen:
    """Return a page that a person saved; without ``url`` its address is what the browser wrote into it, or what the
    page says of itself; where neither does, one ``beside`` another page, so that its links lead where they should.

    Raises BridgeError: it cannot be read, or nothing tells its address; Blocked: it is a guard's page; Unreadable:
    parsers would choke on it."""
    try:
        html, _ = decode(file.read_bytes(), None)
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError as error:
        raise BridgeError(
            f"{file} cannot be read: {error.strerror or error}.",
            explanation="Save a page of the forum as HTML and give the path of that file.",
        ) from None
    if is_challenge(200, {}, html):
        raise Blocked(
            f"{file} is the page of a browser check, not the forum's.",
            explanation="Wait in the browser until the forum itself shows, then save that page.",
        )
    if much := too_much(html):
        raise Unreadable(f"{file} {much}.", explanation="No forum needs that: save it again, as the forum sent it.")
    address = url or _told_address(html)
    if address is None and beside is None:
        raise BridgeError(f"{file} does not tell its address.", explanation="Give it as well: --url URL")
    if address is not None:
        return Seen(address, html, served=when)
    return Seen(urljoin(str(beside), f"?saved={file.stem}"), html, served=when, placed=False)


def _told_address(html: str) -> str | None:
    noted = _SAVED_FROM.search(html)
    root = LexborHTMLParser(html).root
    told = noted[1] if noted else first_found(_SELF, root) if root is not None else None
    return told if told and urlsplit(told).scheme in {"http", "https"} else None


def _advised(error: BridgeError) -> BridgeError:
    """Return the error with what to do at the workbench, where there is no configuration yet."""
    match error:
        case Blocked():
            todo = (
                f"{SAVE_IT} To read there by itself, the bridge needs the forum's owner to let the User-Agent"
                f" {user_agent(__version__)} through, or to give it a key for the forum's API."
            )
        case RobotsForbid():
            todo = f"{SAVE_IT} To read there by itself, the bridge needs an account or the owner's consent."
        case Forbidden():
            todo = f"The forum shows this to members only. {SAVE_IT} The bridge will need an account there."
        case _:
            todo = "Check the address in your browser; give that of a thread with several posts."
    return type(error)(str(error), explanation=todo)
