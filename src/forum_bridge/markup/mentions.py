"""Keeps typed names and smiley codes from becoming mentions and pictures in an answer. Knows no engine."""

from __future__ import annotations

import re

from forum_bridge.markup.characters import WORD_JOINER

_AT = re.compile(r"@(?=\w)")
_CODE = re.compile(r"(?<![\w:]):(?=[a-zA-Z_+-][\w+-]*:)")


def without_mentions(text: str) -> str:
    """Return the text, looking the same, in which no ``@name`` notifies and no ``:code:`` becomes a picture.

    A word joiner after the sign breaks the engines' patterns (backslashes do not: Discourse looks for mentions after
    unescaping). E-mail addresses are links before they come here, so they can still be copied.
    """
    return _CODE.sub(":" + WORD_JOINER, _AT.sub("@" + WORD_JOINER, text))
