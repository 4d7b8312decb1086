"""Dates in words: every form that an engine writes is read back to its own precision, and nothing is guessed."""

# ruff: noqa: DTZ001 -- what a wall clock shows has no zone

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum_bridge.forums.html.dates import Order, read

NOW = datetime(2026, 11, 22, 18, 54, 9)  # a Sunday
TURKISH = "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık".split()  # noqa: SIM905 -- width
SHORT = ["Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"]
WEEK = ["Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bugün 14:32", datetime(2026, 11, 22, 14, 32)),
        ("Bugün, 14:32", datetime(2026, 11, 22, 14, 32)),
        ("BUGÜN 14:32", datetime(2026, 11, 22, 14, 32)),
        ("Bugün saat 14.32", datetime(2026, 11, 22, 14, 32)),
        ("bugün 14:32'de", datetime(2026, 11, 22, 14, 32)),
        ("Dün", date(2026, 11, 21)),
        ("DÜN", date(2026, 11, 21)),
        ("Dün, 09:15", datetime(2026, 11, 21, 9, 15)),
        ("Dün saat 09:15'te", datetime(2026, 11, 21, 9, 15)),
        ("3 dk önce", timedelta(minutes=3)),
        ("3dk önce", timedelta(minutes=3)),
        ("5 saat önce", timedelta(hours=5)),
        ("1 SAAT 10 DAKİKA ÖNCE", timedelta(hours=1, minutes=10)),
        ("bir saat önce", timedelta(hours=1)),
        ("iki gün önce", timedelta(days=2)),
        ("2 hafta önce", timedelta(weeks=2)),
        ("1 ay önce", datetime(2026, 10, 22, 18, 54, 9)),
        ("2 yıl önce", datetime(2024, 11, 22, 18, 54, 9)),
        ("1 dakikadan az önce", timedelta()),
        ("bir dakikadan daha az önce", timedelta()),
        ("Daha az 1 dakika önce", timedelta()),  # MyBB's Turkish pack puts its words in English order
        ("birkaç saniye önce", timedelta()),
        ("az önce", timedelta()),
        ("Az Önce", timedelta()),
        ("şimdi", timedelta()),
        ("ŞİMDİ", timedelta()),
        ("15 Mart 2024", date(2024, 3, 15)),
        ("15 Mar 2024, 14:32", datetime(2024, 3, 15, 14, 32)),
        ("15 Ağu 2024 14:32:07", datetime(2024, 8, 15, 14, 32, 7)),
        ("Çarşamba, 20 Kasım 2024 - 14:32", datetime(2024, 11, 20, 14, 32)),
        ("20 KASIM 2024 ÇARŞAMBA 14:32", datetime(2024, 11, 20, 14, 32)),
        ("Çar Kas 20, 2024 2:32 ÖS", datetime(2024, 11, 20, 14, 32)),
        ("20 Kasım 2024 ÖÖ 12:05", datetime(2024, 11, 20, 0, 5)),
        ("Pzr Kas 15, 2026 5:12 pm", datetime(2026, 11, 15, 17, 12)),  # phpBB 2's Turkish pack
        ("Çrş Arl 02, 2020 1:00 am", datetime(2020, 12, 2, 1, 0)),
        ("Prş Hzr 11, 2020 1:00 am", datetime(2020, 6, 11, 1, 0)),
        ("15 Mart", date(2026, 3, 15)),
        ("15 Aralık 14:32", datetime(2025, 12, 15, 14, 32)),
        ("29 Şubat", date(2024, 2, 29)),
        ("Pazartesi 12:00", datetime(2026, 11, 16, 12, 0)),
        ("Salı günü 14:30", datetime(2026, 11, 17, 14, 30)),
        ("SALI", date(2026, 11, 17)),
        ("Pazar, 18:00", datetime(2026, 11, 22, 18, 0)),
        ("Pazar, 20:00", datetime(2026, 11, 15, 20, 0)),
        ("22.11.2024 13:44", datetime(2024, 11, 22, 13, 44)),
        ("22.11.24 13.44", datetime(2024, 11, 22, 13, 44)),
        ("13:44, 22/11/2024", datetime(2024, 11, 22, 13, 44)),
        ("2024/11/22 13:44", datetime(2024, 11, 22, 13, 44)),
        ("Today at 06:53 PM", datetime(2026, 11, 22, 18, 53)),
        ("Today, 06:49 PM", datetime(2026, 11, 22, 18, 49)),
        ("Yesterday", date(2026, 11, 21)),
        ("Yesterday at 12:05 a.m.", datetime(2026, 11, 21, 0, 5)),
        ("Less than 1 minute ago", timedelta()),
        ("a few seconds ago", timedelta()),
        ("just now", timedelta()),
        ("an hour ago", timedelta(hours=1)),
        ("5 hours ago", timedelta(hours=5)),
        ("2 hours and 5 minutes ago", timedelta(hours=2, minutes=5)),
        ("Nov 12, 2026, 11:53 PM", datetime(2026, 11, 12, 23, 53)),
        ("March 3rd, 2024", date(2024, 3, 3)),
        ("Nov. 12, 2026, 7:01 p.m.", datetime(2026, 11, 12, 19, 1)),
        ("Nov. 12, 2026, 7 p.m.", datetime(2026, 11, 12, 19)),
        ("Nov. 12, 2026, noon", datetime(2026, 11, 12, 12)),
        ("Sept. 12, 2026, midnight", datetime(2026, 9, 12)),
        ("Monday at 12:00 PM", datetime(2026, 11, 16, 12, 0)),
    ],
)
def test_what_a_text_says(text: str, said: datetime | date | timedelta) -> None:
    assert read(text, NOW, "dmy") == said
    assert type(read(text, NOW, "dmy")) is type(said)


