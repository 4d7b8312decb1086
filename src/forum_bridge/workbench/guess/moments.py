"""Where a page tells a moment, in an attribute or in words, and which part of a text that is. Knows dates, not whose
they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from forum_bridge.forums.html import dates
from forum_bridge.forums.html.date_words import AGO, DAYS, FILLERS, MONTHS, NOW, folded
from forum_bridge.forums.html.dates import Order
from forum_bridge.workbench.guess.numbers import common_start, literal
from forum_bridge.workbench.guess.outline import Element, Outline

LONGEST = 200  # characters of a text in which a date is looked for; a post's head says little
WORDS = 10  # that a date may have: "Çarşamba, 20 Kasım 2024 - 14:32"
ORDERS: tuple[Order, Order] = ("dmy", "mdy")
_SILENT = frozenset(
    ("id", "href", "src", "class", "style", "name", "action", "value", "for", "onclick", "alt", "content")
)
_CLOCK = re.compile(r"\d:\d\d|\d\.\d\d\b")
_NUMBERS = re.compile(r"\d[-./]\d{1,2}[-./]\d")
_SIGNAL = frozenset((*MONTHS, *DAYS, *AGO, *NOW, "now", "simdi"))
UP_TO_CLOCK = r"(.*?\d[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?)"  # a date ends with its hour nearly everywhere
_EDGE = "«»()[]{}<>,;:.|•·-–— \u00a0"
_PIECES = re.compile(r"\d+|[^\W\d]+|.")
_MACHINE = re.compile(r"\d{10}(?:\d{3})?|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A moment within a text, from ``start`` to ``end``; ``when`` and ``exact`` as in ``Moment``."""

    start: int
    end: int
    when: tuple[datetime | None, datetime | None]
    exact: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a page tells: in an element's attribute (``attribute``) or in its text, from ``start`` to ``end``
    of it. ``exact`` says that hour and minute are told; ``when`` is naive, and by either order of day and month."""

    element: Element
    attribute: str | None
    text: str
    start: int
    end: int
    when: tuple[datetime | None, datetime | None]
    exact: bool

    @property
    def whole(self) -> bool:
        """Whether the text is the moment and nothing else."""
        return not self.text[: self.start].strip(_EDGE) and not self.text[self.end :].strip(_EDGE)


def moments(outline: Outline, now: datetime) -> list[Moment]:
    """Return every moment that the page tells, in the order of the page; of texts the innermost element that tells it
    whole. ``now`` (naive) is when the page was served."""
    told: list[Moment] = []
    for element in outline.elements:
        told += _in_attributes(element, now)
    texts: list[Moment] = []
    for element in reversed(outline.elements):  # the inner before the outer
        if (found := _in_text(outline, element, now)) is None:
            continue
        inner = [each for each in texts if element.holds(each.element)]
        if any(each.end - each.start >= found.end - found.start for each in inner):
            continue
        texts = [each for each in texts if each not in inner] + [found]
    return sorted([*told, *texts], key=lambda each: (each.element.first, each.attribute is None))


@lru_cache(maxsize=20_000)
def find(text: str, now: datetime) -> Found | None:
    """Return where in ``text`` a moment stands: a machine's time if that is all, else the longest that can be read, of
    those that tell an hour first."""
    if (machine := _machine(text, now)) is not None:
        return Found(0, len(text), (machine, machine), exact=True)
    if not text or len(text) > LONGEST or not _promising(text):
        return None
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    best: Found | None = None
    for first in range(len(words)):
        for last in range(min(len(words), first + WORDS), first, -1):
            found = _read(text, *_trimmed(text, words[first][0], words[last - 1][1]), now)
            if found is None:
                continue
            if best is None or (found.exact, found.end - found.start) > (best.exact, best.end - best.start):
                best = found
            break  # a shorter one from here on says less
    return best


def _read(text: str, start: int, end: int, now: datetime) -> Found | None:
    piece = text[start:end]
    if not piece or not _promising(piece) or folded(piece).split()[0] in FILLERS:
        return None
    if not any(letter.isdigit() for letter in piece) and piece != text.strip(_EDGE):
        return None  # "today" in the middle of what somebody says
    told = [_moment(piece, now, order) for order in ORDERS]
    if told[0] is None and told[1] is None:
        return None
    when = (told[0][0] if told[0] else None, told[1][0] if told[1] else None)
    return Found(start, end, when, any(each is not None and each[1] for each in told))


def _promising(text: str) -> bool:
    if _CLOCK.search(text) or _NUMBERS.search(text):
        return True
    small = folded(text)
    return not _SIGNAL.isdisjoint(re.findall(r"[a-z]+", small)) or small in NOW


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE and not text[:end].lower().endswith((".m.",)):
        end -= 1
    return start, end


def _moment(text: str, now: datetime, order: Order) -> tuple[datetime, bool] | None:
    """Return the moment that a text is, and whether it tells the hour."""
    try:
        told = dates.read(text, now, order)
    except (ValueError, OverflowError):
        return None
    if isinstance(told, timedelta):
        return now - told, True
    if isinstance(told, datetime):
        return told.replace(tzinfo=None), True
    return (datetime.combine(told, time()), False) if isinstance(told, date) else None


def _in_attributes(element: Element, now: datetime) -> list[Moment]:
    found = []
    for name, value in element.attributes.items():
        if name in _SILENT or name.startswith(("on", "aria-")) or not 8 <= len(value) <= 40:
            continue
        when = _machine(value, now)
        if when is not None:
            found.append(Moment(element, name, value, 0, len(value), (when, when), exact=True))
        elif name == "title" and (told := find(value, now)) is not None:
            found.append(Moment(element, name, value, told.start, told.end, told.when, told.exact))
    return found


def _machine(value: str, now: datetime) -> datetime | None:
    """Return the moment that a machine's time tells, if it is a plausible one."""
    if _MACHINE.fullmatch(value) is None:
        return None
    try:
        when = datetime.fromtimestamp(int(value[:10]), UTC) if value.isdigit() else datetime.fromisoformat(value)
    except ValueError:
        return None
    when = when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when
    return when if datetime(1995, 1, 1) <= when <= now + timedelta(days=1) else None  # noqa: DTZ001 -- naive throughout


