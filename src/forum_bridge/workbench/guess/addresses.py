"""Guesses how a thread's address looks: which of its numbers is the thread's, which one the page's. Pure; of the page
only its links are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from forum_bridge.markup.urls import without_session
from forum_bridge.workbench.guess.guessed import Guess
from forum_bridge.workbench.guess.numbers import literal

_THREAD = re.compile(
    r"(?i)^(?:t|tid|topic|thread|threadid|topicid|topic_id|thread_id|id|konu|konuid|konu_id|num|showtopic|baslik|d|discussion)$"
)
_ELSE = re.compile(
    r"(?i)^(?:page|p|pg|start|st|offset|sayfa|pp|sid|s|f|fid|forum|forumid|board|b|c|cat|category|post|pid|kategori|limit)$"
)
_TOKEN = re.compile(
    r"(?<![0-9A-Za-z])(?:(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}|\d{1,18})(?![0-9a-f])|(?<=[A-Za-z_-])\d{1,18}(?![0-9A-Za-z])"
)

_OF_THREADS = re.compile(r"(?i)thread|topic|konu|discussion|baslik|tartisma|soru|question|view|read|\.php|^[tdq]$")
_OF_FORUMS = re.compile(r"(?i)forum(?:s|lar)?|boards?|community|topluluk")
_SLASH = "(?<=[^/:]/)"  # one that begins a part of the path, not the host


@dataclass(frozen=True, slots=True)
class ThreadAddress:
    """How a thread's address looks: ``match`` and ``address`` as a preset has them, and this thread's ``id``."""

    match: Guess
    address: str | None
    id: str


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in an address: its text, where it stands, and the key of the query or the word before it."""

    text: str
    start: int
    end: int
    key: str
    in_query: bool


def guess_address(url: str, links: Sequence[str]) -> ThreadAddress | None:
    """Return how a thread's address looks, by one address and the ``links`` on its page (as written there); None where
    the address has no number. What precedes the match is the forum's root."""
    plain = _slashed(without_session(url).partition("#")[0])
    numbers = list(_numbers(plain))
    if not numbers:
        return None
    others = [_slashed(without_session(urljoin(url, link))) for link in links]
    best = max(numbers, key=lambda number: _score(number, numbers, plain, others))
    match, address = _of_query(plain, best) if best.in_query else _of_path(plain, best, others)
    doubt = (
        ""
        if len(numbers) == 1 or _THREAD.match(best.key)
        else (f"{best.text} is taken for the thread's number in {plain}: is that so in other threads, too?")
    )
    return ThreadAddress(Guess(match, (best.text,), 1.0, f"the thread's number in {plain}", doubt), address, best.text)


def _slashed(url: str) -> str:
    """Return an address whose query is a path, as in index.php?threads/title.2/, as one that is a path throughout."""
    before, mark, query = url.partition("?")
    return f"{before}/{query}" if mark and "=" not in query.partition("&")[0] and "/" in query else url


def _numbers(url: str) -> Iterator[_Number]:
    parts = urlsplit(url)
    offset = url.index("//") + 2 + len(parts.netloc)
    query = url.find("?")
    for match in _TOKEN.finditer(url, offset):
        in_query = 0 <= query < match.start()
        before = url[offset : match.start()]
        key = re.search(r"([\w.-]+?)=$", before) if in_query else re.search(r"([A-Za-z_]+)[/.,_-]?$", before)
        yield _Number(match[0], match.start(), match.end(), key[1] if key else "", in_query)


def _score(number: _Number, numbers: Sequence[_Number], url: str, links: Sequence[str]) -> float:
    score = 3.0 if _THREAD.match(number.key) else -4.0 if _ELSE.match(number.key) else 0.0
    stem = url[: number.end]
    score += (
        min(sum(link.startswith(stem) and not link[len(stem) : len(stem) + 1].isalnum() for link in links), 6) * 0.5
    )
    score += 0.5 if number is numbers[-1] else 0.0
    score += (
        1.2 if url[number.start - 1] == "/" else 0.6 if url[number.end :][:1] in {"", "/", "."} else 0.0
    )  # no title
    return score + (1.0 if len(number.text) >= 8 and not number.text.isdigit() else 0.0)


