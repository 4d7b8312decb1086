"""Where an answer's text names a file: there stands what shows it, once the forum has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import TypeVar

from forum_bridge.markup.answer import to_markup
from forum_bridge.model import Markup, Upload

T = TypeVar("T")


def with_files(raw: str, files: Iterable[tuple[Upload, T]], form: Callable[[str, Upload, T], str]) -> str:
    """Return a post's Markdown in which the line that names a file is what ``form`` makes of the name, the file and
    what the forum told of it; for what the text does not name that comes last."""
    done, rest = "", raw
    for file, told in files:
        name = to_markup(f"<p>{escape(file.name)}</p>", is_html=True, markup=Markup.MARKDOWN)
        placed = form(name, file, told)
        line = re.search(rf"^📎 {re.escape(name)}$", rest, re.MULTILINE)
        if line is None:
            rest = f"{rest.rstrip()}\n\n{placed}"
        else:
            done, rest = f"{done}{rest[: line.start()]}{placed}", rest[line.end() :]
    return done + rest
