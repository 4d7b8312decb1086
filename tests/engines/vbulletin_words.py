"""How the stand-in for vBulletin shows texts and moments."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Istanbul")


def letters_of(text: str) -> str:
    """Return a text with the letters for which browsers send numbers, because the page's charset lacks them."""
    return re.sub(r"&#(\d+);", lambda number: chr(int(number[1])), text)


def rendered(text: str) -> str:
    """Return what somebody has sent as HTML: its lines, and of BBCode what is bold and what is a link."""
    html = escape(letters_of(text).replace("\r\n", "\n"), quote=False)
    html = re.sub(r"\[url\](.*?)\[/url\]", r'<a href="\1">\1</a>', html)
    return re.sub(r"\[b\](.*?)\[/b\]", r"<b>\1</b>", html).replace("\n", "<br />\n")


def moment(time: datetime, now: datetime) -> tuple[str, str]:
    """Return the day, as a word where it is today or yesterday, and the hour."""
    here, there = time.astimezone(ZONE), now.astimezone(ZONE)
    days = {there.date(): "Bugün", there.date() - timedelta(days=1): "Dün"}
    return days.get(here.date(), f"{here:%d-%m-%Y}"), f"{here:%H:%M}"
