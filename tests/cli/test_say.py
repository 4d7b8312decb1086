from __future__ import annotations

import io

import pytest
from rich.console import Console

from forum_bridge.cli.say import Lines


def printed(text: str, *, width: int = 40, mark: str = "", encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace")
    Lines(Console(file=stream, width=width, soft_wrap=True, highlight=False, markup=False)).line(
        text, indent=2, mark=mark
    )
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_long_text_wraps_under_itself() -> None:
    lines = printed("bir iki üç dört beş altı yedi sekiz dokuz on", mark="✓").splitlines()
    assert lines == ["  ✓ bir iki üç dört beş altı yedi sekiz", "    dokuz on"]


def test_an_address_stays_whole() -> None:
    address = "https://forum.example/" + "uzun-" * 20
    assert address in printed(f"a {address} b").split()


@pytest.mark.parametrize("letter", ["\x1b", "\x9b", "\x07", "\x08", "\x00", "\x7f"])
def test_control_characters_are_taken_out(letter: str) -> None:
    assert printed(f"kır{letter}mızı\nmavi\tğ") == "  kırmızı mavi ğ\n"


def test_what_looks_like_markup_is_text() -> None:
    assert printed("[red]x[/red] :smile:") == "  [red]x[/red] :smile:\n"


def test_signs_that_the_encoding_lacks_have_others() -> None:
    assert printed("tamam", mark="✗ ğ", encoding="iso-8859-9") == "  x ğ tamam\n"
