"""What the tests of this floor share: readers of our output that are not our own code, and text to try."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import settings
from markdown_it import MarkdownIt

settings.register_profile("markup", deadline=None, max_examples=150)
settings.load_profile("markup")


@pytest.fixture(scope="session")
def markdown() -> Callable[[str], str]:
    """Markdown → HTML as a forum would show it: no raw HTML, struck text and tables known."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["strikethrough", "table"])
    return parser.render


@pytest.fixture(scope="session")
def bbcode_tags() -> Callable[[str], list[str]]:
    """BBCode → the live tags in it, as the laxest of the engines would find them; nothing counts inside ``[code]``."""

    def tags(text: str) -> list[str]:
        without_code = re.sub(r"\[code\].*?\[/code\]", "[code][/code]", text, flags=re.DOTALL | re.IGNORECASE)
        return [name.lower() for name in re.findall(r"\[(/?[a-zA-Z*@+#x0-9][\w*]*)", without_code)]

    return tags
