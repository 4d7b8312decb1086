"""A marker in an answer, such as ``[private]``: finds it as a reader would, whatever tags stand in it and however it is
typed, and takes it out. Knows not what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from forum_bridge.errors import Held
from forum_bridge.markup.answer import HISTORY, canonical
from forum_bridge.markup.tree import Element, parse
from forum_bridge.model import folded

_ROUNDS = 20  # what stands around a marker may make another one, once it is out


class Marker:
    """One marker; case, accents, the dots of the Turkish i and spaces do not count."""

    def __init__(self, text: str) -> None:
        self._wanted = folded(text)
        assert self._wanted  # the configuration takes no marker without letters or signs

    def stands_in(self, body: str, *, is_html: bool) -> bool:
        """Say whether the marker stands in an answer (HTML or plain text): in what its readers see, or in an address
        there. The history that an answer quotes does not count, for nobody sees it."""
        if self._wanted in folded(parse(body, HISTORY).text() if is_html else body):
            return True
        root = parse(canonical(body, is_html))
        return self._wanted in folded("".join(_texts(root))) or any(self._stands_at(each) for each in root.elements())

    def without(self, body: str, *, is_html: bool) -> str:
        """Return an answer as HTML in the small grammar of ``flow``, the marker taken out wherever it stands. Raises
        Held where it stands in an address, which would lead elsewhere without it."""
        html = canonical(body, is_html)
        for _ in range(_ROUNDS):
            root = parse(html)
            if not self._taken_out(root):
                break
            html = canonical(root.html(), is_html=True)
        if self.stands_in(html, is_html=True):
            raise Held(
                "what marks the answer stands in an address, where it cannot be taken out",
                explanation="Answer again with the marker apart from any link.",
            )
        return html

    def out_of(self, line: str) -> str:
        """Return one line of plain text, such as a file's name, without the marker."""
        (left,) = self._cut([line])
        return left if left == line else self.out_of(left)

    def _stands_at(self, element: Element) -> bool:
        return any(self._wanted in folded(unquote(value)) for value in element.attrs.values())

    def _taken_out(self, root: Element) -> bool:
        """Take the marker out of the texts below an element; False if it stands in none."""
        texts = list(_texts(root))
        left = self._cut(texts)
        _put(root, iter(left))
        changed = left != texts
        for element in root.elements():
            if "alt" in element.attrs:
                alt = self.out_of(element.attrs["alt"])
                changed = changed or alt != element.attrs["alt"]
                element.attrs["alt"] = alt
        return changed

    def _cut(self, texts: Sequence[str]) -> list[str]:
        """Return texts that follow each other without the marker, which may begin in one and end in another."""
        letters: list[str] = []
        places: list[int] = []  # of each folded letter: which character it was made of
        joined = "".join(texts)
        for place, character in enumerate(joined):
            for letter in folded(character):
                letters.append(letter)
                places.append(place)
        sought = "".join(letters)
        kept = [True] * len(joined)
        at = sought.find(self._wanted)
        while at >= 0:
            end = at + len(self._wanted)
            behind = places[end - 1] + 1
            while behind < len(joined) and not (folded(joined[behind]) or joined[behind].isspace()):
                behind += 1  # marks on the last letter, and what is not seen
            kept[places[at] : behind] = [False] * (behind - places[at])
            at = sought.find(self._wanted, end)
        return list(_divided(joined, kept, texts))


def _divided(joined: str, kept: Sequence[bool], texts: Sequence[str]) -> Iterator[str]:
    begin = 0
    for text in texts:
        end = begin + len(text)
        yield "".join(joined[place] for place in range(begin, end) if kept[place])
        begin = end


def _texts(element: Element) -> Iterator[str]:
    """Yield the texts below an element in the order of the document."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


def _put(element: Element, texts: Iterator[str]) -> None:
    """Put texts in the places of those that ``_texts`` yielded."""
    for place, child in enumerate(element.children):
        if isinstance(child, str):
            element.children[place] = next(texts)
        else:
            _put(child, texts)