def _in_text(outline: Outline, element: Element, now: datetime) -> Moment | None:
    first, last = element.texts
    if last - first > 12:
        return None
    text = outline.text(element)
    if not text or len(text) > LONGEST:
        return None
    found = find(text, now)
    return Moment(element, None, text, found.start, found.end, found.when, found.exact) if found is not None else None


def shape(text: str) -> str:
    """Return a regex of a moment's shape: its words and numbers as such, its signs as they are."""
    pieces = (
        r"\d+" if each.isdigit() else r"[^\W\d]+" if each.isalpha() else literal(each) for each in _PIECES.findall(text)
    )
    return "".join(pieces)


def cut_out(texts: Sequence[str], now: datetime) -> str | None:
    """Return the regex that cuts the moment out of texts that say more: by the words around it, which are the same
    everywhere. Empty where the moment is all they say; None where they tell none, or nothing around it is the same."""
    parts = [(text, found) for text in texts if (found := find(text, now)) is not None]
    if len(parts) < 0.8 * len(texts) or not parts:
        return None
    before = [text[: found.start] for text, found in parts]
    after = [text[found.end :] for text, found in parts]
    if not any(each.strip() for each in (*before, *after)):
        return ""
    lead = common_start([each[::-1] for each in before])[::-1]
    lead = lead[lead.rfind("#") + 1 :] if "#" in lead else lead
    begins = literal(lead.lstrip()) if lead.strip() else (r"\s" if lead else "")
    if any(each.strip() for each in before) and not lead:
        return None
    if all(each == lead for each in before):
        begins = f"^{begins}"
    if not any(each.strip() for each in after):
        return f" =~ {begins}(.+)$"
    followed = [each for each in after if each.strip()]
    tail = common_start(followed).rstrip()
    if tail.strip() and len(followed) < len(after):
        return rf" =~ {begins}(.+?)(?:{literal(tail[:12])}|$)"
    if tail.strip():
        return rf" =~ {begins}(.+?){literal(tail)}"
    return f" =~ {begins}{UP_TO_CLOCK}" if begins else None
