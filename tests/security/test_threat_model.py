"""Every line of the threat model names a test, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LINES = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| what ")]


def test_every_line_names_a_test_that_exists() -> None:
    assert len(LINES) > 25
    for line in LINES:
        named = re.findall(r"`(tests/[\w/]+\.py)`", line.rstrip(" |").rpartition("|")[2])
        assert named, line
        assert [each for each in named if not (ROOT / each).is_file()] == []


def test_tests_named_in_the_text_exist_too() -> None:
    assert [each for each in re.findall(r"`(tests/[\w/]+\.py)`", TEXT) if not (ROOT / each).is_file()] == []
