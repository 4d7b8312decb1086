"""The small language of a preset's values, ``css @attribute =~ regex``, and of its phrases. Knows nodes, not meanings.

``.author a``                   the text of the first node that the selector names, runs of space made one
``time @datetime``              an attribute of it
``@id =~ p(\\d+)``               the container's own attribute, and of it what the first group matches
``a @href =~ /user/(\\w+)``      all three

A list of values means: the first that finds something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_VALUE = re.compile(r"^(?P<css>.*?)\s*(?:@(?P<attribute>[\w:-]+))?\s*(?:=~\s*(?P<regex>.+))?$", re.DOTALL)


def check_css(css: str) -> str:
    """Return the selector when it can be read. Raises ValueError, naming it, when not."""
    try:
        LexborHTMLParser("<p></p>").css(css)
    except SelectolaxError:
        raise ValueError(f"{css!r} is not a CSS selector") from None
    return css


def check_regex(regex: str) -> str:
    """Return the regular expression when it compiles. Raises ValueError, saying why, when not."""
    try:
        re.compile(regex)
    except re.error as error:
        raise ValueError(f"{regex!r} is not a regular expression: {error}") from None
    return regex


def squeezed(text: str) -> str:
    """Return the text with every run of space (no-break ones too) made one and the ends cut."""
    return " ".join(text.split())


def shown_text(node: LexborNode) -> str:
    """Return a node's text as a reader sees it: what stands in another line is another word."""
    if node.css_first("br") is None:
        return squeezed(node.text(deep=True, separator=""))
    pieces = (" " if each.tag == "br" else each.text_content or "" for each in node.traverse(include_text=True))
    return squeezed("".join(pieces))


@dataclass(frozen=True)
class Value:
    """One ``css @attribute =~ regex``. Finding nothing is None, never an empty text."""

    css: str = ""
    attribute: str | None = None
    regex: str | None = None

    @classmethod
    def parse(cls, text: str) -> Value:
        """Read a value. Raises ValueError, saying what is wrong with it."""
        match = _VALUE.match(text.strip())
        if not text.strip() or match is None:
            raise ValueError("a value is `css @attribute =~ regex`, each part optional, not all of them absent")
        css, attribute, regex = match["css"].strip(), match["attribute"], match["regex"]
        if css:
            check_css(css)
        if regex is not None:
            check_regex(regex)
        return cls(css, attribute, regex)

    def __str__(self) -> str:
        parts = [self.css, f"@{self.attribute}" if self.attribute else "", f"=~ {self.regex}" if self.regex else ""]
        return " ".join(part for part in parts if part)

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        return re.compile(self.regex) if self.regex is not None else None

    def found_in(self, node: LexborNode) -> str | None:
        """Return the first non-empty text that this value finds in or on ``node``; a bare ``@x`` or ``=~`` means the
        node."""
        place = self.place_in(node)
        return place[1] if place is not None else None

    def place_in(self, node: LexborNode) -> tuple[LexborNode, str] | None:
        """Return what ``found_in`` finds, with the element that it stands in or on."""
        for place in node.css(self.css) if self.css else [node]:
            text = squeezed(place.attributes.get(self.attribute) or "") if self.attribute else shown_text(place)
            if self._compiled is not None:
                match = self._compiled.search(text)
                text = (match[1] if match.re.groups else match[0]) or "" if match else ""
            if text:
                return place, text
        return None

    def holds(self, text: str) -> bool:
        """Return whether the regex finds itself in a text; without one, any text will do."""
        return self._compiled is None or self._compiled.search(text) is not None

    def present_in(self, node: LexborNode) -> bool:
        """Return whether the value stands in ``node``: a bare selector needs no text to count."""
        if self.attribute is None and self.regex is None:
            return node.css_first(self.css) is not None
        return self.found_in(node) is not None


def first_found(values: Iterable[Value], node: LexborNode) -> str | None:
    """Return what the first value that finds something finds."""
    return next((text for value in values if (text := value.found_in(node)) is not None), None)


@dataclass(frozen=True)
class Phrase:
    """What a forum says in words: plain text in which ``*`` stands for anything, ``{seconds}`` and ``{minutes}`` for a
    number. Case and runs of space do not count."""

    text: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        literal = re.escape(squeezed(self.text)).replace(r"\ ", " ").replace(r"\*", ".*?")
        for name in ("seconds", "minutes"):
            literal = literal.replace(rf"\{{{name}\}}", rf"(?P<{name}>\d+)")
        return re.compile(literal, re.IGNORECASE)

    def said_in(self, text: str) -> str | None:
        """Return the text, already squeezed, from where it says this; None when it does not."""
        match = self._compiled.search(text)
        return text[match.start() :] if match else None

    def wait(self, text: str) -> timedelta | None:
        """Return how long the phrase asks to wait, when it is said and names a number."""
        return _wait(self._compiled.search(text))


@dataclass(frozen=True)
class Mark:
    """What a forum says by an element of its own, in whatever language: ``css: #topic_locked``, and if that is not
    enough ``=~ regex`` of its text, in which groups named ``seconds`` and ``minutes`` tell how long to wait."""

    value: Value

    def said_on(self, root: LexborNode) -> str | None:
        """Return the text of the element that says this; None where the page has none."""
        places = root.css(self.value.css) if self.value.css else []
        texts = (shown_text(place) for place in places if self.value.holds(shown_text(place)))
        return next((text or self.value.css for text in texts), None)

    def wait(self, text: str) -> timedelta | None:
        """Return how long it asks to wait, when its text names a number."""
        return _wait(re.search(self.value.regex, text)) if self.value.regex is not None else None


def _wait(match: re.Match[str] | None) -> timedelta | None:
    numbers = match.groupdict() if match else {}
    return timedelta(**{unit: int(number) for unit, number in numbers.items()}) if numbers else None
