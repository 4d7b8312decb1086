"""Single values and lists, in all the shapes that Deskie writes them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.deskie.lists import numbered, total, unwrapped
from forum_bridge.deskie.values import Misshapen, clearly_no, flag, mapping, moment, parse, text, whole

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (8804417, 8804417),
        ("8804417", 8804417),
        (" 7 ", 7),
        (0, 0),
        (2**63 - 1, 2**63 - 1),
        (str(2**63 - 1), 2**63 - 1),
        (2**63, None),
        ("9" * 5000, None),
        (7.0, 7),
        (7.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (-1, None),
        ("-", None),
        ("", None),
        ("٣", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_ids(raw: object, number: int | None) -> None:
    assert whole(raw) == number


@pytest.mark.parametrize("yes", [True, "true", "True", 1, "1", 2])
def test_yes(yes: object) -> None:
    assert flag(yes)
    assert not clearly_no(yes)


@pytest.mark.parametrize("no", [False, "false", "False", 0, "0", "", None])
def test_no(no: object) -> None:
    assert not flag(no)
    assert clearly_no(no)


@pytest.mark.parametrize("neither", ["-", "maybe", "no", [], {}, [0], 0.0, "0.0"])
def test_neither_yes_nor_clearly_no(neither: object) -> None:
    assert not flag(neither)
    assert not clearly_no(neither)


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        ("Tue, 14 Jan 2025 10:02:11 +0300", datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)),
        ("Tue, 14 Jan 2025 10:02:11 -0000", datetime(2025, 1, 14, 10, 2, 11, tzinfo=UTC)),
        ("2025-01-14 10:02:11", datetime(2025, 1, 14, 10, 2, 11, tzinfo=UTC)),
        ("2025-01-14T10:02:11+03:00", datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)),
        (1736838131, datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)),
        ("1736838131", datetime(2025, 1, 14, 7, 2, 11, tzinfo=UTC)),
        ("-", None),
        ("", None),
        (None, None),
        ("Tue, 14 Foo 2025", None),
        (2**62, None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates(raw: object, when: datetime | None) -> None:
    assert moment(raw) == when


def test_texts() -> None:
    assert text("Şu İĞNE ığdır 🌵") == "Şu İĞNE ığdır 🌵"
    assert text("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    assert (text(None), text([]), text({}), text(17), text(True)) == ("", "", "", "17", "true")
    with pytest.raises(Misshapen):
        text({"a": 1})


def test_php_writes_an_empty_object_as_an_array() -> None:
    assert mapping([]) == {}
    assert mapping({"cf_1": "x"}) == {"cf_1": "x"}
    with pytest.raises(Misshapen):
        mapping(["x"])


@given(ANY_JSON)
def test_no_value_breaks_the_readers(value: object) -> None:
    whole(value), flag(value), clearly_no(value), moment(value), numbered(value), total(value)
    for read in (text, mapping):
        with suppress(Misshapen):
            read(value)


@pytest.mark.parametrize("bad", ["", "<html>", "[" * 200_000, '{"note": 1, "note": 0}', "9" * 5000, '{"a":'])
def test_json_that_is_refused(bad: str) -> None:
    with pytest.raises(Misshapen):
        parse(bad)


def test_the_same_value_twice_is_no_contradiction() -> None:
    assert parse('{"note": 0, "note": 0}') == {"note": 0}


@pytest.mark.parametrize(
    "empty", [{}, [], {"case": []}, {"case": {}}, {"total_count": 0}, {"total_count": "0", "case": []}]
)
def test_empty_lists(empty: object) -> None:
    assert unwrapped(empty, "case") == []


def test_members_are_sorted_by_number_not_by_key() -> None:
    raw = {
        "10": {"case": {"case_id": 3}},
        "total_count": "3",
        "2": {"case": {"case_id": 2}},
        "0": {"case": {"case_id": 1}},
    }
    assert [case["case_id"] for case in unwrapped(raw, "case")] == [1, 2, 3]
    assert total(raw) == 3


def test_lists_that_are_arrays_or_bare() -> None:
    assert unwrapped([{"label": {"label_id": 7}}], "label") == [{"label_id": 7}]
    assert unwrapped({"label": [{"label_id": 7}]}, "label") == [{"label_id": 7}]
    assert unwrapped({"0": {"label_id": 7}}, "label") == [{"label_id": 7}]


@pytest.mark.parametrize("bad", ["x", None, {"0": "x"}, {"0": {"case": "x"}}])
def test_a_list_is_never_silently_shorter(bad: object) -> None:
    with pytest.raises(Misshapen):
        unwrapped(bad, "case")
