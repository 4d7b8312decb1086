"""PHP's bracket notation (`object[attachments][0][url]`) → a tree of maps. Bounded in depth; knows no field's
meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable

from forum_bridge.deskie.values import Misshapen

MAX_DEPTH = 8
_KEY = re.compile(r"([^\[]+)((?:\[[^\[\]]*\])+)")


def expand(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Return the tree that PHP's `http_build_query` was given; `name[]` counts on.

    Lists stay maps with numeric keys (see ``lists.numbered``); a key that is not well formed stays a plain name. Raises
    Misshapen for more than ``MAX_DEPTH`` levels, and where one name is given two different values or is both a value
    and a map: PHP would keep the last, but the first might be the one that says "internal note".
    """
    tree: dict[str, object] = {}
    for name, value in pairs:
        *path, last = _path(name)
        branch = tree
        for step in path:
            inner = branch.setdefault(step or str(len(branch)), {})
            if not isinstance(inner, dict):
                raise Misshapen("one name is both a value and a map")
            branch = inner
        if branch.setdefault(last or str(len(branch)), value) != value:
            raise Misshapen("two values for one name")
    return tree


def _path(name: str) -> list[str]:
    if name.count("[") >= MAX_DEPTH:
        raise Misshapen(f"brackets nested deeper than {MAX_DEPTH}")
    match = _KEY.fullmatch(name)
    return [match[1], *match[2][1:-1].split("][")] if match else [name]
