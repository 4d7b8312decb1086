"""Where pages lie that other people's forums served; they are no part of the project."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

PAGES = Path(os.environ.get("FORUM_PAGES", Path(__file__).resolve().parents[3] / "shared" / "forums" / "pages"))


def recorded(page: str) -> str:
    """Return the HTML of a recorded page, as in ``mybb/thread-p1``; skip where there is none."""
    path = PAGES / f"{page}.html"
    if not path.is_file():
        pytest.skip(f"{path} is not here; set FORUM_PAGES to a folder of recorded pages")
    return path.read_text(encoding="utf-8")


def cookie_names(page: str) -> frozenset[str]:
    """Return the names of the cookies that came with a recorded page, where that was noted."""
    path = PAGES / f"{page}.html.meta.json"
    told = json.loads(path.read_text(encoding="utf-8"))["setcookies"] if path.is_file() else []
    return frozenset(each.partition("=")[0].strip() for line in told for each in re.split(r", (?=[^;,]+=)", line))
