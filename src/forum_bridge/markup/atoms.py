"""An answer in its small grammar as a row of atoms (words, lines of code, pictures) that can be put together again from
any place to any other, the tags around them opened anew. Knows no limit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from html import escape
from itertools import zip_longest

from forum_bridge.markup.render import items_of
from forum_bridge.markup.tags import BLOCKS
from forum_bridge.markup.tree import VOID, Element

_WORD = re.compile(r"\s*\S+\s*|\s+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")
_NUMBER = "data-number"


class Cut(IntEnum):
    """How good a place is to cut an answer; less is better."""

    BLOCK = 0
    ITEM = 1
    LINE = 2
    SENTENCE = 3
    WORD = 4
    INSIDE = 5


@dataclass(frozen=True, slots=True)
class Atom:
    """What is never cut but by ``broken``: text, or an element as a whole; ``path`` are the elements around it, the
    outermost first."""

    text: str
    path: tuple[Element, ...]
    whole: Element | None = None

    @property
    def blank(self) -> bool:
        """Whether a post that began or ended with it would show nothing of it."""
        return not self.text.strip() and (self.whole is None or self.whole.tag in ("br", "hr"))

    @property
    def size(self) -> int:
        """The letters that any markup must show of it: a lower bound of its length there."""
        return len(self.text) - sum(map(str.isspace, self.text))


def atoms_of(root: Element) -> list[Atom]:
    """Return the atoms of a parsed answer."""
    return list(_below(root, ()))


def broken(atom: Atom) -> list[Atom]:
    """Return the atom as smaller ones: a line of code as its words, a word as what a reader sees as letters; only
    itself if nothing is smaller. Never within an emoji or a letter and its marks."""
    words = _WORD.findall(atom.text)
    parts = words if len(words) > 1 else _letters(atom.text)
    return [replace(atom, text=part) for part in parts] if len(parts) > 1 else [atom]


def cut_between(before: Atom, after: Atom) -> Cut:
    """Return how good it is to cut between two neighbours."""
    common = _common(before.path, after.path)
    parted = [path[common] for path in (before.path, after.path) if len(path) > common]
    parted += [atom.whole for atom in (before, after) if atom.whole is not None and len(atom.path) == common]
    blocks = [element.tag for element in parted if element.tag in BLOCKS]
    if blocks:
        cells = all(tag in ("td", "th") for tag in blocks)
        return Cut.SENTENCE if cells else Cut.ITEM if common else Cut.BLOCK
    if before.whole is not None and before.whole.tag == "br":
        return Cut.LINE
    if before.text.endswith("\n"):
        return Cut.ITEM
    if before.text[-1:].isspace() or after.text[:1].isspace():
        goes_on = after.text.lstrip()[:1].islower()  # a dot follows ordinals and abbreviations too
        return Cut.SENTENCE if _SENTENCE_END.search(before.text) and not goes_on else Cut.WORD
    return Cut.INSIDE


def html_of(atoms: Sequence[Atom], before: Atom | None) -> str:
    """Return atoms as HTML, every tag closed. ``before`` is the atom in front of them that is left out: of an item that
    was begun with it the rest stands outside of its list, which then goes on with the next number."""
    begun = {id(element) for element in before.path} if before else set()
    out: list[str] = []
    standing: list[Element] = []
    for atom in atoms:
        path = _lifted(atom.path, begun)
        common = _common(standing, path)
        out += (_closing(element, begun) for element in reversed(standing[common:]))
        out += (_opening(path, place, begun) for place in range(common, len(path)))
        standing = path
        out.append(escape(atom.text, quote=False) if atom.whole is None else _whole(atom.whole))
    out += (_closing(element, begun) for element in reversed(standing))
    return "".join(out)


def _below(element: Element, path: tuple[Element, ...]) -> Iterator[Atom]:
    for number, item in enumerate(items_of(element), int(element.attrs.get("start", "1"))):
        item.attrs[_NUMBER] = str(number)
    for child in element.children:
        if isinstance(child, str):
            code = any(outer.tag == "pre" for outer in path)
            yield from (Atom(text, path) for text in (_LINE if code else _WORD).findall(child))
        elif child.tag in VOID or _shows_its_address(child):
            yield Atom("" if child.tag in VOID else child.text(), path, child)
        else:
            yield from _below(child, (*path, child))


def _shows_its_address(element: Element) -> bool:
    return element.tag == "a" and element.text() == element.attrs.get("href", "").removeprefix("mailto:")


def _common(one: Sequence[Element], other: Sequence[Element]) -> int:
    length = 0
    while length < min(len(one), len(other)) and one[length] is other[length]:
        length += 1
    return length


def _lifted(path: Sequence[Element], begun: set[int]) -> list[Element]:
    """Return the path without the lists of which an item was begun elsewhere."""
    return [
        element
        for element, inner in zip_longest(path, path[1:])
        if inner is None or inner.tag != "li" or id(inner) not in begun
    ]


def _opening(path: Sequence[Element], place: int, begun: set[int]) -> str:
    element = path[place]
    if element.tag == "ol":
        number = path[place + 1].attrs[_NUMBER] if place + 1 < len(path) else "1"
        return "<ol>" if number == "1" else f'<ol start="{number}">'
    if element.tag == "li":
        return "<div>" if id(element) in begun else "<li>"
    return element.opening()


def _closing(element: Element, begun: set[int]) -> str:
    return "</div>" if element.tag == "li" and id(element) in begun else f"</{element.tag}>"


def _whole(element: Element) -> str:
    return element.opening() + ("" if element.tag in VOID else f"{escape(element.text(), quote=False)}</{element.tag}>")


def _letters(text: str) -> list[str]:
    """Return what a reader sees as letters, roughly as Unicode's UAX 29 has it."""
    found: list[str] = []
    for character in text:
        if found and _belongs(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _belongs(before: str, character: str) -> bool:
    if character in "\u200c\u200d" or before[-1] == "\u200d" or unicodedata.category(character)[0] == "M":
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":
        return True
    return _flag_half(character) and len(before) == 1 and _flag_half(before)


def _flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
