"""Fills the owner's templates: an answer's frame, a case's subject and labels. Knows what a
template may see, not what it means."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from forum_bridge.errors import ConfigurationRefused
from forum_bridge.markup.characters import one_line

_HOLD = "\x00"


class Template:
    """One template; raises ConfigurationRefused, naming it, if it cannot be read or filled."""

    def __init__(self, source: str, name: str = "template", limit: int = 200_000) -> None:
        self.name = name
        self.limit = limit
        environment = _Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise self._refused(error) from error

    def render(self, **parts: object) -> str:
        """Return the text, at most ``limit`` characters long. Lines that an empty part leaves blank are closed up;
        blank lines inside a part (code) stay. Parts are strings in the target's markup, value objects or mappings."""
        held = {name: _held(value) if isinstance(value, str) else view(value) for name, value in parts.items()}
        out: list[str] = []
        length = 0
        try:
            for piece in self._template.generate(held):
                length += len(piece)
                if length > self.limit:
                    raise self._refused(f"it grew over {self.limit} characters")
                out.append(piece)
        except ConfigurationRefused:
            raise
        except Exception as error:  # an expression of the owner's can raise anything
            raise self._refused(error) from error
        text = "\n".join(line.rstrip(" \t") for line in "".join(out).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n").replace(_HOLD, "")

    def _refused(self, reason: object) -> ConfigurationRefused:
        return ConfigurationRefused(
            f"The template {self.name} cannot be filled: {one_line(str(reason), 300)}.",
            explanation="Mend the template; it sees the names that config.example.yaml lists beside its key.",
        )


def render_text(source: str, *, name: str = "template", limit: int = 250, **objects: object) -> str:
    """Return one line of text for a subject or a label, control characters removed, cut to ``limit`` characters.

    ``objects`` are usually forum, thread, post and author: value objects or mappings.
    """
    return one_line(Template(source, name).render(**objects), limit)


def view(value: object) -> object:
    """Return a value object as a read-only mapping of its public fields and properties; anything else as it is."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        names += [name for name in dir(type(value)) if isinstance(getattr(type(value), name), property)]
        return MappingProxyType({name: view(getattr(value, name)) for name in names if not name.startswith("_")})
    if isinstance(value, Mapping):
        return MappingProxyType({str(key): view(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(view(item) for item in value)
    return value


def _held(part: str) -> str:
    return re.sub(r"(?<=\n)(?=\n)", _HOLD, part.replace(_HOLD, ""))


class _Environment(SandboxedEnvironment):
    """Sandboxed as Jinja does it; repeating a text is refused too, since ``'a' * 10**10`` needs no loop."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:  # noqa: ARG002 -- theirs
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise TypeError(f"{operator} is not allowed here")
        return left * right
