from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum_bridge.forums.html.times import Reckoning

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ISTANBUL, BERLIN = ZoneInfo("Europe/Istanbul"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22T15:00:00+03:00",
        "2026-11-22T15:00:00",
        "2026-11-22 15:00",
        str(int(NOON.timestamp())),
        str(int(NOON.timestamp()) * 1000),
        "the 22nd, at 15:00 of 11/26",
        "22-11-2026, 15:00",
        "22 Kasım 2026 15:00",
    ],
)
def test_one_moment_in_many_hands(text: str) -> None:
    assert Reckoning(ISTANBUL, formats=["the %dnd, at %H:%M of %m/%y"]).read(text) == NOON


@pytest.mark.parametrize("text", [None, "", "dünkü", "32-13-2026", "9" * 13 + "9", "9999999999999", "٢٠٢٦٠٥٠١٠٠"])
def test_what_cannot_be_read_is_none_and_never_a_guess(text: str | None) -> None:
    found = Reckoning(UTC, NOON).read(text)
    assert found is None or found.tzinfo is not None
    if text != "9999999999999":
        assert found is None


@pytest.mark.parametrize("text", ["2026-11-20", "20.11.2026", "20 Kasım 2026"])
def test_a_day_without_an_hour_counts_as_no_older_than_it_may_be(text: str) -> None:
    assert Reckoning(ISTANBUL, NOON).read(text) == datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["Bugün", "2026-11-22", "Nov 22, 2026"])
def test_today_without_an_hour_is_no_later_than_the_page(text: str) -> None:
    assert Reckoning(ISTANBUL, NOON).read(text) == NOON


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Yesterday, 02:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # set back at three: it was that twice
        ("Yesterday, 03:30", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        ("Yesterday, 01:30", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
        ("24 hours ago", datetime(2026, 10, 25, 11, 0, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_over_a_clock_that_was_set_back(text: str, moment: datetime) -> None:
    assert Reckoning(BERLIN, datetime(2026, 10, 26, 11, tzinfo=UTC)).read(text) == moment


def test_an_hour_that_comes_twice_is_the_first_while_the_second_is_to_come() -> None:
    served = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert Reckoning(BERLIN, served).read("Today, 02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_over_a_clock_that_was_set_forward() -> None:
    served = datetime(2026, 3, 30, 10, tzinfo=UTC)
    assert Reckoning(BERLIN, served).read("Yesterday at 01:30") == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert Reckoning(BERLIN, served).read("Yesterday at 03:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_saved_page_tells_no_relative_time() -> None:
    assert Reckoning(ISTANBUL).read("Bugün 14:32") is None
    assert Reckoning(ISTANBUL).read("5 saat önce") is None
    assert Reckoning(ISTANBUL).read("15 Mart 2024, 14:32") == datetime(2024, 3, 15, 11, 32, tzinfo=UTC)


@pytest.mark.parametrize("text", ["11-22-2026, 12:00 PM", "22.11.2026 12:00", "Nov 22, 2026, 12:00 PM"])
def test_a_pages_own_clock_tells_the_zone(text: str) -> None:
    reckoning = Reckoning(ISTANBUL, NOON + timedelta(seconds=50)).by_the_pages_clock(text)
    assert reckoning.read("Today at 11:15 AM") == NOON - timedelta(minutes=45)


def test_a_pages_own_clock_tells_what_comes_first() -> None:
    served = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
    by_month = Reckoning(ISTANBUL, served, "dmy").by_the_pages_clock("11-05-2026, 12:00 PM")
    by_day = Reckoning(ISTANBUL, served, "mdy").by_the_pages_clock("05-11-2026, 12:00")
    assert by_month.read("11-04-2026, 12:00 PM") == by_day.read("04-11-2026, 12:00") == served - timedelta(days=1)
    assert by_month.zone is by_day.zone is ISTANBUL


@pytest.mark.parametrize(
    "text", [None, "", "dün", "22.11.2026", "22.11.2025 15:00", "22.11.2026 15:07", "31.02.2026 12:00"]
)
def test_a_clock_that_makes_no_sense_changes_nothing(text: str | None) -> None:
    reckoning = Reckoning(ISTANBUL, NOON)
    assert reckoning.by_the_pages_clock(text) == reckoning


def test_the_clock_of_a_saved_page_tells_when_it_was_served() -> None:
    saved = Reckoning(ISTANBUL).by_the_pages_clock("22.11.2026, 15:00")
    assert saved.read("2 saat önce") == NOON - timedelta(hours=2)


@given(
    st.timedeltas(timedelta(days=-9000), timedelta(days=9000)).map(NOON.__add__),
    st.integers(-12 * 4, 14 * 4),
    st.sampled_from(["%m-%d-%Y, %I:%M %p", "%d-%m-%Y, %H:%M", "%d %b %Y %H:%M"]),
    st.sampled_from(["dmy", "mdy"]),
)
@example(datetime(2014, 10, 26, 12, tzinfo=UTC), 8, "%d-%m-%Y, %H:%M", "dmy")  # summer time ended the night before
def test_whatever_zone_and_order_a_page_shows_its_times_in(
    served: datetime, quarters: int, form: str, order: str
) -> None:
    theirs = timezone(timedelta(minutes=15 * quarters))
    clock = served.astimezone(theirs).strftime(form)
    post = (served - timedelta(hours=30)).astimezone(theirs)
    reckoning = Reckoning(ISTANBUL, served, "dmy" if order == "dmy" else "mdy").by_the_pages_clock(clock)
    if served.astimezone(theirs).day == served.astimezone(theirs).month:
        return  # which comes first does not show on such a day
    ours = served.astimezone(ISTANBUL).utcoffset() == theirs.utcoffset(None)  # then with our zone's summer times
    written = post.replace(second=0, microsecond=0, tzinfo=ISTANBUL if ours else theirs)
    assert reckoning.read(post.strftime(form)) == written.astimezone(UTC)
