"""How the command line talks to a person: to a terminal in colours, elsewhere in plain text; long text wraps under
itself, addresses stay whole."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, field

import typer
from rich.console import Console
from rich.text import Text

from forum_bridge.errors import BridgeError
from forum_bridge.markup.characters import visible

NARROWEST = 40  # columns; text that wraps narrower than this is harder to read than text that a terminal breaks
_STEERS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # what JSON lets stand
WIDEST = 110  # longer lines are hard to follow with the eye


def to_person(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: no markup, no guessed colours, no line broken or cut."""
    return Console(stderr=stderr, soft_wrap=True, highlight=False, markup=False, emoji=False)


def complain(error: BridgeError) -> None:
    """Print an error and what to do about it to standard error."""
    complain_in(Lines(to_person(stderr=True)), error)


def complain_in(say: Lines, error: BridgeError) -> None:
    """Print an error and what to do about it."""
    say.line(str(error), style="bold red")
    if error.explanation:
        say.line(error.explanation, mark="→")


@dataclass(frozen=True, slots=True)
class Lines:
    """Prints lines that wrap with a hanging indent; a ``mark`` stands before the text, in a column of its own."""

    console: Console
    width: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", max(min(self.console.width, WIDEST), NARROWEST))

    def line(self, text: str, *, indent: int = 0, mark: str = "", style: str = "", mark_style: str = "") -> None:
        """Print one piece of text, ``indent`` columns from the left edge; the mark takes the first of them."""
        first = " " * indent + (f"{self.sign(mark[0])}{mark[1:]} " if mark else "")
        wrapped = textwrap.wrap(
            " ".join(harmless(text).split()),
            self.width,
            initial_indent=" " * len(first),
            subsequent_indent=" " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(wrapped or [" " * len(first)]):
            start = first if number == 0 else " " * len(first)
            self.console.print(Text.assemble((start, mark_style or style), (line[len(first) :], style)))

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def sign(self, sign: str) -> str:
        """Return the sign, or another one where the terminal's encoding has no such sign."""
        return sign if self.console.encoding.startswith("utf") else {"✓": "+", "✗": "x", "→": ">"}.get(sign, sign)


def harmless(text: str) -> str:
    """What strangers wrote must not steer the terminal, nor reorder a line: what does that is taken out."""
    return visible(text)


def to_program(told: object, *, indent: int | None = 2) -> None:
    """Print JSON. A program reads what strangers wrote as it is; on a terminal it steers nothing."""
    text = json.dumps(told, ensure_ascii=False, indent=indent)
    typer.echo(_STEERS.sub(lambda sign: json.dumps(sign[0])[1:-1], text))
