"""Which engine a page is of: compares it with the fingerprints of all adapters. Pure; it fetches nothing and knows no
engine itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from forum_bridge.forums.entry import AdapterEntry
from forum_bridge.forums.fingerprint import Fingerprint
from forum_bridge.forums.html.value import first_found
from forum_bridge.workbench.look import Seen

ENOUGH = 2  # hints that prove an engine


@dataclass(frozen=True, slots=True)
class Match:
    """An adapter whose engine a page shows: by which marks, whether they prove it, and which version they tell."""

    entry: AdapterEntry
    fingerprint: Fingerprint
    marks: tuple[str, ...]
    sure: bool
    version: str | None = None

    @property
    def engine(self) -> str:
        return self.fingerprint.engine

    @property
    def shown(self) -> str:
        """The engine with its version."""
        return f"{self.engine} {self.version}" if self.version else self.engine


def recognised(seen: Seen, entries: Iterable[AdapterEntry]) -> list[Match]:
    """Return every adapter that the page has a mark of, the likeliest first; of one engine's several adapters first the
    one that opens with a key, for an API tells more than pages do."""
    root = LexborHTMLParser(seen.html).root
    if root is None:
        return []
    known = ((entry, entry.detect) for entry in entries if entry.detect is not None)
    found = [match for entry, detect in known if (match := _match(seen, root, entry, detect)) is not None]
    return sorted(found, key=lambda match: (not match.sure, -len(match.marks), _rank(match.entry), match.entry.name))


def _match(seen: Seen, root: LexborNode, entry: AdapterEntry, detect: Fingerprint) -> Match | None:
    sure = [str(value) for value in detect.surely if value.present_in(root)]
    hints = [str(value) for value in detect.hints if value.present_in(root)]
    cookies = [
        f"cookie {name}"
        for name in sorted(seen.cookies)
        if any(re.search(regex, name) is not None for regex in detect.cookies)
    ]
    marks = [*sure, *hints, *cookies[:1]]
    if not marks:
        return None
    version = first_found(detect.version, root)
    return Match(entry, detect, tuple(marks), bool(sure) or len(marks) >= ENOUGH, version)


def _rank(entry: AdapterEntry) -> int:
    return 0 if "api_key" in entry.opens_with else 1
