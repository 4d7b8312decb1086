"""Slips of YAML's grammar: each told in plain words, and what else is wrong is told with them."""

import pytest

from .conftest import Load, config_of


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("  email:", "\temail:", 3, "spaces only"),
        ("email: ayse", "email:ayse", 3, "a space after the"),
        ("email: ayse@firm.example", "email: 'ayse@firm.example", 3, "close it"),
        ("email: ayse@firm.example", "email: @ayse", 3, "put the value in quotes"),
        ("email: ayse@firm.example", "email: ayse: firm", 3, "put the value in quotes"),
        ("email: ayse@firm.example", "email: [ayse", 3, "close it"),
        ("  channel:", " channel:", 5, "the same indentation"),
        ("email: ayse@firm.example", 'email: "ayse\\q"', 3, "single quotes"),
        ("email: ayse@firm.example", "email: ay\x07se", 3, "control character"),
        ("email: ayse@firm.example", 'email: "\\U00110000"', 3, "not YAML"),
        ("email: ayse@firm.example", "email: !vault x", 3, "single quotes"),
        ("email: ayse@firm.example", "email: *ayse", 3, "single quotes"),
    ],
)  # fmt: skip
def test_a_slip_is_told_where_it_is(load_text: Load, valid: str, old: str, new: str, line: int, words: str) -> None:
    loaded = load_text(valid.replace(old, new, 1))
    assert [(fault.line, words in str(fault)) for fault in loaded.faults] == [(line, True)], loaded.faults


def test_reading_goes_on_after_a_slip(load_text: Load, valid: str) -> None:
    text = (
        valid.replace("email: ayse", "email: @ayse")
        .replace("adapter:", "adaptor:")
        .replace("user: köprü", "user: 'köprü")
    )
    loaded = load_text(f"{text}    every: soon\nbanana: 1\n".replace("user: 'köprü", "user: köprü: x"))
    assert [fault.line for fault in loaded.faults] == [3, 10, 13, 17, 18]


def test_an_unquoted_template_is_told(load_text: Load, valid: str) -> None:
    loaded = load_text(f"{valid}    cases:\n      subject: {{{{ thread.title }}}}\n")
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(18, "forums.yardim.cases.subject")]
    assert '"{{ thread.title }}"' in loaded.faults[0].mend


def test_only_one_document(load_text: Load, valid: str) -> None:
    assert [fault.line for fault in load_text(f"{valid}---\na: 1\n").faults] == [17]


def test_aliases_are_followed_and_bounded(load_text: Load, valid: str) -> None:
    text = valid.replace("    watch:", "    own_authors: &ours [ayşe]\n    ignore_authors: *ours\n    watch:")
    assert config_of(load_text(text)).forums["yardim"].ignore_authors == ("ayşe",)

    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    loaded = load_text(laughs)
    assert [fault.problem for fault in loaded.faults] == ["the file unfolds to more than 300000 values"]


def test_nesting_is_bounded(load_text: Load) -> None:
    assert "nested" in load_text("a: " + "[" * 200_000).faults[0].problem
    assert "nested" in load_text("\n".join(" " * n + "a:" for n in range(100))).faults[0].problem


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n", "just words\n", "- a\n- b\n"])
def test_a_file_without_keys(load_text: Load, text: str) -> None:
    loaded = load_text(text)
    assert loaded.config is None
    assert len(loaded.faults) == 1
    assert "config.example.yaml" in loaded.faults[0].mend


def test_windows_files_are_read(load_text: Load, valid: str) -> None:
    assert load_text(b"\xef\xbb\xbf" + valid.replace("\n", "\r\n").encode()).config is not None


def test_other_encodings_are_told_with_their_line(load_text: Load, valid: str) -> None:
    loaded = load_text(valid.encode("windows-1254"))
    assert [(fault.line, fault.problem) for fault in loaded.faults] == [(13, "this is not UTF-8 text")]