@pytest.mark.parametrize(
    "text",
    [
        "14:32",  # of which day?
        "Kasım 2026",
        "Mart",
        "2026",
        "12",
        "15.03",
        "yaklaşık 1 saat önce",
        "about an hour ago",
        "In 5 minutes",
        "5 hours",
        "önce",
        "bugün dün",
        "bugün bugün 14:32",
        "Bugün 25:00",
        "Bugün 14:32 PM",
        "Bugün 14:32 ve 15:32",
        "31 Şubat 2024",
        "Nov. 12, 2026, 13 p.m.",
        "Nov. 12, 2026, noon 12:00",
        "11-22-2026, 01:44 PM",  # no 22nd month
        "22 Kasım 2027",
        "1 Ocak 1900",
        "Salı Çarşamba 12:00",
        "15 Mart 16 Nisan",
        "15 Mart 2024 2025",
        "Сегодня 14:32",
        "Bugün 14:32 <edited>",
        "Gönderildi: Bugün 14:32",
        "1 parsek önce",
    ],
)
def test_what_is_not_read_to_its_last_word(text: str) -> None:
    assert read(text, NOW, "dmy") is None


def test_today_on_a_page_made_before_midnight() -> None:
    just_past = datetime(2026, 11, 23, 0, 0, 30)
    assert read("Bugün 23:59", just_past, "dmy") == datetime(2026, 11, 22, 23, 59)
    assert read("Bugün 00:00", just_past, "dmy") == datetime(2026, 11, 23, 0, 0)
    assert read("Dün 23:59", just_past, "dmy") == datetime(2026, 11, 22, 23, 59)


def test_today_at_an_hour_to_come_is_not_yesterday() -> None:
    """The zone is wrong; whether by hours or by a day, nobody can know."""
    assert read("Bugün 21:30", NOW, "dmy") is None
    assert read("Bugün 18:57", NOW, "dmy") == datetime(2026, 11, 22, 18, 57)


def test_nothing_relative_is_read_when_nobody_knows_the_time() -> None:
    relative = ("Bugün 14:32", "Dün", "3 dk önce", "az önce", "Pazartesi 12:00", "15 Mart 14:32", "1 ay önce")
    assert all(read(text, None, "dmy") is None for text in relative)


