"""What an address consists of, as it is written on a page: its path and the values of its query, part by part. Knows no
names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote_to_bytes

_SITE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_CUT = re.compile(r"(&amp;|[/?&=#;])")
_LEAD = re.compile(r"[@~]?(?:\d+[-._,])?")
_TAIL = re.compile(r"(?:[-._,][a-z]{0,2}\d+(?:x\d+)?)+(?:\.[a-z]{2,5})?|\.[a-z]{2,5}")
_OLD = "windows-1254"  # in which old Turkish boards write addresses


@dataclass(frozen=True, slots=True)
class Part:
    """One part, decoded. ``before`` is the part of the path that it follows, empty for the first, or its key with
    ``=``; ``beside_number``: one of its neighbours in the path is an id."""

    text: str
    before: str
    beside_number: bool = False

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where in the text a name may stand, the longest first: of ``103-derya``, ``derya.103``, ``~derya`` or
        ``derya.png`` all of it, or what is neither id nor sign nor ending."""
        lead = _LEAD.match(self.text)
        starts = {0, lead.end() if lead else 0}
        ends = {len(self.text)} | {at for at in range(1, len(self.text)) if _TAIL.fullmatch(self.text, at)}
        return sorted(
            ((start, end) for start in starts for end in ends if start < end), key=lambda span: span[0] - span[1]
        )

    @property
    def stem(self) -> str:
        """The shortest of these."""
        start, end = self.spans[-1]
        return self.text[start:end]

    def marked(self, start: int, end: int) -> bool:
        """Whether an id stands beside this within it, or a sign that it names somebody."""
        return start > 0 or any(sign.isdigit() for sign in self.text[end:])

    @property
    def numbered(self) -> bool:
        """Whether an id stands with it."""
        return self.beside_number or (self.text[0] not in "@~" and self.marked(*self.spans[-1]))


def parts(url: str) -> list[Part]:
    """Return the parts of an address, in order."""
    return [part for _, part in _parts(_CUT.split(url[len(_site(url)) :]))]


def rewritten(url: str, change: Callable[[Part], str]) -> str:
    """Return an address in which each part has become what ``change`` returns for it, written as the part was."""
    site = _site(url)
    pieces = _CUT.split(url[len(site) :])
    for place, part in _parts(pieces):
        if (text := change(part)) != part.text:
            pieces[place] = _closed(text, pieces[place], in_query=part.before.endswith("="))
    return site + "".join(pieces)


def _site(url: str) -> str:
    found = _SITE.match(url)
    return found[0] if found else ""


def _parts(pieces: list[str]) -> Iterator[tuple[int, Part]]:
    in_path, before = True, ""
    for place in range(0, len(pieces), 2):
        piece, sign = pieces[place], pieces[place - 1] if place else "/"
        in_path = in_path and sign == "/"
        if not in_path and pieces[place + 1 : place + 2] == ["="]:
            before = f"{piece}="
        elif text := _opened(piece, in_query=not in_path):
            near = (pieces[other] for other in (place - 2, place + 2) if in_path and 0 <= other < len(pieces))
            yield place, Part(text, before if in_path or sign == "=" else "=", any(each.isdigit() for each in near))
            before = text if in_path else before


def _opened(raw: str, *, in_query: bool) -> str:
    octets = unquote_to_bytes(raw.replace("+", " ") if in_query else raw)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode(_OLD, "replace")


def _closed(text: str, like: str, *, in_query: bool) -> str:
    if not like.isascii() or " " in like:
        return text  # the page writes addresses as people say them
    octets = text.encode(_OLD if "\ufffd" in unquote_to_bytes(like).decode("utf-8", "replace") else "utf-8", "replace")
    return (
        quote_plus(octets)
        if in_query and "+" in like
        else quote(octets, safe="".join(sign for sign in like if sign in "@~,:/?&="))
    )
