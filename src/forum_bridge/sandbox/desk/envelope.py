"""How Deskie wraps what it answers: pretty-printed JSON, errors, and lists with numeric keys (fact sheet, section 1).
Knows no record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from aiohttp import web

from forum_bridge.sandbox.desk.choices import EmptyList
from forum_bridge.sandbox.desk.switches import Switches

Values = Mapping[str, object]


def answer(values: object, status: int = 200) -> web.Response:
    """Return a JSON response, pretty-printed with 4 spaces as Deskie does."""
    text = json.dumps(values, indent=4, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json")


def refused(code: str, status: int) -> web.Response:
    """Return Deskie's error body."""
    return answer({"error": code}, status)


def numbered(wrapper: str, items: Sequence[Values], total: int, switches: Switches) -> web.Response:
    """Return a list as Deskie writes it: an object with numeric keys and ``total_count`` last; a switch picks the shape
    of a list without items."""
    count: int | str = str(total) if switches.total_count_as_text else total
    if items:
        return answer({str(n): {wrapper: item} for n, item in enumerate(items)} | {"total_count": count})
    shapes: dict[EmptyList, object] = {
        EmptyList.TOTAL: {"total_count": count},
        EmptyList.KEYED: {wrapper: []},
        EmptyList.OBJECT: {},
        EmptyList.ARRAY: [],
    }
    return answer(shapes[switches.empty_list])
