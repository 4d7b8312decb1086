"""Filters, search and paging of the API's lists, as the query string asks for them. Knows no record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from aiohttp import web

from forum_bridge.sandbox.desk.fields import Fields, expanded
from forum_bridge.sandbox.desk.refusal import Refusal
from forum_bridge.sandbox.desk.switches import DeepPage, Switches

LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: page 1 is the first."""

    page: int
    limit: int

    @property
    def part(self) -> slice:
        """The part of a list that is this page."""
        return slice((self.page - 1) * self.limit, self.page * self.limit)


def query(request: web.Request, zone: tzinfo) -> Fields:
    """Return the query string as fields; ``user_id[]=1&user_id[]=2`` becomes a list."""
    return Fields(expanded(request.query.items()), zone)


def paging(asked: Fields, switches: Switches) -> Page:
    """Return the page asked for, clamped: limit 1..100 (default 100), page from 1 (0 counts as 1). Beyond page 500 the
    switch decides: ``Refusal("wrong_page")``, or a page that is always empty."""
    page, limit = asked.number("page") or 1, asked.number("limit") or 100
    if page > LAST_PAGE:
        if switches.deep_page is DeepPage.ERROR:
            raise Refusal("wrong_page")
        return Page(1, 0)
    return Page(max(1, page), max(1, min(100, limit)))


def matcher(pattern: str, *, anchors: bool = True, ignore_case: bool = True) -> Callable[[str], bool]:
    """Return a test for Deskie's text filters: a substring, or with ``^`` at an end anchored there [doc]."""
    starts = anchors and pattern.startswith("^")
    ends = anchors and len(pattern) > 1 and pattern.endswith("^")
    fold: Callable[[str], str] = str.casefold if ignore_case else str
    wanted = fold(pattern[starts : len(pattern) - ends])

    def matches(text: str) -> bool:
        text = fold(text)
        if starts and ends:
            return text == wanted
        if starts:
            return text.startswith(wanted)
        return text.endswith(wanted) if ends else wanted in text

    return matches
