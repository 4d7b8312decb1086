"""The types of a preset's keys: selectors, values, phrases and regexes, each checked as it is read. Knows no key."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from forum_bridge.forums.html.quoting import check_form
from forum_bridge.forums.html.value import Mark, Phrase, Value, check_css, check_regex


def _listed(raw: object) -> object:
    return [] if raw is None else raw if isinstance(raw, list | tuple) else [raw]


def _value(raw: object) -> Value:
    if isinstance(raw, Value):
        return raw
    if not isinstance(raw, str):
        raise ValueError("a value is a text: `css @attribute =~ regex`")
    return Value.parse(raw)


def _phrase(raw: object) -> Phrase | Mark:
    if isinstance(raw, Phrase | Mark):
        return raw
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a phrase is a text that is not empty")
    if not raw.startswith("css:"):
        return Phrase(raw)
    value = Value.parse(raw.removeprefix("css:"))
    if not value.css or value.attribute is not None:
        raise ValueError("a mark is `css: selector =~ regex`, the regex optional")
    return Mark(value)


def _kind(raw: object) -> str:
    kind = str(raw).strip().lower().removeprefix(".")
    if not kind.isalnum():
        raise ValueError(f"{raw!r} is no ending of a file; an example is pdf")
    return kind


def _thread_regex(regex: str) -> str:
    if "id" not in re.compile(check_regex(regex)).groupindex:
        raise ValueError("needs a group named id, as in topic/(?P<id>[0-9]+)")
    return regex


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone; an example is Europe/Istanbul") from None
    return name


_TEXT = {"type": "string"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
Css = Annotated[str, AfterValidator(check_css)]
Regex = Annotated[str, AfterValidator(check_regex)]
OneValue = Annotated[Value, BeforeValidator(_value), WithJsonSchema(_TEXT)]
Values = Annotated[tuple[OneValue, ...], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]
Selectors = Annotated[tuple[Css, ...], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]
Phrases = Annotated[
    tuple[Annotated[Phrase | Mark, BeforeValidator(_phrase), WithJsonSchema(_TEXT)], ...],
    BeforeValidator(_listed),
    WithJsonSchema(_TEXTS),
]
Forms = Annotated[
    tuple[Annotated[str, AfterValidator(check_form)], ...], BeforeValidator(_listed), WithJsonSchema(_TEXTS)
]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]
Regexes = Annotated[tuple[Regex, ...], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]
ThreadRegex = Annotated[str, AfterValidator(_thread_regex)]
Zone = Annotated[str, AfterValidator(_zone)]
Kinds = Annotated[
    tuple[Annotated[str, BeforeValidator(_kind), WithJsonSchema(_TEXT)], ...],
    BeforeValidator(_listed),
    WithJsonSchema(_TEXTS),
]