@given(st.text(alphabet="0123456789:.,-/ abBüğşıİ önceagodünPMkasm", max_size=30))
def test_no_text_is_read_as_a_time_to_come(text: str) -> None:
    found = read(text, NOW, "dmy")
    match found:
        case timedelta():
            assert found >= timedelta()
        case datetime():
            assert found <= NOW + timedelta(days=2)
        case date():
            assert found <= (NOW + timedelta(days=1)).date()


MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2026, 11, 22, 18, 54))
HOURS = [lambda moment: f"{moment:%H:%M}", lambda moment: f"{moment:%I:%M} {'ÖÖ' if moment.hour < 12 else 'ÖS'}",
    lambda moment: f"{moment:%I:%M %p}", lambda moment: f"{moment:%H.%M}"]  # fmt: skip
DAYS: list[Callable[[datetime], str]] = [
    lambda moment: f"{moment.day} {TURKISH[moment.month - 1]} {moment.year}",
    lambda moment: f"{moment.day} {SHORT[moment.month - 1]} {moment.year}, {WEEK[moment.weekday()]}",
    lambda moment: f"{moment.day} {TURKISH[moment.month - 1].upper()} {moment.year}",
    lambda moment: f"{moment:%b %d, %Y}",
    lambda moment: f"{moment:%A, %B %d, %Y}",
    lambda moment: f"{moment:%d-%m-%Y}",
    lambda moment: f"{moment:%d.%m.%Y}",
    lambda moment: f"{moment:%Y-%m-%d}",
]


@given(MOMENTS, st.sampled_from(DAYS), st.sampled_from(HOURS), st.sampled_from([" ", ", ", " - ", " saat ", " at "]))
def test_a_whole_date_is_read_back_to_the_minute(
    moment: datetime, day: Callable[[datetime], str], hour: Callable[[datetime], str], between: str
) -> None:
    text = day(moment) + between + hour(moment)
    assert read(text, None, "dmy") == moment.replace(second=0, microsecond=0)
    assert read(day(moment), None, "dmy") == moment.date()


@given(MOMENTS, st.sampled_from(["dmy", "mdy"]), st.sampled_from("-./"))
def test_day_and_month_stand_as_the_board_puts_them(moment: datetime, order: Order, mark: str) -> None:
    form = f"%d{mark}%m{mark}%Y" if order == "dmy" else f"%m{mark}%d{mark}%Y"
    assert read(moment.strftime(form), NOW, order) == moment.date()


@given(st.datetimes(datetime(2001, 1, 1), datetime(2040, 1, 1)), st.timedeltas(timedelta(), timedelta(days=400)))
def test_what_is_told_from_now_is_read_back_to_its_precision(now: datetime, age: timedelta) -> None:
    for unit, names in (
        (timedelta(minutes=1), ("{} dakika önce", "{} minutes ago", "{}m ago")),
        (timedelta(hours=1), ("{} saat önce", "{} hours ago")),
        (timedelta(days=1), ("{} gün önce", "{} days ago")),
    ):
        for name in names:
            found = read(name.format(age // unit), now, "dmy")
            assert isinstance(found, timedelta)
            assert found <= age < found + unit


@given(st.datetimes(datetime(2001, 1, 2), datetime(2040, 1, 1)), st.timedeltas(timedelta(), timedelta(days=6)))
def test_a_day_told_from_now_is_read_back_to_the_minute(now: datetime, age: timedelta) -> None:
    moment = (now - age).replace(second=0, microsecond=0)
    names = {0: ("Bugün", "Today"), 1: ("Dün", "Yesterday")}.get((now.date() - moment.date()).days)
    for name in names or (WEEK[moment.weekday()], f"{moment:%A}", f"{moment.day} {TURKISH[moment.month - 1]}"):
        assert read(f"{name} {moment:%H:%M}", now, "dmy") == moment
