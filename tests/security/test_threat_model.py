"""Every line of the threat model names the tests that show it, and each of them is there: none can go unseen."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
HEADS = ("| what they try |", "| what it tries |")
LINES = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(HEADS)]
NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)(?:::(?P<test>\w+))?`")


def found_in(file: str) -> set[str]:
    """Return the names of the tests that pytest finds in a file; none if there is no such file."""
    path = ROOT / file
    body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    functions = [each for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {each.name for each in functions if each.name.startswith("test_")}


def test_the_model_has_not_shrunk() -> None:
    assert len(LINES) > 35


@pytest.mark.parametrize("line", LINES, ids=[line.split("|")[1].strip()[:40] for line in LINES])
def test_a_line_names_the_tests_that_show_it(line: str) -> None:
    named = NAMED.findall(line.rstrip(" |").rpartition("|")[2])
    assert any(test for _, test in named), "at least one by its own name"


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(TEXT)
    assert [
        f"{file}::{test}" for file, test in named if not found_in(file) or (test and test not in found_in(file))
    ] == []


def test_what_only_looks_like_a_test_is_none() -> None:
    found = found_in("tests/security/test_threat_model.py")
    assert "test_what_only_looks_like_a_test_is_none" in found
    assert not {"found_in", "test_that_is_only_written_here"} & found
    assert found_in("tests/security/test_of_nothing.py") == set()
