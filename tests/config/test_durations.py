"""Lengths of time and beginnings: what is written is what is meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from forum_bridge.config import StartFrom, StartKind, format_duration, parse_duration

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ISTANBUL = ZoneInfo("Europe/Istanbul")


@given(st.integers(min_value=0, max_value=36_500 * 86_400_000 // 10_000))
def test_durations_round_trip(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("1m", 60), ("12h", 43_200), ("7d", 604_800), ("500ms", 0.5)]
)
def test_durations_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds
    assert format_duration(parse_duration(text)) == text


@given(st.text(max_size=20))
def test_no_text_breaks_durations_or_beginnings(text: str) -> None:
    for parse in (parse_duration, StartFrom.parse):
        try:
            parse(text)
        except PydanticCustomError as refusal:
            assert text not in refusal.message() or len(text) < 4


@pytest.mark.parametrize("text", ["", "1", "s", "1.5h", "-1s", "1 m", "1M", "٣s", "1m\n", "99999d", "1h30m"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("all", None),
        ("7d", NOW - timedelta(days=7)),
        ("2026-01-15", datetime(2026, 1, 14, 21, 0, tzinfo=UTC)),
        ("2026-01-15 08:30", datetime(2026, 1, 15, 5, 30, tzinfo=UTC)),
        ("2026-01-15T08:30:00Z", datetime(2026, 1, 15, 8, 30, tzinfo=UTC)),
        ("2026-01-15T08:30+01:00", datetime(2026, 1, 15, 7, 30, tzinfo=UTC)),
    ],
)
def test_from_when_on_posts_count(text: str, moment: datetime | None) -> None:
    assert StartFrom.parse(text).moment(NOW, ISTANBUL) == moment
    assert StartFrom.parse(str(StartFrom.parse(text))) == StartFrom.parse(text)


@given(st.sampled_from(["now", "36500d", "1990-01-01", "2100-12-31T23:59:59-14:00"]),
    st.datetimes(timezones=st.just(UTC),
       min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)))  # fmt: skip  # noqa: DTZ001
def test_every_moment_is_aware_utc(text: str, now: datetime) -> None:
    moment = StartFrom.parse(text).moment(now, ISTANBUL)
    assert moment is not None
    assert moment.tzinfo is UTC


def test_the_kinds_of_beginnings() -> None:
    assert [StartFrom.parse(text).kind for text in ("now", "all", "7d", "2026-01-15")] == list(StartKind)
