"""Splits an answer that is too long for one post into several, each a whole piece of markup, at the best places. Knows
no forum: what a post is and how long, its caller says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from forum_bridge.errors import NotPosted
from forum_bridge.markup.answer import canonical
from forum_bridge.markup.atoms import Atom, atoms_of, broken, cut_between, html_of
from forum_bridge.markup.tree import parse

_FULL_ENOUGH = 3  # a place is good only behind a third of what fits


class Length(Protocol):
    """How long the post would be that holds this HTML, at least as long as its visible letters; ``first`` and ``last``
    say which of the posts it is."""

    def __call__(self, html: str, *, first: bool, last: bool) -> int: ...


def split(body: str, is_html: bool, limit: int, length: Length) -> list[str]:
    """Return an answer as HTML, one piece a post, each at most ``limit`` long, together its whole text in its order.

    It is cut between blocks, else between items, rows or lines, else behind a sentence, a word, a letter, and what is
    open there (a quote, a list with its numbers, code, bold, a link) goes on in the next piece. Raises NotPosted if
    something that cannot be cut, such as a link's address, is too long alone.
    """
    atoms = atoms_of(parse(canonical(body, is_html)))
    while atoms and atoms[-1].blank:
        atoms.pop()
    pieces: list[str] = []
    start = 0
    while start < len(atoms):
        if atoms[start].blank:
            start += 1
            continue
        end = _furthest(atoms, start, limit, length, first=not pieces)
        if end == start:
            smaller = broken(atoms[start])
            if len(smaller) == 1:
                raise NotPosted(
                    f"a post may have {limit} characters, and nothing can be cut off the answer to fit in",
                    explanation="Shorten the answer (its longest link, the quote above it), or raise answers.longest.",
                )
            atoms[start : start + 1] = smaller
            continue
        pieces.append(html_of(atoms[start:end], atoms[start - 1] if start else None))
        start = end
    return pieces


def _furthest(atoms: Sequence[Atom], start: int, limit: int, length: Length, *, first: bool) -> int:
    """Return where the piece from ``start`` should end; ``start`` if not even one atom fits."""
    before = atoms[start - 1] if start else None

    def fits(end: int) -> bool:
        last = end == len(atoms)
        return length(html_of(atoms[start:end], before), first=first, last=last) <= limit

    sizes = list(accumulate(atom.size for atom in atoms[start:]))
    most = start + bisect_right(sizes, limit)  # more letters than that are too long in any markup
    if most == len(atoms) and fits(most):
        return most
    low, high = start, min(most, len(atoms) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    if low == start:
        return start
    enough = sizes[low - start - 1] / _FULL_ENOUGH
    places = [end for end in range(start + 1, low + 1) if sizes[end - start - 1] >= enough]
    by_rank = sorted(places, key=lambda end: (cut_between(atoms[end - 1], atoms[end]), -end))
    return next(end for end in (*by_rank, low) if end == low or fits(end))
