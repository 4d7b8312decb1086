"""Finds out what a forum is: engine, version, thread or board, and whether the adapter reads the very page. A live
forum is asked for the page, and for one more address where the page points to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.errors import BridgeError, Forbidden, Gone, WatchTrouble
from forum_bridge.forums.fingerprint import Probe
from forum_bridge.forums.html.value import Value, first_found, shown_text
from forum_bridge.forums.registry import Registry
from forum_bridge.model import WatchKind
from forum_bridge.web.address import absolute
from forum_bridge.web.session import ForumSession
from forum_bridge.workbench.look import Seen
from forum_bridge.workbench.recognise import Match, recognised
from forum_bridge.workbench.site import kind_of, plain, root_of

_SELF = (  # where pages of engines that we do not know say what they are made with
    Value.parse("meta[name=generator] @content"),
    Value.parse(r"body =~ (?i)((?:powered by|altyapı[:\s]|yazılımı[:\s])[^|©\n]{2,40})"),
)
_FEEDS = "link[rel=alternate][type='application/rss+xml'], link[rel=alternate][type='application/atom+xml']"
_WALL = 2000  # characters on a page with a form to sign in; a page with posts shows more


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found. ``root`` is the forum's start page, ``target`` the address to watch and ``kind`` what that is.
    ``matches`` has the likeliest adapter first. ``posts`` counts what the adapter read of the page, ``trouble`` says
    why it read none; ``api`` what became of the question to the API. ``calls_itself`` is what the page says of itself,
    ``wall`` that it shows a form to sign in and little else."""

    url: str
    root: str
    target: str
    matches: tuple[Match, ...] = ()
    kind: WatchKind | None = None
    posts: int | None = None
    trouble: str = ""
    api: str = ""
    calls_itself: str = ""
    feeds: tuple[str, ...] = ()
    wall: bool = False

    @property
    def match(self) -> Match | None:
        """The adapter to begin with; None where no engine was recognised for sure."""
        return self.matches[0] if self.matches and self.matches[0].sure else None


def detected(seen: Seen, registry: Registry) -> Detected:
    """Return what one page shows, without asking anybody."""
    return _told(seen, tuple(recognised(seen, registry)))


async def detect_live(session: ForumSession, seen: Seen, registry: Registry) -> Detected:
    """Return what a page shows that was fetched just now; ask the one address that tells more, if there is one."""
    matches = tuple(recognised(seen, registry))
    probe = matches[0].fingerprint.probe if matches else None
    if probe is None:
        return _told(seen, matches)
    first, said = await _probed(session, seen.url, matches[0], probe)
    return replace(_told(seen, (first, *matches[1:])), api=said)


def _told(seen: Seen, matches: tuple[Match, ...]) -> Detected:
    root = LexborHTMLParser(seen.html).root
    best = matches[0] if matches and matches[0].sure else None
    detect = best.fingerprint if best is not None else None
    found = Detected(
        url=seen.url,
        root=root_of(seen.url, detect),
        target=plain(seen.url),
        matches=matches,
        kind=kind_of(seen.url, detect) if detect is not None else None,
        calls_itself=_calls_itself(root) if root is not None else "",
        feeds=_feeds(root, seen.url) if root is not None else (),
    )
    if best is not None and found.kind is not WatchKind.BOARD:
        found = _read(found, best, seen)
    return replace(found, wall=not found.posts and root is not None and _is_wall(root))


def _read(found: Detected, match: Match, seen: Seen) -> Detected:
    """Let the adapter read the very page. Where the engine has an API, that is what will be read, not the page."""
    if match.entry.parse is None:
        return found
    try:
        page = match.entry.parse(seen.html, seen.url, seen.served)
    except WatchTrouble as error:
        of_pages = found.kind is WatchKind.THREAD and match.fingerprint.probe is None
        return replace(found, trouble=str(error)) if of_pages else found
    return replace(found, kind=WatchKind.THREAD, posts=len(page.posts), target=page.ref.url)


async def _probed(session: ForumSession, url: str, match: Match, probe: Probe) -> tuple[Match, str]:
    """Ask the probe's address; return the match as the answer changes it, and what became of the question."""
    address = absolute(root_of(url, match.fingerprint), probe.address)
    try:
        answer = (await session.get(address)).html
    except Gone:
        return match, f"{address} is not there: the API is switched off, or lies elsewhere."
    except Forbidden:
        return match, f"{address} answers, and wants a key."
    except BridgeError as error:
        return match, f"{address} could not be asked: {error}"
    if re.search(probe.holds, answer) is None:
        return match, f"{address} answers, but not as {match.engine} does."
    told = re.search(probe.version, answer) if probe.version is not None else None
    return replace(match, sure=True, version=told[1] if told is not None else match.version), f"{address} answers."


def _calls_itself(root: LexborNode) -> str:
    return (first_found(_SELF, root) or "").strip(" .,·|-")[:60]


def _feeds(root: LexborNode, url: str) -> tuple[str, ...]:
    hrefs: Iterable[str] = (href for link in root.css(_FEEDS) if (href := link.attributes.get("href")))
    found = []
    for href in hrefs:
        try:
            found.append(absolute(url, href))
        except WatchTrouble:
            continue
    return tuple(dict.fromkeys(found))


def _is_wall(root: LexborNode) -> bool:
    if root.css_first("input[type=password]") is None:
        return False
    for node in root.css("script, style, noscript, template"):
        node.decompose()
    body = root.css_first("body")
    return body is not None and len(shown_text(body)) < _WALL
