"""What forums wrote steers no terminal, whatever prints it, and a program reads it as it is."""

from __future__ import annotations

import ast
import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from forum_bridge import cli
from forum_bridge.cli.bar import at_work, bar
from forum_bridge.cli.say import Lines, harmless, to_program

STEERING = "Kargo \x1b[2J\x1b]0;x\x07\x9b31m\x9d\r\x85\u202egnp.exe\u2066\u200f\u2028[bold]ğ[/x] 👨‍👩‍👧 son"


def _bar(console: Console) -> None:
    with bar(console, 1) as shown:
        shown.begin(STEERING)
        shown.end(STEERING)


def _at_work(console: Console) -> None:
    with at_work(console, STEERING) as say:
        say(STEERING)


def _lines(console: Console) -> None:
    Lines(console).line(STEERING)


@pytest.mark.parametrize("printing", [_bar, _at_work, _lines])
def test_nothing_of_it_steers_a_terminal(printing: Callable[[Console], None]) -> None:
    told, plain = io.StringIO(), io.StringIO()
    printing(Console(file=told, force_terminal=True, width=200, color_system=None))
    assert "gnp.exe" in told.getvalue() and "[bold]ğ[/x] 👨‍👩‍👧 son" in told.getvalue()
    for sign in "\x07\x85\x9b\x9d\u202e\u2066\u200f\u2028":
        assert sign not in told.getvalue()
    assert "\x1b[2J\x1b]" not in told.getvalue()
    printing(Console(file=plain, width=200))
    assert not {sign for sign in plain.getvalue() if unicodedata.category(sign) == "Cc"} - {"\n"}


def test_signs_that_a_person_reads_stay() -> None:
    assert harmless("a\tb\nç 👨‍👩‍👧") == "a\tb\nç 👨‍👩‍👧"


@pytest.mark.parametrize("text", [STEERING, "ok\ud800", "\x7f\x80\x9f", "ğüş 😞"])
def test_a_program_reads_it_as_it_is_and_a_terminal_is_not_steered(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    to_program({"title": text, text: [text]})
    told = capsys.readouterr().out
    assert json.loads(told) == {"title": text, text: [text]}
    told.encode()  # a lone half of a pair could not be printed
    assert not {sign for sign in told if unicodedata.category(sign) in {"Cc", "Zl", "Zp"}} - {"\n"}
    assert not {"\u202e", "\u2066", "\u200f"} & set(told)
    assert "ğ" in told or "ğ" not in text


def test_json_is_printed_in_one_way() -> None:
    folder = Path(cli.__file__).parent
    found = [
        f"{path.name}:{node.lineno}"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "dumps" and path.name != "say.py"
    ]
    assert found == []
