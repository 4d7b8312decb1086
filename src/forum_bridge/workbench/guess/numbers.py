"""Numbers in attributes and links, each with what stands before it: what ids are cut out by. Pure text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A number of a database, or the beginning of a hash.
_NUMBER = re.compile(
    r"(?<![0-9a-fA-F])(?:(?P<hash>(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,40})|(?P<digits>\d{1,18}))(?![0-9])"
)
_BEFORE = re.compile(r"(?:[?&;](?:[\w.-]|\[\]?)+=|[#/]?[A-Za-z]+[\w-]*?[_=:./-]?|[#/._=:,-])$")


@dataclass(frozen=True, slots=True)
class Cut:
    """A number in a text as a regular expression cuts it out; ``before`` is the text that leads to it."""

    regex: str
    before: str
    number: str


def cuts(text: str) -> Iterator[Cut]:
    """Yield a cut for each number in the text."""
    for match in _NUMBER.finditer(text):
        kind = r"([0-9a-f]{8,40})" if match["hash"] else r"(\d+)"
        before = _BEFORE.search(text[: match.start()])
        lead = before[0] if before else ""
        if match.start() == 0 and match.end() == len(text):
            yield Cut("", "", match[0])
        else:
            yield Cut(f"{_lead(lead, begins=match.start() == len(lead))}{kind}", lead, match[0])


def _lead(lead: str, *, begins: bool) -> str:
    if lead[:1] in {"?", "&", ";"}:
        return f"[?&;]{literal(lead[1:])}"
    return f"{'^' if begins else ''}{literal(lead)}"


def literal(text: str) -> str:
    """Return a regex of just this text, readable: only what means something is escaped."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)


def common_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    first, last = min(texts), max(texts)  # all others lie between these two
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]


def last_number(texts: Sequence[str]) -> str | None:
    """Return a regex that cuts the last number out of links that differ in a name before it: /u/ali/2/ and /u/ayse/3/,
    or uye-ali-2.html; None where the links are not like that."""
    lead = common_start(texts)
    lead = lead[: max(lead.rfind(sign) for sign in "/?&;=._-") + 1]
    number = next(reversed(list(re.finditer(r"\d+", texts[0]))), None)
    name = texts[0][len(lead) : number.start()] if number is not None and lead else ""
    if len(name) < 2 or name[-1].isalnum():
        return None
    middle = "[^/]+" if "/" not in name[:-1] else ".+"
    folder = lead[max(lead.rfind("/", 0, -1), 0) :]
    return rf"{literal(folder)}{middle}{literal(name[-1])}(\d+)"
