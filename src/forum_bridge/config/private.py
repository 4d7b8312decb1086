"""How an answer that is not for everybody is told: by a marker in its text, or by a label on its case. What could miss
such an answer without a word is refused."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from forum_bridge.config.base import refused
from forum_bridge.model import folded

SHORTEST = 3
HAS_NO_VALUE = "has no value"
QUOTES = "put it in quotes, as in '[private]' or '#özel', since YAML reads # and [ as its own; or delete the line"


def _marker(value: object) -> str:
    if isinstance(value, list) or value in (None, ""):
        raise refused(HAS_NO_VALUE, QUOTES)
    text = folded(str(value))
    if len(text) < SHORTEST or not any(unicodedata.category(each)[0] in "PS" for each in text):
        mend = "write at least three characters, one of them a sign, as in '[private]' or '#özel'"
        raise refused("may stand in any text by accident", mend)
    if "<" in text or ">" in text:
        raise refused("looks like HTML, which readers do not see", "take < and > out, as in '[private]' or '#özel'")
    return str(value)


def _label(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refused(HAS_NO_VALUE, "write the label's id or name, in quotes if it begins with # or [")
    return value


_TEXT = WithJsonSchema({"type": "string"})
PrivateMarker = Annotated[str | None, BeforeValidator(_marker), _TEXT]
Label = Annotated[str | None, BeforeValidator(_label), WithJsonSchema({"type": ["string", "integer"]})]
