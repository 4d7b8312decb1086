"""What an address is on a forum of a known engine: a thread or a board, and where the forum's start page is. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.model import WatchKind
from forum_bridge.web.address import origin

_PLAIN = ("www", "forum", "forums", "forumlar", "community", "topluluk", "board", "destek", "support", "discuss", "m")
_SUFFIXES = ("com", "net", "org", "edu", "gov", "co", "gen", "web", "info", "biz", "k12", "bel")


def kind_of(url: str, detect: Fingerprint) -> WatchKind | None:
    """Return whether the address is a thread's or a board's as the engine writes them; None if it is neither."""
    if detect.thread is not None and re.search(detect.thread, url):
        return WatchKind.THREAD
    return WatchKind.BOARD if detect.board is not None and re.search(detect.board, url) else None


def root_of(url: str, detect: Fingerprint | None = None) -> str:
    """Return the forum's start page: what precedes a thread's or a board's part of the address, up to a slash; the
    host's root where the address is neither."""
    for regex in (detect.thread, detect.board) if detect is not None else ():
        match = re.search(regex, url) if regex is not None else None
        if match is not None:
            path = urlsplit(url[: match.start() + 1]).path
            return f"{origin(url)}{path[: path.rfind('/') + 1] or '/'}"
    return f"{origin(url)}/"


def name_for(url: str) -> str:
    """Return a short name for the forum at ``url``, fit to be a key under ``forums``: forum.acme.com.tr is acme."""
    host = urlsplit(url).hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return "forum"
    labels = [label for label in host.lower().split(".") if label]
    own = labels[:-1] if len(labels) > 1 else labels
    while len(own) > 1 and own[-1] in _SUFFIXES:
        own = own[:-1]
    while len(own) > 1 and own[0] in _PLAIN:
        own = own[1:]
    plain_letters = unicodedata.normalize("NFKD", own[-1].replace("ı", "i") if own else "").encode("ascii", "ignore")
    name = re.sub(r"[^a-z0-9_-]", "-", plain_letters.decode()).strip("-_")[:32]
    return name or "forum"


def plain(url: str) -> str:
    """Return the address without its fragment."""
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def under(url: str, match: str) -> str:
    """Return the forum's start page: what precedes a thread's part of its address, up to a slash."""
    found = re.search(match, url)
    path = urlsplit(url[: found.start() + 1] if found is not None else origin(url)).path
    return f"{origin(url)}{path[: path.rfind('/') + 1] or '/'}"
