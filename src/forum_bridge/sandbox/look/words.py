"""Every visible text in Turkish and English, and which of the two a browser asked for. Refuses to know any page.
Others who show pages bring a book of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "tr")
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "tr": ["Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"],
}


Book = Mapping[str, Mapping[str, str]]
"""Texts by key and language."""


@cache
def book(file: Path) -> Book:
    """Return the texts in a JSON file."""
    loaded: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return loaded


def texts() -> Book:
    """Return the sandbox's texts, as they stand in ``texts.json`` beside this file."""
    return book(Path(__file__).with_name("texts.json"))


def language(accept: str) -> str:
    """Return ``tr`` or ``en`` for an Accept-Language header (RFC 9110, 12.5.4): the best known one, else English."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        name = tag.strip().lower().partition("-")[0]
        if name in LANGUAGES and weight > 0:
            wishes.append((-weight, place, name))
    return min(wishes)[2] if wishes else "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; ``words("key", name=…)`` fills the text's placeholders."""

    lang: str
    book: Book = field(default_factory=texts, repr=False)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of ``key``; an unknown key is a mistake of ours and raises KeyError."""
        text = self.book[key][self.lang]
        return text.format(**values) if values else text

    def count(self, key: str, number: int) -> str:
        """Return ``key.one`` or ``key.other`` with ``{n}`` filled in."""
        return self(f"{key}.one" if number == 1 else f"{key}.other", n=number)

    def when(self, moment: datetime, zone: tzinfo | None = None) -> str:
        """Return an aware datetime as a short text, in ``zone`` or else in UTC, which it says; pages with scripts show
        that in the reader's own zone."""
        there = moment.astimezone(zone or UTC)
        text = f"{there.day} {_MONTHS[self.lang][there.month - 1]} {there.year} {there:%H:%M}"
        return text if zone is not None else f"{text} UTC"
