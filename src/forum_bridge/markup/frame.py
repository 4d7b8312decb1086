"""What our template sets around an answer, as a reader of the forum sees it. Knows no template, only its result."""

from __future__ import annotations

import re

from forum_bridge.markup.answer import answer_text
from forum_bridge.model import Markup

_QUOTED = re.compile(r"\[quote\b.*?\[/quote\]", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"\[/?[a-z*]+(?:=[^\[\]\n]*)?\]", re.IGNORECASE)
_LINK = re.compile(r"!?\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*\)")


def frame_text(markup: Markup, rendered: str) -> str:
    """Return the visible text of a template filled with an empty body, quotes left out, for ``is_answer``."""
    match markup:
        case Markup.HTML:
            rendered = answer_text(rendered, True)
        case Markup.BBCODE:
            return _TAG.sub("", _QUOTED.sub("", rendered)).strip()
        case Markup.MARKDOWN:
            rendered = _LINK.sub(r"\1", rendered)
    return "\n".join(line for line in rendered.split("\n") if not line.startswith(">")).strip()
