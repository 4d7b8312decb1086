"""Fills in an engine's own form of a quote or a mention, as a preset writes it. Knows no engine; nothing that people
chose, their names first of all, acts as markup in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from forum_bridge.markup import quote as common
from forum_bridge.markup.urls import absolute
from forum_bridge.model import PRIVATE, Markup, Quote

_PLACE = re.compile(r"\{(\w+)\}")
_PLAIN = re.compile(r"[\w.:-]+", re.ASCII)
_PLACES = ("name", "member", "handle", "id", "post", "message", "time", "url", "text")


def check_form(form: str) -> str:
    """Return the form when all its places are known. Raises ValueError, naming the others, when not."""
    if unknown := sorted(set(_PLACE.findall(form)) - set(_PLACES)):
        known = ", ".join(f"{{{place}}}" for place in _PLACES)
        raise ValueError(f"{', '.join(unknown)} cannot be filled in; known are {known}")
    return form


def first_filled(forms: Iterable[str], markup: Markup, quote: Quote) -> str | None:
    """Return the first form of which nothing is missing (guests have no id), filled in; None where there is none."""
    places = _places(markup, quote)
    for form in forms:
        if all(places[place] for place in _PLACE.findall(form)):
            return _PLACE.sub(lambda place: places[place[1]], form)
    return None


def _places(markup: Markup, quote: Quote) -> dict[str, str]:
    url = absolute(quote.url, None) or ""
    private = quote.post_id.startswith(PRIVATE)
    name = common.inert_name(quote.author, markup)
    return {
        "name": name,
        "member": "" if quote.author.guest or common.calls_many(name) else name,
        "handle": "" if quote.author.guest else common.handle(quote.author),
        "id": _plain(quote.author.id or ""),
        "post": "" if private else _plain(quote.post_id),
        "message": _plain(quote.post_id.removeprefix(PRIVATE)) if private else "",
        "time": str(int(quote.time.timestamp())) if quote.time is not None else "",
        "url": escape(url) if markup is Markup.HTML else url.translate({ord("["): "%5B", ord("]"): "%5D"}),
        "text": quote.text.strip(),
    }


def _plain(told: str) -> str:
    return told if _PLAIN.fullmatch(told) else ""
