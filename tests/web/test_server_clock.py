"""How far a server's clock is from ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.conftest import Forum

from forum_bridge.web.server_clock import ahead
from forum_bridge.web.session import ForumSession

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"Date": "Sun, 22 Nov 2026 13:00:00 GMT"}, 60),
        ({"Date": "Sun, 22 Nov 2026 10:59:30 GMT"}, -60.5),
        ({"Date": "Sun, 22 Nov 2026 12:00:59 GMT"}, 0),
        ({"Date": "Sun, 22 Nov 2026 11:00:00 GMT", "Age": "3600"}, 0),
        ({"Date": "Sun, 22 Nov 2026 13:00:00 GMT", "Age": "none"}, 60),
        ({"Date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_difference_is_read_from_date_and_age(headers: dict[str, str], minutes: float | None) -> None:
    assert ahead(headers, NOW) == (None if minutes is None else timedelta(minutes=minutes))


async def test_a_session_knows_how_far_its_forum_s_clock_is_ahead(forum: Forum, session: ForumSession) -> None:
    forum.says("/t/1", "<p>Selam</p>", Date="Sun, 22 Nov 2026 13:05:30 GMT")
    assert session.ahead is None
    await session.get("/t/1")
    assert session.ahead is not None
    assert timedelta(minutes=65) <= session.ahead < timedelta(minutes=66)
