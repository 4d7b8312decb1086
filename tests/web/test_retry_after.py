"""What a server means by Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from forum_bridge.web.retry_after import retry_after

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("86400", 3600),
        ("9" * 5000, 3600),
        ("Sun, 22 Nov 2026 12:10:00 GMT", 600),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 12:00:00 GMT", 3600),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("", None),
    ],
)
def test_seconds_and_dates_of_at_most_an_hour(asked: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert retry_after({"Retry-After": asked}, NOW) == expected