def _of_query(url: str, number: _Number) -> tuple[str, str | None]:
    """Return match and address where a query names the thread: showthread.php?tid=12."""
    path, _, query = url.partition("?")
    name = path.rsplit("/", 1)[1]
    match = rf"{literal(name)}\?(?:[^#]*[&;])?{literal(number.key)}=(?P<id>{_kind(number)})"
    before = re.split("[&;]", query[: number.start - len(path) - 1])[:-1]
    words = [each for each in before if re.fullmatch(r"[\w.-]+=[A-Za-z_][\w-]*", each)]
    if len(words) == len(before):
        return match, None  # what leads to the number belongs to the address
    sign = ";" if ";" in query else "&"
    return match, f"{name}?{sign.join([*words, f'{number.key}={{id}}'])}"


def _of_path(url: str, number: _Number, links: Sequence[str]) -> tuple[str, str | None]:
    """Return match and address where the path names the thread: topic/12-title, konu/baslik-12.html."""
    begin = url.rfind("/", 0, number.start) + 1
    stop = re.compile(r"[/?#]|$").search(url, number.end)
    before, after = url[begin : number.start], url[number.end : stop.start() if stop else len(url)]
    folder, paged = _folder(url, begin), _pages_in(url, number, links)
    rest = "" if paged or not after else literal(after) if re.fullmatch(r"\.[a-z]{2,5}", after) else "[^/?#]*"
    match = f"{folder}{_lead(before)}(?P<id>{_kind(number)}){rest}"
    if not re.match(r"(?:\(\?<=)|[A-Za-z_]{4,}", match):
        match = f"{_SLASH}{match}"
    plain = paged and not _has_slug(before) and not re.search(r"\d", after)
    return match, f"{url[url.index('/', url.index('//') + 2) + 1 : number.start]}{{id}}{after}" if plain else None


def _lead(before: str) -> str:
    """Return the regex of what stands before the number in its part of the path: a word of the engine's (thread-), a
    title, and the sign or letter between."""
    if re.fullmatch(r"[A-Za-z_]{0,2}[-_.,]?", before):
        return literal(before)
    if not _has_slug(before) and _OF_THREADS.search(before) and re.fullmatch(r"[A-Za-z_]+[-_.,]?", before):
        return literal(before)
    word = re.match(r"(?:thread|topic|konu|baslik|showthread|viewtopic|forum)[-_.,]", before, re.IGNORECASE)
    last = re.search(r"(?:[-_.,]+[A-Za-z]?)?$", before)
    return f"{literal(word[0]) if word else ''}[^/?#]*{literal(last[0]) if last else ''}"


def _folder(url: str, begin: int) -> str:
    """Return the regex of the folders before: the last one that is a word, and a slug between it and the number. A word
    that does not speak of threads, behind others, is the name of a board."""
    root = url.index("/", url.index("//") + 2) + 1
    folders = [each for each in url[root:begin].split("/") if each]
    if not folders or re.match(r"(?i)(?:thread|topic|konu|baslik)[-_.,]", url[begin:]):
        return ""  # the part itself says what it is
    last = folders[-1]
    if len(folders) > 1 and not _OF_THREADS.search(last) and _OF_FORUMS.fullmatch(folders[0]):
        return f"{_SLASH}{folders[0]}/(?:[^?#]+/)?"
    if re.fullmatch(r"[A-Za-z_]{1,20}(?:\.[a-z]{2,5})?", last) and (len(folders) == 1 or _OF_THREADS.search(last)):
        return f"{_SLASH if len(last) < 4 else ''}{literal(last)}/"
    if len(folders) > 1 and re.fullmatch(r"[A-Za-z_]{1,20}", folders[-2]) and _OF_THREADS.search(folders[-2]):
        return f"{_SLASH if len(folders[-2]) < 4 else ''}{folders[-2]}/[^/?#]+/"
    return f"{_SLASH}[^/?#]+/"


def _pages_in(url: str, number: _Number, links: Sequence[str]) -> bool:
    """Return whether other pages of the thread are told in the very part of the path that names it."""
    stem = url[: number.end]
    tails = [link[len(stem) :] for link in links if link.startswith(stem)]
    return any(
        re.match(r"[^/?#]*?(?:page|sayfa|p|s)?[-_,]?\d+[^/?#]*$", tail) and tail[:1] in "-_,." for tail in tails if tail
    )


def _has_slug(before: str) -> bool:
    return len(re.findall(r"[A-Za-z]+", before)) > 1


def _kind(number: _Number) -> str:
    return r"\d+" if number.text.isdigit() else "[0-9a-f]{4,64}"
