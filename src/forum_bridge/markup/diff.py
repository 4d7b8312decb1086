"""How two versions of a text differ, for people: the changed paragraphs only, words that were taken away struck
through, words that came bold. Decides nothing, and shows at most so much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest

LIMIT = 4_000  # characters of text; the whole stands on the forum
WORDS = 1_500  # of a paragraph that are compared: the comparison takes their product in time
AROUND = 8  # unchanged words that are shown on each side of a change
CUT = "…"

Run = tuple[str, list[str]]  # a tag, empty for what stayed, and its words


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


def _paragraphs(text: str) -> list[list[str]]:
    return [words for line in text.split("\n") if (words := line.split())]


def _changed(old: Sequence[list[str]], new: Sequence[list[str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield pairs of paragraphs that are not the same, in the order of the new text."""
    compared = SequenceMatcher(None, [tuple(each) for each in old], [tuple(each) for each in new], autojunk=False)
    for tag, old_from, old_to, new_from, new_to in compared.get_opcodes():
        if tag != "equal":
            yield from zip_longest(old[old_from:old_to], new[new_from:new_to], fillvalue=[])


def _runs(old: list[str], new: list[str]) -> list[Run]:
    if len(old) > WORDS or len(new) > WORDS:
        return [("s", old), ("b", new)]
    runs: list[Run] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(("", old[old_from:old_to]))
        else:
            runs += [("s", old[old_from:old_to]), ("b", new[new_from:new_to])]
    return [_near(run, first=number == 0, last=number == len(runs) - 1) for number, run in enumerate(runs) if run[1]]


def _near(run: Run, *, first: bool, last: bool) -> Run:
    """Of what stayed, keep what stands beside a change."""
    tag, words = run
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if tag or len(words) <= head + tail + 1:
        return run
    return "", [*words[:head], CUT, *words[len(words) - tail :]]


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
