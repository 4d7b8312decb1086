"""How two versions of a text differ, for people: the changed paragraphs only, words that were taken away struck
through, words that came bold. Decides nothing, and shows at most so much."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest
from typing import TypeVar

LIMIT = 4_000  # characters of text; the whole stands on the forum
# What is compared one by one, between ends that are the same: that takes its product in time.
PARAGRAPHS = 300
WORDS = 100  # of a paragraph
AROUND = 8  # unchanged words that are shown on each side of a change
CUT = "…"

Words = tuple[str, ...]
Run = tuple[str, Words]  # a tag, empty for what stayed, and its words
T = TypeVar("T", bound=Hashable)


def difference(old: str, new: str, *, limit: int = LIMIT) -> str:
    """Return HTML of how two plain texts differ, a paragraph a line of text; "" if they hold the same words.

    No more than ``limit`` characters of text are shown; a cut is shown as an ellipsis.
    """
    shown: list[str] = []
    left = limit
    for before, after in _changed(_paragraphs(old), _paragraphs(new)):
        html, length = _paragraph(_runs(before, after), left)
        shown.append(html)
        left -= length
        if left <= 0:
            break
    return "".join(shown)


def _paragraphs(text: str) -> list[Words]:
    return [words for line in text.split("\n") if (words := tuple(line.split()))]


def _changed(old: Sequence[Words], new: Sequence[Words]) -> Iterator[tuple[Words, Words]]:
    """Yield pairs of paragraphs that are not the same, in the order of the new text."""
    for same, before, after in _compared(old, new, PARAGRAPHS):
        if not same:
            yield from zip_longest(before, after, fillvalue=())


def _runs(old: Words, new: Words) -> list[Run]:
    runs: list[Run] = []
    for same, before, after in _compared(old, new, WORDS):
        runs += [("", tuple(before))] if same else [("s", tuple(before)), ("b", tuple(after))]
    return [_near(run, first=number == 0, last=number == len(runs) - 1) for number, run in enumerate(runs) if run[1]]


def _compared(old: Sequence[T], new: Sequence[T], most: int) -> Iterator[tuple[bool, Sequence[T], Sequence[T]]]:
    """Yield stretch by stretch whether it is the same, and both its versions. Where more than ``most`` differ, what
    stands between the same ends counts as written anew."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    yield True, old[:head], new[:head]
    if max(len(before), len(after)) > most:
        yield False, before, after
    else:
        for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
            None, before, after, autojunk=False
        ).get_opcodes():
            yield tag == "equal", before[old_from:old_to], after[new_from:new_to]
    yield True, old[len(old) - tail :], new[len(new) - tail :]


def _alike(old: Sequence[T], new: Sequence[T]) -> int:
    """Return how many are the same from the beginning on."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (before, after) in pairs if before != after), min(len(old), len(new)))


def _near(run: Run, *, first: bool, last: bool) -> Run:
    """Of what stayed, keep what stands beside a change."""
    tag, words = run
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if tag or len(words) <= head + tail + 1:
        return run
    return "", (*words[:head], CUT, *words[len(words) - tail :])


def _paragraph(runs: Sequence[Run], left: int) -> tuple[str, int]:
    """Return the paragraph's HTML and how many characters of text it shows."""
    parts: list[str] = []
    length = 0
    for tag, words in runs:
        text = " ".join(words)
        room = left - length
        cut = len(text) > room
        text = text[: max(room, 0)].rstrip() + CUT if cut else text
        parts.append(f"<{tag}>{escape(text, quote=False)}</{tag}>" if tag else escape(text, quote=False))
        length += len(text) + 1
        if cut:
            break
    return f"<p>{' '.join(parts)}</p>", length
