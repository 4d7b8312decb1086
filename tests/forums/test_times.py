from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from forum_bridge.forums.html.times import read_time

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22T15:00:00+03:00",
        "2026-11-22T15:00:00",
        "2026-11-22 15:00",
        str(int(NOON.timestamp())),
        str(int(NOON.timestamp()) * 1000),
        "11-22-2026, 03:00 PM",
    ],
)
def test_one_moment_in_many_hands(text: str) -> None:
    assert read_time(text, ["%m-%d-%Y, %I:%M %p"], ZoneInfo("Europe/Istanbul")) == NOON


@pytest.mark.parametrize("text", [None, "", "dün", "32-13-2026", "9" * 13 + "9", "9999999999999"])
def test_what_cannot_be_read_is_none_and_never_a_guess(text: str | None) -> None:
    found = read_time(text, ["%d-%m-%Y"], UTC)
    assert found is None or found.tzinfo is not None
    if text != "9999999999999":
        assert found is None
