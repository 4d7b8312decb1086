"""Turns what the models refuse into words for a person who never saw Python. Quotes only what the file itself says, and
never where a secret may stand."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ErrorDetails

from forum_bridge.config.faults import KeyPath, shown, written
from forum_bridge.config.hints import Schema, close, mend_unknown
from forum_bridge.config.references import REFERENCE
from forum_bridge.config.source import Source
from forum_bridge.config.tree import Tree, kind

SECRET_KEYS = frozenset({"api_key", "password", "secret", "token"})
EMPTY = ("has no value", "write one after the colon (in quotes if it begins with # or &), or delete the line")
GROUP = ("model_type", "dict_type", "model_attributes_type", "mapping_type", "dataclass_type")
LIST = ("tuple_type", "list_type")
UNFIT_NAME = (
    "is not a name that can be used here",
    "write 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or a digit",
)
SIMPLE = {
    "int_parsing": ("must be a whole number", "write digits only"),
    "int_type": ("must be a whole number", "write digits only"),
    "int_parsing_size": ("is too large a number", "write a smaller number"),
    "float_parsing": ("must be a number", "write it with a point, as in 0.7"),
    "float_type": ("must be a number", "write it with a point, as in 0.7"),
    "bool_parsing": ("must be true or false", "write true or false"),
    "bool_type": ("must be true or false", "write true or false"),
    "string_too_short": EMPTY,
    "too_short": ("is empty", "write at least one entry"),
}
LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}

Finding = tuple[KeyPath, str, str]


def finding(error: ErrorDetails, source: Source, schema: Schema) -> Finding:
    """Return key path, problem and mend of one line of a ValidationError."""
    path = source.origin(error["loc"])
    if path[-1:] == ("[key]",):  # pydantic's way to point at a key itself
        return path[:-1], *UNFIT_NAME
    value = source.written(path)
    problem, mend = _words(error["type"], error.get("ctx", {}), path, value, schema)
    quote = _quotable(error["type"], path, value)
    detail = str(error.get("ctx", {}).get("detail") or "")
    if detail and isinstance(value, str) and not REFERENCE.search(value):
        return path, f"{problem} ({shown(detail)})", mend
    return path, f"{problem} (here: {quote})" if quote else problem, mend


def is_secret(path: KeyPath) -> bool:
    """Return whether the name of a key on the path says that its value is a secret; a forum may have any name."""
    return not SECRET_KEYS.isdisjoint(path[2:] if path[:1] == ("forums",) else path)


def _words(told: str, ctx: Mapping[str, object], path: KeyPath, value: Tree, schema: Schema) -> tuple[str, str]:
    if told == "refused":
        return str(ctx["problem"]), str(ctx["mend"])
    if told == "missing":
        around = f"under {written(path[:-1])}" if len(path) > 1 else "at the left edge"
        return "this key is missing", f"add a line `{path[-1]}: …` {around}"
    if told == "extra_forbidden":
        return "this key is not known here", mend_unknown(schema, path)
    return EMPTY if value is None else _about_value(told, ctx, value)


def _about_value(told: str, ctx: Mapping[str, object], value: dict[str, Tree] | list[Tree] | str) -> tuple[str, str]:
    problem, mend = f"must be a single value, but is {kind(value)}", "write one value after the colon"
    if told in SIMPLE and (isinstance(value, str) or told == "too_short"):
        problem, mend = SIMPLE[told]
    elif told in LIMITS:
        limit = f"{LIMITS[told][1]} {ctx[LIMITS[told][0]]}"
        problem, mend = f"must be {limit}", f"write a number that is {limit}"
    elif told == "enum" and isinstance(value, str):
        expected = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
        near = close(value, expected.split(", "))
        problem = "is none of the words known here"
        mend = f"did you mean {near}?" if near else f"write one of: {expected}"
    elif told in GROUP:
        problem = f"must be a group of keys, but is {kind(value)}"
        mend = "write its keys below it, each indented by two more spaces"
    elif told in LIST:
        problem = f"must be a list, but is {kind(value)}"
        mend = "write each entry on a line of its own that begins with a dash"
    return problem, mend


def _quotable(told: str, path: KeyPath, value: Tree) -> str | None:
    quoted = told not in {"missing", "extra_forbidden", *GROUP, *LIST}
    private = is_secret(path) or "options" in path
    if not quoted or private or not isinstance(value, str) or not value or (":" in value and "@" in value):
        return None
    return shown(value.partition("?")[0])
