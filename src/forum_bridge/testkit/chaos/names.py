"""Names for the places at which a bridge can be killed: remote calls by method and route, commits by who asked for them
and the state they write. Found by looking on, so that a step added tomorrow has its names by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath
from types import FrameType
from urllib.parse import urlsplit

BEFORE, AFTER = ":before", ":after"
_NUMBERED = re.compile(r"\d+(?:-[\w%-]*)?")
_FUNNELS = frozenset({"_change", "commit"})  # commit on behalf of who calls them
READS = " GET "


def of_call(desk_url: str, method: str, url: str) -> str:
    """Return the name of a remote call: ``desk POST cases/*/messages``, ``forum POST /thread/*/reply``."""
    where = urlsplit(url)
    path = _NUMBERED.sub("*", where.path)
    if url.startswith(desk_url):
        return f"desk {method} {path.removeprefix('/api/').removesuffix('.json')}"
    return f"forum {method} {path}"


def of_commit(work: Callable[..., object], caller: FrameType | None) -> str:
    """Return the name of a commit: ``deliver.begun``, ``publish.write[sending]``."""
    while caller is not None and caller.f_code.co_name in _FUNNELS:
        caller = caller.f_back
    if caller is None:
        return "unknown"
    state = _state_of(work)
    step = f"{PurePath(caller.f_code.co_filename).stem}.{caller.f_code.co_name.strip('_')}"
    return f"{step}[{state}]" if state else step


def _state_of(work: Callable[..., object]) -> str | None:
    code, cells = getattr(work, "__code__", None), getattr(work, "__closure__", None) or ()
    held = dict(zip(code.co_freevars, cells, strict=True)) if code is not None else {}
    facts = held["facts"].cell_contents if "facts" in held else None
    return str(facts["state"]) if isinstance(facts, dict) and "state" in facts else None
