"""Titles and names: one line of bounded length, whichever adapter made them of whatever an engine told."""

from __future__ import annotations

import dataclasses

from forum_bridge.model import LONGEST_NAME, LONGEST_TITLE, Author, ThreadId, ThreadRef


def _title(told: str) -> str:
    return ThreadRef(ThreadId("1"), "https://forum.example/t/1", told).title


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert _title(" Kargo\r\n\t nerede? ") == "Kargo nerede?"
    assert _title("x" * LONGEST_TITLE) == "x" * LONGEST_TITLE
    assert len(_title("x" * 4_000_000)) <= LONGEST_TITLE
    assert _title(" " * 4_000_000) == ""


def test_a_name_is_one_line_of_bounded_length() -> None:
    long = Author("x" * 4_000_000 + "\udcff")
    assert len(long.name) <= LONGEST_NAME
    assert dataclasses.replace(long) == long
    assert Author("Ay\u015fe\n\u00a0Kaya").name == "Ay\u015fe Kaya"


def test_guests_whose_long_names_begin_alike_stay_two() -> None:
    assert Author("x" * 1000 + "a").key != Author("x" * 1000 + "b").key
