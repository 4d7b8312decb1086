"""Puts a run of inline HTML of our own making in order: paragraphs, each with its tags merged and trimmed.

One pass that opens a tag only when something is to be shown inside it, so a post of a hundred thousand breaks or tags
costs no more than another.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"(<[^<>]*>)")
_SENTENCE_END = ".,;:!?'’”»*_~…"


def paragraphs(run: str) -> list[str]:
    """Return the run as ``<p>`` elements, one for each stretch between blank lines; tags open there go on after it.

    No tag is empty, begins or ends with space, or stands beside its like.
    """
    if not run.strip():
        return []
    writer = _Writer()
    for piece in _TOKEN.split(run):
        if piece == "<br>":
            writer.breaks += 1
        elif piece.startswith("</"):
            writer.wanted.pop()
        elif piece.startswith("<") and not piece.startswith("<img "):
            writer.wanted.append(piece)
        elif piece:
            writer.show(piece)
    return [f"<p>{paragraph}</p>" for paragraph in writer.finished()]


class _Writer:
    """Writes what is shown under the tags wanted for it; spaces and breaks wait until something follows."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.breaks = 0
        self._space = False
        self._open: list[str] = []
        self._out: list[str] = []
        self._paragraphs: list[str] = []

    def show(self, text: str) -> None:
        """Write text or a picture."""
        shown = text.strip()
        self._space = self._space or text[:1].isspace()
        if not shown:
            return
        common = 0
        if self.breaks < 2:
            while common < min(len(self._open), len(self.wanted)) and self._open[common] == self.wanted[common]:
                common += 1
        self._close_to(common)
        if self.breaks >= 2:
            self._end_paragraph()
        elif self._out and (self.breaks or self._space):
            self._out.append("<br>" if self.breaks else " ")
        self._out += [*self.wanted[common:], shown]
        self._open = list(self.wanted)
        self.breaks = 0
        self._space = text[-1:].isspace()

    def finished(self) -> list[str]:
        """Return the paragraphs."""
        self._close_to(0)
        self._end_paragraph()
        return self._paragraphs

    def _close_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self._out.append(f"</{self._open.pop().strip('<>').split(' ', 1)[0]}>")

    def _end_paragraph(self) -> None:
        if self._out:
            self._paragraphs.append("".join(self._out))
        self._out = []


def unwrapped(blocks: str) -> str:
    """Return the blocks of a list item without the paragraph around its first line, if that is its only paragraph."""
    if blocks.startswith("<p>") and blocks.count("<p>") == 1:
        return blocks.replace("<p>", "", 1).replace("</p>", "", 1)
    return blocks


def joined(blocks: str) -> str:
    """Return paragraphs as the lines of one cell."""
    return blocks.replace("</p><p>", "<br>").removeprefix("<p>").removesuffix("</p>")


def without_sentence_end(address: str) -> str:
    """Return a bare address without the punctuation of the sentence it stands in."""
    while address and (
        address[-1] in _SENTENCE_END or (address[-1] == ")" and address.count("(") < address.count(")"))
    ):
        address = address[:-1]
    return address
