"""A marker or a label for private answers that would be missed without a word is refused."""

from __future__ import annotations

import pytest

from .conftest import Load, config_of


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("#özel", "has no value"),
        ("", "has no value"),
        ("''", "has no value"),
        ("[private]", "has no value"),
        ("özel", "by accident"),
        ("'#ö'", "by accident"),
        ("'´´´'", "by accident"),
        ("'   #   '", "by accident"),
        ("'<private>'", "looks like HTML"),
    ],
)
def test_a_marker_that_would_be_missed_or_found_everywhere(
    load_text: Load, valid: str, written: str, problem: str
) -> None:
    (fault,) = load_text(f"{valid}    answers:\n      private_marker: {written}\n").faults
    assert fault.key_path == ("forums", "yardim", "answers", "private_marker")
    assert problem in fault.problem
    assert "'[private]' or '#özel'" in fault.mend


@pytest.mark.parametrize("written", ["", "#gizli", "[gizli]"])
def test_a_label_that_would_be_missed(load_text: Load, valid: str, written: str) -> None:
    (fault,) = load_text(f"{valid}    answers:\n      private_label: {written}\n").faults
    assert "has no value" in fault.problem


def test_what_is_taken(load_text: Load, valid: str) -> None:
    answers = config_of(load_text(f"{valid}    answers: {{private_marker: '#özel', private_label: 55}}\n"))
    told = answers.forums["yardim"].answers
    assert (told.private_marker, told.private_label) == ("#özel", "55")
    untold = config_of(load_text(valid)).forums["yardim"].answers
    assert (untold.private_marker, untold.private_label) == (None, None)
